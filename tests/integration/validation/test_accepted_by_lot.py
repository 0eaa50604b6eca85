"""Those accepted by lot stand for the refused, where the decisions say who they are."""

import numpy as np
import pytest

from loanwright.datasets.synthetic import make_portfolio
from loanwright.features.product import parse_product
from loanwright.packaging.package import ModelPackage
from loanwright.training import train
from loanwright.validating import Beside, gather_evidence
from loanwright.validation.chapters.rejection import LOT, accepted_by_lot, rejection_chapter


@pytest.fixture(scope="module")
def portfolio():
    return make_portfolio(applicants=8000, seed=0, random_accepts=0.3)


@pytest.fixture(scope="module")
def package(portfolio, tmp_path_factory):
    product, models = parse_product(portfolio.product_text), tmp_path_factory.mktemp("models")
    trained = train(product, portfolio.sample, models_dir=models, only=[("new", "scorecard")])
    return ModelPackage.load(trained[0].path)


def evidence_of(package, portfolio):
    decisions = portfolio.applications.rename({"past_outcome": "recommended"})
    return gather_evidence(package, portfolio.sample, beside=Beside(decisions=decisions))


def figure_of(evidence):
    return {one.name: one for one in rejection_chapter(evidence).figures}["bad_rate_by_lot"]


def test_people_accepted_by_lot_tell_the_default_rate_of_all(package, portfolio):
    evidence = evidence_of(package, portfolio)
    people = portfolio.applications
    booked = people.filter(people["outcome"] == "approve")
    drawn = accepted_by_lot(evidence, evidence.beside.decisions)
    assert drawn.tolist() == booked[LOT].to_numpy()[evidence.judged].tolist()
    figure = figure_of(evidence)
    assert figure.result == "ok"
    assert figure.lower <= np.mean(people["true_probability"].to_numpy()) <= figure.upper


def test_without_the_column_nothing_is_said(package, portfolio):
    evidence = evidence_of(package, portfolio)
    table = evidence.beside.decisions.drop(LOT)
    assert not accepted_by_lot(evidence, table).any()
    object.__setattr__(evidence.beside, "decisions", table)
    figure = figure_of(evidence)
    assert figure.result == "not_available"
    assert LOT in figure.remark.en
