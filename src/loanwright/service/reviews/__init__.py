"""Reviews: a person looks at a decision, because it was referred or because somebody asked."""
