"""The pages of those who run this installation."""
