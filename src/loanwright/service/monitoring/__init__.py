"""What became of what was decided, and what is expected of it: figures for whoever watches."""
