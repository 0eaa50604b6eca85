"""Managers: users who look after applicants."""
