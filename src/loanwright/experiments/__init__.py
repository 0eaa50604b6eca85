"""Experiments: who gets which arm, how many are needed, when to stop, and what came of it."""
