"""Portfolios of an invented lender, a scorecard trained on each, and what validation found."""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

import pytest

from loanwright.datasets.synthetic import Portfolio, make_portfolio
from loanwright.features.product import parse_product
from loanwright.packaging.package import ModelPackage
from loanwright.training import train
from loanwright.validating import Beside, gather_evidence
from loanwright.validation.evidence import Evidence
from loanwright.validation.full import CHAPTERS, assemble_report

APPLICANTS = 8000
#: Fitting other models again and again tells nothing about planted defects.
SLOW = ("benchmarks", "calibration", "explainability", "profit", "sensitivity")


@pytest.fixture(scope="session")
def gather(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Evidence]:
    """Return a function from defects and seed to the evidence of a scorecard trained on them."""

    @cache
    def gathered(defects: Collection[str] = (), seed: int = 0) -> Evidence:
        portfolio = make_portfolio(applicants=APPLICANTS, seed=seed, defects=defects)
        product = parse_product(portfolio.product_text)
        models = tmp_path_factory.mktemp("models")
        trained = train(product, portfolio.sample, models_dir=models, only=[("new", "scorecard")])
        package = ModelPackage.load(trained[0].path)
        return gather_evidence(package, portfolio.sample, beside=beside_of(portfolio))

    return gathered


def beside_of(portfolio: Portfolio) -> Beside:
    return Beside(
        decisions=portfolio.applications.rename({"past_outcome": "recommended"}),
        outcomes=portfolio.payments,
        # It measures by group, and asks for no search of other models.
        jurisdiction="ru",
        report_date="2026-11-21",
        owner="A. Owner",
        validator="B. Validator",
        tier="high",
    )


@pytest.fixture(scope="session")
def find(gather: Callable[..., Evidence]) -> Callable[..., Mapping[str, Mapping[str, Any]]]:
    """Return a function from defects and seed to the findings by name, without slow chapters."""
    quick = tuple(make for make in CHAPTERS if make.__name__.removesuffix("_chapter") not in SLOW)

    @cache
    def found(defects: Collection[str] = (), seed: int = 0) -> Mapping[str, Mapping[str, Any]]:
        report = assemble_report(gather(defects, seed), chapters=quick)
        return {one["name"]: one for one in report["findings"]} | {"": {"report": report}}

    return found
