"""Strictly increasing maps from raw to calibrated log-odds of default."""
