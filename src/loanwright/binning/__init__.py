"""Grouping of feature values into bins, and their weights of evidence."""
