"""Policies of schema 2 in a whole service: terms, figures, reservations, and their replay."""

import json
from dataclasses import replace

import pytest
from tests.integration.service.conftest import PlainPackage, application

from loanwright.decisioning.policy import Policy, policy_from_toml
from loanwright.decisioning.reservation import OUT_OF_RANGE, Reservation
from loanwright.features.policy_names import policy_names
from loanwright.features.product import bundled_product
from loanwright.service.decisions.borrowers import for_borrower
from loanwright.service.decisions.replay import compare
from loanwright.service.decisions.snapshot import read_snapshot

CARD = bundled_product("credit-card")
POLICY = """
schema = 2
name = "second"

[cutoffs]
new = { approve_from = 300, refer_from = 300 }
existing = { approve_from = 300, refer_from = 300 }

[[figures]]
name = "tenth"
expression = "limit / 3"

[[tables]]
name = "highest_amount"
hit = "first"
kind = "number"
rows = [
  { when = 'education == "university"', value = 150000 },
  { when = "true", value = 50000 },
]

[[rules]]
code = "rule.high_limit"
outcome = "refer"
when = "tenth > 200000"
text = { en = "A person looks at high limits.", ru = "Высокие лимиты смотрит сотрудник." }

[humility]
out_of_range = true

[terms]
"""
TERMS = "".join(
    f"{grade['name']} = {{ highest_amount = 200000, annual_rate_bp = 1990 }}\n"
    for grade in CARD.scale["grades"]
)


class WarningPackage(PlainPackage):
    """A package whose sample never saw a limit above 400 000, and that compares with others."""

    def reservations_of(self, matrix, records=None):
        return [
            (Reservation(code=OUT_OF_RANGE, feature="limit"),) if row[0] > 400_000 else ()
            for row in matrix.tolist()
        ]

    def reference_for(self, cutoff):
        return (0.1,) * len(self.features)


@pytest.fixture
def second(service):
    policy = policy_from_toml(POLICY + TERMS, names=policy_names(CARD))
    service.policies.publish("credit-card", policy, by="tests")
    return service


def answered(service, **features):
    sent = application(features={"limit": 90_000, "education": "university", **features})
    reply = service.origination.submit(sent)
    return json.loads(reply.body)["decision"]


def test_an_approval_tells_its_terms_and_nothing_else_is_new(second):
    decision = answered(second)
    assert decision["outcome"] == "approve"
    assert decision["terms"] == {"highest_amount": 150_000, "annual_rate_bp": 1990}
    told = for_borrower(decision)
    assert set(told) == {"id", "decided_at", "outcome", "grade", "reasons", "terms"}


def test_nothing_is_promised_to_those_who_are_not_approved(second):
    decision = answered(second, limit=900_000)
    assert decision["outcome"] == "refer"
    assert "terms" not in decision


def test_a_decision_by_figures_tables_and_terms_is_replayed_bit_for_bit(second):
    made = answered(second)
    stored = read_snapshot(second.decisions.get(made["id"]).snapshot)
    assert stored["schema"] == 2
    assert stored["figures"] == {"tenth": (30_000.0).hex(), "highest_amount": (150_000.0).hex()}
    assert stored["terms"] == [150_000, 1990]
    assert second.decisions.replay(made["id"]).equal


def test_a_reply_by_a_policy_of_before_is_as_it_was(service):
    decision = answered(service)
    assert "terms" not in decision
    assert service.decisions.replay(decision["id"]).equal


def warning(package):
    own = ("hash", "path", "product", "segment", "weight")
    return WarningPackage(**{name: getattr(package, name) for name in own})


def test_a_replay_asks_the_package_again_what_it_has_seen(second):
    made = answered(second, limit=450_000)
    stored = second.decisions.get(made["id"])
    model = second.registry.live()["credit-card", "new"]
    package = warning(second.registry.open(model))
    policy = second.policies.live("credit-card").policy
    found = compare(stored, package, policy)
    assert [(one.field, one.cause) for one in found][:2] == [
        ("reference", "model"),
        ("reservations", "model"),
    ]
    assert {one.field for one in found} > {"outcome", "reasons"}


def test_a_snapshot_of_before_is_replayed_as_it_was_whatever_the_package_says_now(service):
    made = answered(service, limit=450_000)
    stored = service.decisions.get(made["id"])
    package = service.registry.open(service.registry.live()["credit-card", "new"])
    policy = Policy.from_mapping(CARD.policy)
    first = read_snapshot(stored.snapshot)
    for name in ("given", "reference", "reservations", "figures", "terms"):
        del first[name]
    before = replace(stored, snapshot=json.dumps({**first, "schema": 1}))
    assert compare(before, warning(package), policy) == ()
