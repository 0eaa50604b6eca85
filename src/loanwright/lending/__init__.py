"""Several lenders: directories that add their products, policies and prices to those of a base."""
