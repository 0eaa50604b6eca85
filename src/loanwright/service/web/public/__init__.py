"""What anybody may open: start, how we decide, the questionnaire, the result."""
