"""Questionnaires that somebody has begun and will go on with, kept sealed for some days."""
