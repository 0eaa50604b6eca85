"""Two months of the past for a bank of the browser tests: a policy became stricter, others came."""

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from tests.acceptance.web.bank import CARD, Bank

from loanwright.decisioning.policy import Policy
from loanwright.service.audit.schemas import Actor
from loanwright.service.bootstrap import Service
from loanwright.service.kit.clock import SetClock
from loanwright.service.kit.months import first_day, months_until
from loanwright.service.origination.schemas import Caller, Submission
from loanwright.service.policies.service import Policies

WEBSITE = Caller(id="public", kind="public", scopes=frozenset({"applications:write"}))
EACH = 40
STRICTER = 2


def live(bank: Bank) -> Bank:
    """Let a bank have lived through two months, once."""
    if "lived" not in bank.memory:
        bank.memory["lived"] = _live(bank.service)
    return bank


def _live(service: Service) -> tuple[str, str]:
    before, after, _now = months_until(f"{service.clock.now():%Y-%m}", 3)
    clock = SetClock(_day(before, 5))
    origination = replace(service.origination, clock=clock)
    _decide(origination, before, [60_000 + 12_000 * number for number in range(EACH)])
    clock.advance(_day(after, 1) - clock.now())
    policies = Policies(database=service.database, clock=clock, audit=service.audit)
    policies.publish(CARD, stricter(service.policies.live(CARD).policy), by="Anna")
    service.policies.forget()
    clock.advance(_day(after, 5) - clock.now())
    _decide(origination, after, [10_000 + 10_000 * number for number in range(EACH)])
    return before, after


def stricter(policy: Policy) -> Policy:
    """Return a policy that approves from more points."""
    document = policy.to_mapping()
    cutoffs = {
        segment: {**one, "approve_from": one["approve_from"] + STRICTER}
        for segment, one in document["cutoffs"].items()
    }
    return Policy.from_mapping({**document, "name": "card-stricter", "cutoffs": cutoffs})


def _day(month: str, day: int) -> datetime:
    return datetime.combine(first_day(month).replace(day=day), datetime.min.time(), tzinfo=UTC)


def _decide(origination: Any, month: str, limits: list[int]) -> None:
    sent = []
    for number, limit in enumerate(limits):
        features = {"limit": limit, "education": "graduate_school"}
        received = json.dumps({"product": CARD, "features": features}).encode()
        sent.append(
            Submission(
                caller=WEBSITE,
                idempotency_key=f"lived-{month}-{number}",
                body_hash=hashlib.sha256(received).hexdigest(),
                received=received,
                product=CARD,
                applicant=None,
                features=features,
            )
        )
    for reply in origination.submit_many(sent):
        assert reply.status == 201, reply


def author(bank: Bank, login: str = "analyst1") -> Actor:
    """Return an analyst of the bank, as the audit log knows them."""
    return Actor(id=bank.known.users[login])
