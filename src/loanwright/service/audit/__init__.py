"""What was changed, by whom: append-only, chained and signed."""
