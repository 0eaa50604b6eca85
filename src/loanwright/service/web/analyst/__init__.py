"""The pages about models: their lives, their training, their scorecards."""
