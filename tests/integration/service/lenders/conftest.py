"""A service with the demo's lenders, decided by a plain package, on each database."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.integration.service.conftest import PlainPackage, settings

from loanwright.cli.opening import take_in
from loanwright.lending.options import Wish
from loanwright.lending.reading import bundled_lenders
from loanwright.service.bootstrap import Service, build
from loanwright.service.lenders.schemas import Asked
from loanwright.service.origination.schemas import Caller
from loanwright.service.registry.schemas import State
from loanwright.service.settings import Settings

__all__ = ["settings"]

ANSWERS = {
    "purpose": "repairs",
    "employment_since": "from_4_years",
    "housing": "own",
    "other_plans": "none",
    "other_debtors": "none",
    "age": 35,
}
BANK = Caller(id="key_BANK", kind="key", scopes=frozenset({"applications:write"}))


def asked(**changes: Any) -> Asked:
    """Return what is asked of every lender."""
    usual = {
        "caller": BANK,
        "idempotency_key": None,
        "base": "instalment-loan",
        "features": ANSWERS,
        "wish": Wish(amount=2_000, term_months=12),
    }
    return Asked(**{**usual, **changes})


@pytest.fixture
def lenders_dir(tmp_path: Path) -> Path:
    """Return a directory with the demo's lenders, but for the one with a model of its own."""
    place = tmp_path / "lenders"
    shutil.copytree(bundled_lenders(), place)
    shutil.rmtree(place / "cityline")
    return place


@pytest.fixture
def served(settings: Settings, lenders_dir: Path) -> Iterator[Service]:
    """Return a service that decides for every lender."""
    service = open_with(settings, lenders_dir)
    yield service
    service.close()


def open_with(settings: Settings, lenders_dir: Path) -> Service:
    """Open a service over these lenders."""
    changed = settings.model_copy(update={"lenders_dir": lenders_dir, "lender_seconds": 30})
    service = build(changed, load_package=PlainPackage.load)
    if not service.registry.list_live():
        path = write_loan(service.settings.models_dir)
        model = service.registry.register(path, by="tests")
        service.registry.promote(model.hash, to=State.CHAMPION, by="tests")
    take_in(service)
    return service


def write_loan(directory: Path, weight: float = 25.0) -> Path:
    """Write a plain package for new applicants of the loan."""
    path = directory / "plain-loan"
    path.mkdir(parents=True, exist_ok=True)
    told = {"product": "instalment-loan", "segment": "new", "weight": weight}
    (path / "plain.json").write_text(json.dumps(told))
    return path


def with_adapters(service: Service, change: Any) -> Any:
    """Return the quotes of a service with changed adapters."""
    changed = tuple(change(one) for one in service.quotes.adapters)
    return replace(service.quotes, adapters=changed)
