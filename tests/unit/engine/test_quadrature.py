from fractions import Fraction

import pytest

from loanwright.engine.quadrature import gauss_legendre, points_needed


@pytest.mark.parametrize("points", [1, 2, 3, 4, 5, 8, 16, 50])
def test_powers_up_to_twice_the_points_are_integrated_exactly(points):
    abscissae, weights = gauss_legendre(points)
    for power in range(2 * points):
        pairs = zip(abscissae, weights, strict=True)
        total = sum(Fraction(w) * Fraction(t) ** power for t, w in pairs)
        assert abs(total - Fraction(1, power + 1)) < 1e-14


@pytest.mark.parametrize("points", [2, 7, 40])
def test_points_rise_inside_the_interval(points):
    abscissae, weights = gauss_legendre(points)
    assert list(abscissae) == sorted(set(abscissae))
    assert 0 < abscissae[0] < abscissae[-1] < 1
    assert min(weights) > 0


def test_the_points_reach_the_degree_of_the_path():
    for features in range(1, 100):
        points = points_needed(features)
        assert 2 * points - 1 >= features - 1
        assert points == 1 or 2 * (points - 1) - 1 < features - 1
