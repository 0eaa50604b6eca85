"""The checker finds what it is there to find: each invariant is broken once by hand."""

from dataclasses import replace

import pytest
from faultlab.checker import Stored, check_stored
from faultlab.history import Event

GOOD = Stored(
    decided={"a": "dec_a", "b": "dec_b"},
    decisions=frozenset({"dec_a", "dec_b"}),
    twice=(),
    jobs={"job_b": ("done", "dec_b", "b")},
    waiting=0,
)


def told(key, mode="now", found=None, digest=None):
    found = found or (f"dec_{key}" if mode == "now" else f"job_{key}")
    return [
        Event(at=1.0, kind="invoke", mode=mode, key=key, body="{}"),
        Event(at=2.0, kind="ok", mode=mode, key=key, found=found, digest=digest or key),
    ]


def history():
    return [*told("a"), *told("b", "later")]


def invariants(events, stored):
    return sorted({line.split()[0] for line in check_stored(events, stored).violations})


def test_a_history_that_fits_breaks_nothing():
    found = check_stored(history(), GOOD)
    assert found.violations == []
    assert found.counts["acknowledged"] == 2
    assert found.counts["lost"] == found.counts["duplicated"] == found.counts["unknown"] == 0


def test_an_end_that_says_nothing_may_have_happened_or_not():
    doubtful = [
        Event(at=1.0, kind="invoke", mode="now", key=key, body="{}") for key in ("c", "d")
    ] + [Event(at=2.0, kind="info", mode="now", key=key) for key in ("c", "d")]
    stored = replace(
        GOOD, decided={**GOOD.decided, "c": "dec_c"}, decisions=GOOD.decisions | {"dec_c"}
    )
    found = check_stored(history() + doubtful, stored)
    assert found.violations == []
    assert found.counts["unknown"] == 2


@pytest.mark.parametrize(
    ("broken", "stored"),
    [
        (["I1"], replace(GOOD, decided={"b": "dec_b"}, decisions=frozenset({"dec_b"}))),
        (["I1"], replace(GOOD, decisions=frozenset({"dec_b"}))),
        (["I1", "I2"], replace(GOOD, decided={**GOOD.decided, "a": "dec_x"})),
        (["I1"], replace(GOOD, jobs={})),
        (["I1", "I3"], replace(GOOD, jobs={"job_b": ("running", None, "b")})),
        (["I1", "I3"], replace(GOOD, jobs={"job_b": ("failed", None, "b")})),
        (["I2"], replace(GOOD, twice=("app_1",))),
        (["I2"], replace(GOOD, decisions=GOOD.decisions | {"dec_again"})),
        (
            ["I2"],
            replace(
                GOOD,
                decided={**GOOD.decided, "never": "dec_n"},
                decisions=GOOD.decisions | {"dec_n"},
            ),
        ),
        (["I3"], replace(GOOD, jobs={**GOOD.jobs, "job_x": ("queued", None, "x")})),
        (["I5"], replace(GOOD, waiting=3)),
    ],
)
def test_what_is_wrong_in_the_database_is_found(broken, stored):
    assert invariants(history(), stored) == broken


def test_two_answers_to_one_key_are_found():
    again = Event(at=3.0, kind="ok", mode="now", key="a", found="dec_a", digest="other")
    assert invariants([*history(), again], GOOD) == ["I8"]


def test_two_keys_that_share_a_decision_are_found():
    stored = replace(GOOD, decided={"a": "dec_b", "b": "dec_b"}, decisions=frozenset({"dec_b"}))
    shared = [*told("a", found="dec_b"), *told("b", "later")]
    assert invariants(shared, stored) == ["I2"]
