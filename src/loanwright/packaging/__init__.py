"""A trained model as a directory of readable files that prove themselves."""
