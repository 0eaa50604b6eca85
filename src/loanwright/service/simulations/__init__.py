"""Policies and models tried on the recorded decisions, as jobs."""
