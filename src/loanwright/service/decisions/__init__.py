"""What was decided, append-only, and its replay bit for bit."""
