"""Challengers in the shadow: they assess what was decided, and decide nothing."""
