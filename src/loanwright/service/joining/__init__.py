"""Somebody who has applied becomes a borrower who can sign in."""
