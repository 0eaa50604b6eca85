"""Which products can be applied for, and what they ask."""
