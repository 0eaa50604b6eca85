"""Offers: what a lender proposes after it has approved, and what becomes of it."""
