import pytest
from tests.integration.service.conftest import BEHAVIOUR, CARD

from loanwright.features.errors import RecordRejected
from loanwright.service.applicants.service import ApplicantNotFound, DocumentNumberRefused
from loanwright.service.bootstrap import build


@pytest.fixture
def applicants(bare_service):
    return bare_service.applicants


def test_a_person_is_received_once(applicants):
    first = applicants.get_or_receive("AB 123")

    assert applicants.get_or_receive("ab-123") == first
    assert applicants.find("AB123") == first == applicants.get(first.id)
    assert applicants.count() == 1


def test_an_unknown_person_is_not_found(applicants):
    assert applicants.find("AB 123") is None
    with pytest.raises(ApplicantNotFound):
        applicants.get("apl_unknown")


def test_another_identity_key_gives_another_hash(applicants, bare_service):
    settings = bare_service.settings.model_copy(update={"identity_key": None})
    other = build(settings)

    assert other.applicants.document_hash("AB 123") != applicants.document_hash("AB 123")
    other.close()


def test_compatibility_forms_of_a_number_are_the_same_number(applicants):
    assert applicants.document_hash("ＡＢ１２３") == applicants.document_hash("ab 123")


def test_a_number_with_control_characters_is_refused(applicants):
    with pytest.raises(DocumentNumberRefused):
        applicants.document_hash("AB\x07123")


def test_behaviour_grows_by_versions_and_the_newest_is_found(applicants):
    person = applicants.get_or_receive("AB 123")
    versions = [
        applicants.record_behaviour(person.id, CARD, {**BEHAVIOUR, "bill_1": bill})
        for bill in (100, 200, 300)
    ]
    known = applicants.get(person.id).behaviours["credit-card"]

    assert versions == [1, 2, 3]
    assert (known.version, known.features["bill_1"]) == (3, 300)


def test_what_is_no_behaviour_is_rejected(applicants):
    person = applicants.get_or_receive("AB 123")
    for features in ({**BEHAVIOUR, "limit": 1000}, {**BEHAVIOUR, "bill_1": "much"}):
        with pytest.raises(RecordRejected):
            applicants.record_behaviour(person.id, CARD, features)

    assert applicants.get(person.id).behaviours == {}


def test_behaviour_of_nobody_is_not_recorded(applicants):
    with pytest.raises(ApplicantNotFound):
        applicants.record_behaviour("apl_unknown", CARD, BEHAVIOUR)


def test_many_people_are_recorded_at_once_and_again_without_change(applicants):
    known = {f"P{n}": {**BEHAVIOUR, "bill_1": n} for n in range(1_200)}
    applicants.record_behaviours(CARD, known)
    applicants.record_behaviours(CARD, known)
    applicants.record_behaviours(CARD, {"P7": {**BEHAVIOUR, "bill_1": 70_000}})

    assert applicants.count() == 1_200
    assert applicants.find("P8").behaviours["credit-card"].version == 1
    assert applicants.find("P8").behaviours["credit-card"].features["bill_1"] == 8
    assert applicants.find("P7").behaviours["credit-card"].version == 2
