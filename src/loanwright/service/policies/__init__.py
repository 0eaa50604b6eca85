"""Published rule books; a version never changes."""
