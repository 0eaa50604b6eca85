"""Paths in notices come from the package that decided, and are the same each time."""

from loanwright.decisioning.policy import Policy
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.paths import decided
from loanwright.service.notices.paths import paths_in_words


def test_paths_of_a_real_model_are_told_in_words_and_are_the_same_twice(trained_models):
    path = next(one for one in sorted(trained_models.iterdir()) if "new" in one.name)
    package = ModelPackage.load(path)
    records = [
        {"limit": float(limit), "education": education}
        for limit in range(10_000, 200_000, 20_000)
        for education in ("university", "high_school")
    ]
    best = max(package.assess([one])[0].score for one in records)
    starter = package.product.policy
    strict = {**starter["cutoffs"], "new": {"approve_from": best, "refer_from": best - 5}}
    policy = Policy.from_mapping({**starter, "cutoffs": strict})
    refused = [one for one in records if decided(package, policy, one).outcome != "approve"]
    told = [paths_in_words(package, policy, one) for one in refused]

    assert told
    assert told == [paths_in_words(package, policy, one) for one in refused]
    assert any(told)
    assert all("instead of" in path.en for paths in told if paths for path in paths)


def test_a_package_that_cannot_be_searched_says_nothing():
    class Plain:
        product = None

    assert paths_in_words(Plain(), None, {}) is None
