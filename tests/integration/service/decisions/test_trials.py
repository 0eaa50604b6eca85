"""What would have been decided with other answers: band and outcome, a few times a day."""

import pytest
from tests.integration.service.conftest import application, told, write_plain

from loanwright.features.errors import RecordRejected
from loanwright.service.decisions.service import DecisionNotFound
from loanwright.service.joining.service import borrower
from loanwright.service.kit.problem import Throttled
from loanwright.service.registry.schemas import State

HERE = "192.0.2.7"


@pytest.fixture
def answer(service):
    return told(service.origination.submit(application()))


@pytest.fixture
def anna(answer):
    return borrower("usr_ANNA", answer.applicant.id)


def attempt(service, anna, answer, **changes):
    return service.trials.attempt(anna, answer.decision.id, changes, address=HERE)


def test_the_same_answers_give_the_same_outcome_and_band(service, anna, answer):
    tried = attempt(service, anna, answer)
    assert (tried.outcome, tried.grade) == (answer.decision.outcome, answer.decision.grade)


def test_other_answers_are_decided_again_and_nothing_is_recorded(service):
    path = write_plain(service.settings.models_dir, "new", -6.0)
    model = service.registry.register(path, by="tests")
    service.registry.promote(model.hash, to=State.CHAMPION, by="tests")
    answer = told(service.origination.submit(application()))
    anna, count = borrower("usr_ANNA", answer.applicant.id), service.decisions.count()
    tried = [attempt(service, anna, answer, limit=limit) for limit in (10_000, 1_000_000)]
    assert len({one.grade for one in tried}) == 2
    assert service.decisions.count() == count


def test_nothing_is_told_but_outcome_band_and_how_many_are_left(service, anna, answer):
    tried = attempt(service, anna, answer, limit=50_000)
    assert set(tried.__slots__) == {"outcome", "grade", "left"}
    assert tried.left == service.trials.per_day - 1 == service.trials.left(anna)


def test_only_what_somebody_can_change_is_changed(service, anna, answer):
    _, features = service.trials.changeable(anna, answer.decision.id)
    assert {one.name: before for one, before in features}["limit"] == 200_000
    tried = attempt(service, anna, answer, no_such_feature=1)
    assert tried.grade == answer.decision.grade


def test_after_a_few_questions_it_is_over_for_the_day(service, anna, answer):
    for _ in range(service.trials.per_day):
        attempt(service, anna, answer)
    with pytest.raises(Throttled):
        attempt(service, anna, answer)
    assert service.trials.left(anna) == 0


def test_one_address_with_many_accounts_is_stopped_as_well(service):
    people = []
    for _ in range(6):
        answer = told(service.origination.submit(application()))
        people.append((borrower("usr_MANY", answer.applicant.id), answer))
    for person, answer in people[:5]:
        for _ in range(service.trials.per_day):
            attempt(service, person, answer)
    with pytest.raises(Throttled):
        attempt(service, *people[5])


def test_what_cannot_be_is_refused_and_does_not_count(service, anna, answer):
    with pytest.raises(RecordRejected):
        attempt(service, anna, answer, limit=-5)
    assert service.trials.left(anna) == service.trials.per_day


def test_the_decision_of_another_is_not_there(service, answer):
    stranger = borrower("usr_STRANGER", "apl_01JD3ZK8M0Q2V5T7W9X0Y1Z2A3")
    with pytest.raises(DecisionNotFound):
        attempt(service, stranger, answer)
