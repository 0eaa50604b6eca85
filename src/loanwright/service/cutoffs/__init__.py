"""Cut-offs moved by hand over what was decided."""
