"""What can be seen of a running service from outside: figures and traces, never personal data."""
