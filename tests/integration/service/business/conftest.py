"""A service that has decided over two months, by a clock that the tests move."""

from datetime import UTC, datetime

import pytest
from tests.integration.service.conftest import CARD, application
from tests.integration.service.standing import bare_service, clock

from loanwright.decisioning.policy import Policy
from loanwright.service.kit.clock import SetClock

__all__ = ["bare_service", "clock"]


def policy(name, approve_from):
    """Return the policy of the product file with other cut-offs for new applicants."""
    new = {"approve_from": approve_from, "refer_from": 560}
    cutoffs = {**CARD.policy["cutoffs"], "new": new}
    return Policy.from_mapping({**CARD.policy, "name": name, "cutoffs": cutoffs, "examples": []})


#: The plain packages give scores from 559 to 568 points, the higher the limit.
MILD, STRICT = policy("mild", 563), policy("strict", 566)


def decide(service, limits, **changes):
    """Decide applications for these limits; return the outcomes."""
    features = [{"limit": limit, "education": "university"} for limit in limits]
    sent = [application(features=one, **changes) for one in features]
    for reply in service.origination.submit_many(sent):
        assert reply.status == 201, reply


def set_clock(clock, moment):
    clock.advance(moment - clock.now())


@pytest.fixture
def two_months(service, clock: SetClock):
    """Return a service that was stricter in October, and asked by weaker applicants."""
    set_clock(clock, datetime(2026, 9, 1, tzinfo=UTC))
    service.policies.publish("credit-card", MILD, by="tests")
    set_clock(clock, datetime(2026, 9, 10, tzinfo=UTC))
    decide(service, range(10_000, 310_000, 5_000))
    set_clock(clock, datetime(2026, 10, 1, tzinfo=UTC))
    service.policies.publish("credit-card", STRICT, by="tests")
    set_clock(clock, datetime(2026, 10, 12, tzinfo=UTC))
    decide(service, range(10_000, 160_000, 2_500))
    set_clock(clock, datetime(2026, 11, 21, tzinfo=UTC))
    return service
