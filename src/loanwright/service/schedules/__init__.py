"""Schedules: what is done again and again, once each time, however many processes run."""
