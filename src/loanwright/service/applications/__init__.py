"""Requests for credit, kept as they were received."""
