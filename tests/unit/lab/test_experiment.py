"""Experiment files: read whole, and every mistake named with a remedy."""

from pathlib import Path

import pytest

from loanwright.lab.duration import DurationRefused, parse_duration
from loanwright.lab.experiment import ExperimentRefused, load_experiment
from loanwright.lab.spaces import SPACES, Choice, Span
from loanwright.models.criteria import Profit
from loanwright.models.registry import FAMILIES, installed_families

EXAMPLE = Path(__file__).parents[3] / "examples" / "experiments" / "credit-card.toml"


def write(tmp_path, text, name="trial.toml"):
    path = tmp_path / name
    path.write_text(text)
    return path


def test_the_example_says_what_it_means():
    example = load_experiment(EXAMPLE)
    assert (example.name, example.product) == ("credit-card", "credit-card")
    assert example.criterion == Profit(false_negative=5.0, false_positive=1.0)
    assert example.spaces["lightgbm"]["leaves"] == Choice(options=(7, 15, 31))
    assert example.spaces["lightgbm"]["penalty"] == SPACES["lightgbm"]["penalty"]
    assert example.spaces["scorecard"]["max_bins"] == Span(low=4, high=10, whole=True)
    assert example.features["existing"][0] == "limit"
    assert example.budget == 600


def test_yaml_says_the_same_as_toml(tmp_path):
    toml = (
        'product = "credit-card"\ntrials = 3\nfamilies = ["forest"]\nspaces.forest.leaves = [8]\n'
    )
    yaml = "product: credit-card\ntrials: 3\nfamilies: [forest]\nspaces: {forest: {leaves: [8]}}\n"
    one = load_experiment(write(tmp_path, toml))
    other = load_experiment(write(tmp_path, yaml, "trial.yaml"))
    assert one == other


def test_paths_are_relative_to_the_file(tmp_path):
    text = 'product = "loan.toml"\nsample = "rows.csv"\n'
    found = load_experiment(write(tmp_path, text))
    assert (found.product, found.sample) == (str(tmp_path / "loan.toml"), tmp_path / "rows.csv")


MISTAKES = [
    ("trials = 3", "product: is missing; add it as a text in quotes"),
    ('product = "a"\nmetric = "gini"', "metric: is 'gini'; write one of auc, pr_auc"),
    ('product = "a"\nmetric = "profit"', "costs: is missing"),
    ('product = "a"\n[costs]\nfalse_negative = 1', "costs.false_positive: is missing"),
    ('product = "a"\n[costs]\nfalse_negative = -1\nfalse_positive = 1', "must be above 0"),
    ('product = "a"\nfamilies = ["oracle"]', "families: names 'oracle'; known: scorecard"),
    ('product = "a"\nfolds = 1', "folds: is 1; write a whole number from 2 to 20"),
    ('product = "a"\ntrials = -1', "trials: is -1; write a whole number from 0"),
    ('product = "a"\nbudget = "soon"', "budget: is no duration; write one such as 90s"),
    ('product = "a"\nnoise = -1', "noise: is below 0"),
    ('product = "a"\nseeds = 1', "seeds: is not a key of this table; known keys: budget"),
    ('product = "a"\n[spaces.oracle]\na = [1]', "spaces.oracle: is not a key"),
    ('product = "a"\n[spaces.lightgbm]\nleafs = [1]', "spaces.lightgbm.leafs: is not searched"),
    ('product = "a"\n[spaces.lightgbm]\nleaves = 3', "spaces.lightgbm.leaves: must be a list"),
    ('product = "a"\n[spaces.forest]\nleaves = {low = 9, high = 3}', "needs low below high"),
    (
        'product = "a"\n[spaces.forest]\nleaves = {low = 0, high = 3, log = true}',
        "low must be above",
    ),
    ('product = "a"\n[spaces.forest]\nleaves = {low = 1}', "needs low and high"),
    ('product = "a"\n[segments.vip]\nfeatures = ["a"]', "segments.vip: is not a key"),
    ('product = "a"\nonly_segments = ["vip"]', "only_segments: names 'vip'; known: new"),
]


@pytest.mark.parametrize(("text", "said"), MISTAKES)
def test_a_mistake_is_named_with_file_key_and_remedy(tmp_path, text, said):
    path = write(tmp_path, text)
    with pytest.raises(ExperimentRefused) as refused:
        load_experiment(path)
    assert said in str(refused.value)
    assert str(path) in str(refused.value)


def test_all_mistakes_are_named_at_once(tmp_path):
    with pytest.raises(ExperimentRefused) as refused:
        load_experiment(write(tmp_path, 'metric = "x"\nfolds = "y"\nbudget = true'))
    assert len(refused.value.problems) == 4


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.toml", "= 3"), ("a.yaml", "a: [1"), ("b.yaml", "- 1"), ("c.yaml", "1: 2"), ("d.yml", "")],
)
def test_what_is_no_experiment_is_refused(tmp_path, name, text):
    with pytest.raises(ExperimentRefused):
        load_experiment(write(tmp_path, text, name))


@pytest.mark.parametrize("text", ["", "m", "-3m", "0s", "3d", "1m1h"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(DurationRefused, match="10m"):
        parse_duration(text)


def test_every_setting_that_is_searched_is_one_of_its_estimator():
    for family in set(installed_families()) & set(SPACES):
        known = set(FAMILIES[family].load()().get_params())
        assert SPACES[family].keys() <= known, family
