"""Estimators of the probability of default behind one contract, scikit-learn's."""
