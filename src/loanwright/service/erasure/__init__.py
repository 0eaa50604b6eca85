"""Erasure: what must be kept and until when, what is held, and how the rest goes."""
