"""The fault laboratory: kills every part of a real service under load and checks what is left.

`python -m faultlab` runs it whole, `python -m faultlab --short` its short form.
"""
