"""Loanwright: credit decisions that can be explained, replayed and defended."""
