"""Alerts: rules as data, raised once, told by mail, webhook and page, and resolved when over."""
