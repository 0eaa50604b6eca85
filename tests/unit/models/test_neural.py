"""The network: what torch says, our own runtime says; the same seed gives the same bytes."""

import json

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

torch = pytest.importorskip("torch")

from loanwright.engine.load import load_runtime  # noqa: E402
from loanwright.features.columns import ColumnSpec  # noqa: E402
from loanwright.models import neural  # noqa: E402
from loanwright.models.neural import NeuralClassifier  # noqa: E402
from loanwright.scaling import logistic  # noqa: E402


def column(name, **changes):
    plain = {"kind": "numeric", "direction": 0, "special": (), "categories": 0}
    return ColumnSpec(name=name, **{**plain, **changes})


COLUMNS = (
    column("delay", special=(-1.0,)),
    column("limit"),
    column("purpose", kind="category", categories=4),
)
QUICK = {"columns": COLUMNS, "width": 8, "heads": 2, "layers": 1, "epochs": 8, "references": 4}
QUICK |= {"learning_rate": 0.004}


def sample(rows=800, seed=0):
    random = np.random.default_rng(seed)
    delay = np.where(random.random(rows) < 0.2, -1.0, random.poisson(1.0, rows))
    X = np.column_stack([delay, random.normal(size=rows), random.integers(0, 3, rows)])
    risk = 0.8 * (delay == -1) + 0.7 * (delay > 1) - X[:, 1] + (X[:, 2] == 2) - 1
    default = (random.random(rows) < logistic(risk)).astype(int)
    X[random.random(rows) < 0.05, 1] = np.nan
    return X, default


X, DEFAULT = sample()
FITTED = NeuralClassifier(**QUICK).fit(X, DEFAULT)


def test_our_runtime_says_what_torch_says():
    for backend in ("numba", "numpy"):
        runtime = load_runtime("neural", FITTED.native_files(), backend)
        assert np.abs(runtime.log_odds(X) - FITTED.decision_function(X)).max() <= 1e-11


def test_contributions_state_their_measured_error():
    runtime = load_runtime("neural", FITTED.native_files())
    stated = json.loads(FITTED.native_files()["neural.json"])["explanation"]
    assert runtime.explanation == stated
    assert stated["standard_error"] == FITTED.standard_error_
    measured = np.sqrt(np.mean(runtime.sampling_errors(X[:60]) ** 2))
    assert stated["standard_error"] == pytest.approx(measured, rel=0.5)


def test_what_is_learned_is_better_than_nothing():
    fresh, default = sample(rows=3000, seed=5)
    said = FITTED.decision_function(fresh)
    loss = np.mean(np.logaddexp(0, np.where(default, -said, said)))
    rate = default.mean()
    assert loss < -(rate * np.log(rate) + (1 - rate) * np.log(1 - rate)) - 0.02


def test_a_special_value_is_no_quantity():
    tokens = FITTED.token_columns_[0]
    assert tokens.special == (-1.0,)
    assert min(tokens.knots) >= 0


def test_a_code_that_no_row_had_is_like_the_mean_of_its_feature():
    table = FITTED.table_
    first = FITTED.token_columns_[0].rows + FITTED.token_columns_[1].rows
    rows = table.embeddings[first : first + 6]
    share = np.bincount(X[:, 2].astype(int), minlength=6)[:6] / len(X)
    np.testing.assert_allclose(rows[3], share @ rows, atol=1e-6)


def test_another_seed_gives_another_network_and_torch_is_left_as_it_was():
    torch.manual_seed(1)
    expected = torch.rand(3).tolist()
    torch.manual_seed(1)
    threads = torch.get_num_threads()
    other = NeuralClassifier(**{**QUICK, "epochs": 1, "random_state": 9}).fit(X, DEFAULT)
    assert torch.rand(3).tolist() == expected
    assert torch.get_num_threads() == threads
    assert not torch.are_deterministic_algorithms_enabled()
    assert other.native_files() != FITTED.native_files()


def test_where_defaults_are_few_nothing_is_held_out():
    default = np.arange(200) < 12
    assert not neural._unseen(default, seed=0).any()
    held_out = neural._unseen(np.arange(600) % 4 == 0, seed=0)
    assert held_out.sum() == 100
    assert (held_out & (np.arange(600) % 4 == 0)).sum() == 25


# The checks ask for the contract, not for a good model.
CHECKED = NeuralClassifier(
    width=4, heads=1, layers=1, knots=6, epochs=40, batch_rows=16, learning_rate=0.02, references=1
)


@parametrize_with_checks([CHECKED])
def test_scikit_learn_finds_its_own_contract_kept(estimator, check):
    check(estimator)
