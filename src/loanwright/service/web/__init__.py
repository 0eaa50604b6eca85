"""The public pages: start, apply, result, in words a person understands."""
