"""The feature dictionary: what a product asks, knows and computes, and the road to a vector."""
