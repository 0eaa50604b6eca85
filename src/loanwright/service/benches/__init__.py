"""Benches: a scorecard taken apart, its bins changed and weighed, and a candidate made of them."""
