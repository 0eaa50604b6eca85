"""Addresses of others that are told of changes: signed, repeated until heard, never inside."""
