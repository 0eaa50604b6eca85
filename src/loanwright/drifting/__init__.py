"""Drift between tables: read lazily in batches, counted, compared."""
