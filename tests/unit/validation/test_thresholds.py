"""What a figure says it is held against is what it is held against."""

from types import SimpleNamespace as Made

import numpy as np
import polars as pl
import pytest

from loanwright.metrics.estimate import Estimate
from loanwright.metrics.profit import emp
from loanwright.validation.chapters import calibration, discrimination, overrides, profit

DEFAULT = np.repeat([True, False], [100, 300])
RISK = np.linspace(0.9, 0.1, 400)


def estimate(value, lower, upper):
    return Estimate(value=value, lower=lower, upper=upper, level=0.95, method="by hand")


def evidence(risk=RISK):
    return Made(
        bad=DEFAULT,
        judged=np.arange(len(DEFAULT)),
        answers=Made(probability=risk, log_odds=risk, score=np.round(600 - 100 * risk)),
        samples={},
        seed=0,
    )


def ks_of(*found):
    return discrimination, "ks", estimate(*found), lambda: discrimination._ks(DEFAULT, RISK)


def pr_auc_of(*found):
    return (
        discrimination, "pr_auc", estimate(*found),
        lambda: discrimination._precision(DEFAULT, RISK),
    )  # fmt: skip


def emp_of(*found):
    return profit, "emp", estimate(*found), lambda: profit._emp(evidence(RISK[::-1]))


def best_of(*found):
    cutoff = Made(
        cutoff=estimate(0.2, 0.1, 0.3), optimism=0.0, judged_on=Made(profit=estimate(*found))
    )
    return profit, "best_cutoff", cutoff, lambda: profit._best(evidence())


def swap_of(*found):
    swap = Made(
        swapped_in=10, swapped_out=10,
        bad_rate_in=estimate(*found), bad_rate_out=estimate(0.1, 0.05, 0.15),
    )  # fmt: skip
    return profit, "swap_set", swap, lambda: profit._swap(evidence())


def spiegelhalter_of(p):
    return (
        calibration, "spiegelhalter", Made(p_value=p),
        lambda: calibration._tests(DEFAULT, RISK)[0],
    )  # fmt: skip


def hosmer_lemeshow_of(p):
    found = Made(statistic=1.0, groups=10, p_value=p, p_value_tolerant=p)
    return calibration, "hosmer_lemeshow", found, lambda: calibration._tests(DEFAULT, RISK)[1]


def overrides_of(*found):
    table = pl.DataFrame({"recommended": ["approve"], "outcome": ["decline"]})
    return overrides, "jeffreys", estimate(*found), lambda: overrides._rate(table)


@pytest.mark.parametrize(
    ("case", "result", "en", "ru"),
    [
        (ks_of(0.199, 0.15, 0.25), "attention", "at least 0.2", "не меньше 0,2"),
        (ks_of(0.2, 0.15, 0.25), "ok", "at least 0.2", "не меньше 0,2"),
        (pr_auc_of(0.3, 0.24, 0.4), "breach", "whole interval lies above", "весь интервал выше"),
        (pr_auc_of(0.3, 0.26, 0.4), "ok", "whole interval lies above", "весь интервал выше"),
        (emp_of(0.001, 0.0005, 0.002), "attention", "by chance", "случайных"),
        (emp_of(0.9, 0.0, 0.95), "attention", "whole interval", "весь интервал"),
        (emp_of(0.9, 0.8, 0.95), "ok", "whole interval", "весь интервал"),
        (best_of(0.06, 0.03, 0.1), "attention", "whole interval", "весь интервал"),
        (best_of(0.06, 0.05, 0.1), "ok", "whole interval", "весь интервал"),
        (best_of(-0.06, -0.1, -0.01), "breach", "wholly below", "целиком ниже"),
        (swap_of(0.2, 0.14, 0.3), "ok", "not wholly above", "не целиком выше"),
        (swap_of(0.2, 0.16, 0.3), "attention", "not wholly above", "не целиком выше"),
        (spiegelhalter_of(0.06), "ok", "p at least 0.05", "p не меньше 0,05"),
        (spiegelhalter_of(0.04), "attention", "p at least 0.05", "p не меньше 0,05"),
        (spiegelhalter_of(0.0009), "breach", "below 0.001 a breach", "0,001 — нарушение"),
        (hosmer_lemeshow_of(0.04), "attention", "p at least 0.05", "p не меньше 0,05"),
        (hosmer_lemeshow_of(0.0009), "breach", "below 0.001 a breach", "0,001 — нарушение"),
        (overrides_of(0.08, 0.04, 0.12), "ok", "reaches down to 5%", "достаёт до 5%"),
        (overrides_of(0.08, 0.06, 0.12), "attention", "reaches down to 5%", "достаёт до 5%"),
        (overrides_of(0.2, 0.11, 0.3), "breach", "wholly above 10%", "целиком выше 10%"),
    ],
)
def test_the_verdict_is_what_the_printed_threshold_says(monkeypatch, case, result, en, ru):
    module, name, found, make = case
    original = getattr(module, name)

    def returned(*_args, **_options):
        return found

    returned.__module__, returned.__qualname__ = original.__module__, original.__qualname__
    monkeypatch.setattr(module, name, returned)
    monkeypatch.setattr(profit, "rival_answers", lambda _evidence: Made(probability=RISK))
    figure = make()
    assert figure.result == result
    assert en in figure.threshold.en
    assert ru in figure.threshold.ru


def test_a_model_that_ranks_by_chance_rarely_earns_more_than_chance():
    random = np.random.default_rng(5)
    accused = 0
    for seed in range(60):
        risk = random.permutation(RISK)
        found = emp(DEFAULT, risk, replicates=100)
        assert found.value > 0
        accused += profit.above_all(found, profit.chance_emp(DEFAULT, risk, seed=seed))
    assert accused <= 8


def test_a_model_that_ranks_well_earns_more_than_chance():
    assert profit._emp(evidence(RISK)).result == "ok"
