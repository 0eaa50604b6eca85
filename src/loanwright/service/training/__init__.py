"""Training asked for over HTTP: a table comes in, candidates come out."""
