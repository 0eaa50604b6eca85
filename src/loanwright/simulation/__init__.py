"""A policy or a model over the whole history or a file: what it would approve, risk and earn."""
