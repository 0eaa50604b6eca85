"""A whole service on each database, decided by small packages whose arithmetic is plain to see."""

import hashlib
import itertools
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.policy import Policy
from loanwright.errors import Rejected
from loanwright.features.product import Product, bundled_product
from loanwright.scaling import Scale
from loanwright.service.bootstrap import Service, build
from loanwright.service.origination.schemas import ApplicantReference, Caller, Submission
from loanwright.service.registry.schemas import State
from loanwright.service.settings import Settings

CARD = bundled_product("credit-card")
UNASSESSABLE = 666_000
BANK = Caller(id="key_BANK", kind="key")
BEHAVIOUR = {f.name: f.minimum or 0 for f in CARD.inputs("existing") if f.source == "behaviour"}


@dataclass(frozen=True)
class PlainPackage:
    """A package that weighs every feature by a number written in its one file."""

    hash: str
    path: Path
    product: Product
    segment: str
    weight: float
    family: str = "scorecard"

    @classmethod
    def load(cls, path: Path) -> "PlainPackage":
        content = (path / "plain.json").read_bytes()
        told = json.loads(content)
        return cls(
            hash=hashlib.sha256(content).hexdigest(),
            path=path,
            product=bundled_product(told["product"]),
            segment=told["segment"],
            weight=told["weight"],
        )

    @property
    def features(self) -> tuple[str, ...]:
        return self.product.segment(self.segment).features

    @property
    def manifest(self) -> dict[str, Any]:
        return {}

    def assess_matrix(self, matrix: np.ndarray) -> list[Assessment]:
        if (matrix[:, 0] == UNASSESSABLE).any():
            raise Rejected
        return [self._assess(row) for row in matrix.tolist()]

    def reservations_of(self, matrix: np.ndarray, records: Any = None) -> list[tuple[Any, ...]]:
        return [()] * len(matrix)

    def reference_for(self, cutoff: int) -> None:
        return None

    def _assess(self, row: list[float]) -> Assessment:
        scale = Scale.from_mapping(self.product.scale)
        weighed = tuple(
            0.0 if value != value else self.weight * np.tanh(value / 1e5).item() for value in row
        )
        log_odds = -2.0
        for contribution in weighed:
            log_odds += contribution
        score = scale.score(np.array([log_odds]))
        return Assessment(
            probability_of_default=float(scale.probability(np.array([log_odds]))[0]),
            score=int(score[0]),
            grade=scale.grade(int(score[0])),
            log_odds=log_odds,
            base_log_odds=-2.0,
            features=self.features,
            contributions=weighed,
        )


def write_plain(directory: Path, segment: str, weight: float = -0.3) -> Path:
    """Write a plain package and return its directory."""
    path = directory / f"credit-card-{segment}-{weight}"
    path.mkdir(parents=True)
    told = {"product": "credit-card", "segment": segment, "weight": weight}
    (path / "plain.json").write_text(json.dumps(told))
    return path


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """Return settings with everything of their own."""
    return Settings(
        database_url=database_url,
        var_dir=tmp_path / "var",
        identity_key="k" * 32,
        # A loaded machine is slow, not wrong; what is quick enough is measured elsewhere.
        gather_timeout=30,
        database_timeout=30,
    )


@pytest.fixture
def bare_service(settings: Settings) -> Iterator[Service]:
    """Return a service without models and policies."""
    service = build(settings, load_package=PlainPackage.load)
    yield service
    service.close()


@pytest.fixture
def service(bare_service: Service) -> Service:
    """Return a service that decides credit cards for new and existing applicants."""
    for segment in ("new", "existing"):
        path = write_plain(bare_service.settings.models_dir, segment)
        model = bare_service.registry.register(path, by="tests")
        bare_service.registry.promote(model.hash, to=State.CHAMPION, by="tests")
    bare_service.policies.publish("credit-card", Policy.from_mapping(CARD.policy), by="tests")
    return bare_service


_numbers = itertools.count(1)


def application(**changes: Any) -> Submission:
    """Return a submission that is good unless it is changed."""
    features = changes.pop("features", {"limit": 200_000, "education": "university"})
    number = changes.pop("document_number", None)
    reference = None if number is None else ApplicantReference(document_number=number)
    named = {} if number is None else {"applicant": {"document_number": number}}
    asked = {"product": "credit-card", **named, "features": features}
    received = json.dumps(asked, default=str).encode()
    told = {
        "caller": BANK,
        "idempotency_key": f"key-{next(_numbers)}",
        "body_hash": hashlib.sha256(received).hexdigest(),
        "received": received,
        "product": "credit-card",
        "applicant": reference,
        "features": features,
    }
    return Submission(**{**told, **changes})


def told(reply: Any) -> SimpleNamespace:
    """Return the body of a reply, readable by attributes."""
    return json.loads(reply.body, object_hook=lambda fields: SimpleNamespace(**fields))
