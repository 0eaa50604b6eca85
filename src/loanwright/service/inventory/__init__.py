"""What a lender must know of its models: how much depends on each, and what was found wrong."""
