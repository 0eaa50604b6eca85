"""Reproducible measurements of Loanwright against its peers."""
