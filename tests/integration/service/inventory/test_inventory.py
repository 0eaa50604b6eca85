"""What was found wrong with models, and what depends on them, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.service.conftest import application, write_plain

from loanwright.service.audit.schemas import Actor
from loanwright.service.inventory.errors import (
    FindingDueBefore,
    FindingIncomplete,
    FindingNotFound,
    FindingUnchanged,
)
from loanwright.service.inventory.schemas import (
    Correction,
    FindingState,
    FindingWish,
    Severity,
    Tier,
)
from loanwright.service.registry.schemas import CheckResult, State
from loanwright.service.registry.service import ChecksFailed, ModelNotFound

VALIDATOR = Actor(id="usr_VALIDATOR")
TODAY = datetime.now(UTC).date()


@pytest.fixture
def inventory(service):
    return service.inventory


@pytest.fixture
def candidate(service):
    path = write_plain(service.settings.models_dir, "new", weight=-0.5)
    return service.registry.register(path, by="Anna").hash


def wish(severity=Severity.MEDIUM, **changes):
    told = {"said": "Judged on last year's applicants.", "owner": "Boris"}
    due = TODAY + timedelta(days=30)
    return FindingWish(**{**told, "severity": severity, "due_on": due, **changes})


def check_of(service, model_hash):
    found = service.registry.inspect(model_hash)
    return next(one for one in found if one.name == "findings")


def test_a_finding_keeps_every_change(inventory, candidate):
    opened = inventory.open_finding(VALIDATOR, candidate, wish())
    later = TODAY + timedelta(days=60)
    inventory.correct_finding(VALIDATOR, candidate, opened.id, Correction(due_on=later))
    solved = Correction(state=FindingState.RESOLVED, note="Judged on this year's.")
    found = inventory.correct_finding(Actor(id="usr_OTHER"), candidate, opened.id, solved)

    assert [(one.state, one.due_on, one.by) for one in found.changes] == [
        ("open", TODAY + timedelta(days=30), "usr_VALIDATOR"),
        ("open", later, "usr_VALIDATOR"),
        ("resolved", later, "usr_OTHER"),
    ]
    assert inventory.list_findings(candidate) == (found,)
    assert [one.note for one in found.changes] == ["", "", "Judged on this year's."]


def test_what_lacks_something_is_refused_by_name(inventory, candidate):
    with pytest.raises(FindingDueBefore):
        inventory.open_finding(VALIDATOR, candidate, wish(due_on=TODAY - timedelta(days=2)))
    with pytest.raises(FindingIncomplete):
        inventory.open_finding(VALIDATOR, candidate, wish(owner="  "))
    with pytest.raises(ModelNotFound):
        inventory.open_finding(VALIDATOR, "0" * 64, wish())
    opened = inventory.open_finding(VALIDATOR, candidate, wish())
    with pytest.raises(FindingUnchanged):
        inventory.correct_finding(VALIDATOR, candidate, opened.id, Correction(owner="Boris"))
    with pytest.raises(FindingIncomplete):
        inventory.correct_finding(
            VALIDATOR, candidate, opened.id, Correction(state=FindingState.RESOLVED)
        )
    other = inventory.list_entries()[-1].model.hash
    with pytest.raises(FindingNotFound):
        inventory.correct_finding(VALIDATOR, other, opened.id, Correction(owner="Carla"))


def test_an_open_high_finding_stops_an_approval_until_it_is_resolved(service, inventory, candidate):
    assert check_of(service, candidate).result is CheckResult.PASSED
    inventory.open_finding(VALIDATOR, candidate, wish())
    assert check_of(service, candidate).result is CheckResult.ATTENTION
    heavy = inventory.open_finding(VALIDATOR, candidate, wish(Severity.HIGH))
    with pytest.raises(ChecksFailed, match="findings"):
        service.registry.approve(candidate, to=State.CHAMPION, by="Boris")

    solved = Correction(state=FindingState.RESOLVED, note="Mended.")
    inventory.correct_finding(VALIDATOR, candidate, heavy.id, solved)
    assert service.registry.approve(candidate, to=State.CHAMPION, by="Boris").hash == candidate


def test_the_tier_follows_role_share_and_family(service, inventory, candidate):
    service.origination.submit(application())
    entries = {one.model.hash: one for one in inventory.list_entries()}
    champion = service.registry.champion("credit-card", "new").hash

    assert (entries[champion].tier, entries[champion].share) == (Tier.HIGH, 1.0)
    assert (entries[candidate].tier, entries[candidate].decisions) == (Tier.LOW, 0)


def test_findings_only_grow_and_the_log_vouches_for_them(service, inventory, candidate):
    opened = inventory.open_finding(VALIDATOR, candidate, wish())
    for statement in ("UPDATE finding_changes SET owner = 'x'", "DELETE FROM finding_changes"):
        with pytest.raises(DBAPIError, match="only grows"), service.database.write() as connection:
            connection.execute(text(statement))
    service.ledger.seal()

    assert inventory.get_finding(candidate, opened.id) == opened
    assert service.ledger.verify().findings == ()
