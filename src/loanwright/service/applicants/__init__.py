"""People who ask for credit, and what the bank knows of their behaviour."""
