"""Why approvals changed, on months whose causes are known."""

from collections import Counter

import numpy as np
import pytest

from loanwright.features.product import bundled_product
from loanwright.service.business.changes import MonthRead, Versions, explain, told_features

CARD = bundled_product("credit-card")
VERSIONS = (Versions(policies={"p": 1.0}, models={"m": 1.0}),) * 2


def month(name, rows, *, reasons=None):
    """Return a month of (grade, limit, fixed, models, decided, final) rows."""
    grades, limits, *flags = zip(*rows, strict=True)
    named = dict(zip(("fixed", "models", "decided", "final"), map(np.array, flags), strict=True))
    return MonthRead(
        month=name,
        grades=grades,
        segments=["new"] * len(rows),
        columns={"limit": limits, "education": ["university"] * len(rows)},
        reasons=Counter(reasons or {}),
        **named,
    )


def always(grade, limit, approved):
    return (grade, limit, approved, approved, approved, approved)


BEFORE = month("2026-09", [always("A", 300_000, True)] * 6 + [always("F", 20_000, False)] * 4)


def parts(before, after):
    return {one.cause: one.added for one in explain(CARD, before, after, VERSIONS).parts}


def test_weaker_applicants_are_due_to_applicants():
    after = month("2026-10", [always("A", 300_000, True)] * 3 + [always("F", 20_000, False)] * 7)
    found = explain(CARD, BEFORE, after, VERSIONS)

    assert parts(BEFORE, after) == pytest.approx(
        {"applicants": -0.3, "models": 0, "policy": 0, "people": 0}
    )
    assert found.change.value == pytest.approx(-0.3)
    assert found.features[0].feature == "limit"
    assert found.features[0].mix == pytest.approx(-0.3)
    assert [one.name for one in found.grades] == ["A", "F"]
    assert "education" not in [one.feature for one in found.features]


def test_a_stricter_policy_is_due_to_the_policy():
    refused = ("A", 300_000, True, True, False, False)
    after = month("2026-10", [always("A", 300_000, True)] * 4 + [refused] * 2 + [
        always("F", 20_000, False)
    ] * 4)  # fmt: skip

    assert parts(BEFORE, after) == pytest.approx(
        {"applicants": 0, "models": 0, "policy": -0.2, "people": 0}
    )


def test_a_model_that_thinks_otherwise_is_due_to_the_models():
    otherwise = ("A", 300_000, True, False, False, False)
    after = month("2026-10", [always("A", 300_000, True)] * 5 + [otherwise] + [
        always("F", 20_000, False)
    ] * 4)  # fmt: skip

    assert parts(BEFORE, after) == pytest.approx(
        {"applicants": 0, "models": -0.1, "policy": 0, "people": 0}
    )


def test_what_people_raised_before_and_not_now_is_due_to_people():
    raised = ("F", 20_000, False, False, False, True)
    before = month("2026-09", [always("A", 300_000, True)] * 6 + [raised] * 2 + [
        always("F", 20_000, False)
    ] * 2)  # fmt: skip
    after = month("2026-10", [always("A", 300_000, True)] * 6 + [always("F", 20_000, False)] * 4)

    assert parts(before, after) == pytest.approx(
        {"applicants": 0, "models": 0, "policy": 0, "people": -0.2}
    )


def test_the_parts_add_up_to_the_change():
    random = np.random.default_rng(4)

    def drawn(name, rows):
        grades, limits = random.choice(["A", "B"], rows), random.integers(1, 9, rows) * 10_000
        flags = random.random((rows, 4)) < 0.6
        return month(name, list(zip(grades.tolist(), limits.tolist(), *flags.T, strict=True)))

    before, after = drawn("2026-09", 80), drawn("2026-10", 60)
    found = explain(CARD, before, after, VERSIONS)

    assert sum(one.added for one in found.parts) == pytest.approx(found.change.value)


def test_reasons_that_grew_come_first():
    before = month("2026-09", [always("F", 1, False)] * 10, reasons={"a": 5, "b": 1})
    after = month("2026-10", [always("F", 1, False)] * 10, reasons={"a": 4, "b": 6, "c": 1})
    found = explain(CARD, before, after, VERSIONS).reasons

    assert [one.code for one in found] == ["b", "c", "a"]
    assert (found[0].before, found[0].after) == (0.1, 0.6)


def test_what_the_law_protects_is_told_of_nobody():
    names = {one.name for one in told_features(CARD)}
    assert {"limit", "education"} <= names
    assert not names & {"sex", "age", "marital_status"}
