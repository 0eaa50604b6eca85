"""Accessible charts as SVG text, each with the table behind it."""
