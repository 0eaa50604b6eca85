"""From a package and a sample to the validation file."""
