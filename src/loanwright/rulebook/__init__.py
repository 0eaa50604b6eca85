"""Rule books looked at from above: what is wrong with one, and how two differ, in words."""
