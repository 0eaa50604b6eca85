"""Notices that go out, and what a person may see of themselves."""
