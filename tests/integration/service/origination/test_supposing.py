"""What would be decided otherwise: the same engine, and nothing recorded."""

import pytest
from sqlalchemy import text
from tests.integration.service.conftest import BEHAVIOUR, CARD, application, told

from loanwright.features.records import RecordRejected
from loanwright.service.applicants.service import ApplicantNotFound
from loanwright.service.users.permissions import PERMISSIONS, ROLES, Role
from loanwright.service.users.schemas import Principal

MACHINE = Principal(id="key_TESTS", kind="key", permissions=frozenset(PERMISSIONS))


def counted(service):
    tables = ("decisions", "applications", "audit_entries", "profile_versions", "reviews")
    with service.database.read() as connection:
        return [
            connection.execute(text(f"SELECT count(*) FROM {one}")).scalar_one() for one in tables
        ]


def decided(service, **changes):
    body = told(service.origination.submit(application(document_number="N1", **changes)))
    return body.applicant.id, body.decision


def test_unchanged_it_is_what_was_decided_and_what_rescoring_would_say(service):
    person, decision = decided(service)
    supposed = service.suppositions.suppose(MACHINE, person, "credit-card").judged

    assert supposed.assessment.score == decision.score
    assert supposed.assessment.probability_of_default == decision.probability_of_default
    assert str(supposed.decision.outcome) == decision.outcome
    assert [one.contribution for one in decision.contributions] == list(
        supposed.assessment.contributions
    )


def test_a_change_gives_the_bits_that_an_application_would_have(service):
    person, _ = decided(service)
    before = counted(service)
    supposed = service.suppositions.suppose(MACHINE, person, "credit-card", {"limit": 40_000})
    assert counted(service) == before
    features = {"limit": 40_000, "education": "university"}
    _, decision = decided(service, features=features)

    assert supposed.changed == {"limit": 40_000.0}
    assert supposed.judged.assessment.probability_of_default == decision.probability_of_default
    assert supposed.judged.decision.outcome == decision.outcome


def test_behaviour_is_supposed_as_it_is_known_or_otherwise(service):
    service.applicants.record_behaviours(CARD, {"N1": BEHAVIOUR})
    person, decision = decided(service)
    same = service.suppositions.suppose(MACHINE, person, "credit-card")
    name = next(
        one.name for one in same.actionable if one.source == "behaviour" and one.type == "money"
    )
    other = service.suppositions.suppose(MACHINE, person, "credit-card", {name: 90_000})

    assert same.judged.intake.segment == "existing"
    assert same.judged.assessment.score == decision.score
    assert other.judged.intake.record[name] == 90_000
    assert service.applicants.get(person).behaviours["credit-card"].features[name] != 90_000


def test_what_cannot_be_is_refused_by_the_dictionary(service):
    person, _ = decided(service)
    for changes in ({"limit": -1}, {"luck": 3}, {"education": "wizard"}):
        with pytest.raises(RecordRejected):
            service.suppositions.suppose(MACHINE, person, "credit-card", changes)


def test_whoever_does_not_see_the_applicant_supposes_nothing(service):
    person, _ = decided(service)
    stranger = Principal(
        id="usr_OTHER", kind="user", permissions=ROLES[Role.MANAGER], role=Role.MANAGER
    )
    with pytest.raises(ApplicantNotFound):
        service.suppositions.suppose(stranger, person, "credit-card")
