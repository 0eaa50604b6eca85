"""Experiments on live applications: approved by two people, watched, stopped, concluded."""
