"""Statistics of credit models: pure functions of arrays, each answer with its interval."""
