"""Booked credit: accounts, their payments, and how they turn out."""
