"""Saved as it is filled, sealed, found by its token alone, gone after its time."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from loanwright.service.questionnaires.service import AnswersTooLong, Questionnaires, is_token

ANSWERS = {"limit": "120 000", "education": "university"}


@pytest.fixture
def questionnaires(service):
    return service.questionnaires


def test_what_was_saved_is_found_by_its_token_and_by_nothing_else(questionnaires):
    token = questionnaires.save(None, "credit-card", ANSWERS)
    assert questionnaires.find(token, "credit-card") == ANSWERS
    assert questionnaires.find(token, "instalment-loan") is None
    assert questionnaires.find(token[::-1], "credit-card") is None
    assert questionnaires.find(None, "credit-card") is None


def test_saved_again_it_keeps_its_token_and_the_newest_answers(questionnaires):
    token = questionnaires.save(None, "credit-card", ANSWERS)
    assert questionnaires.save(token, "credit-card", {"limit": "90000"}) == token
    assert questionnaires.find(token, "credit-card") == {"limit": "90000"}


def test_a_token_that_is_none_of_ours_is_replaced(questionnaires):
    token = questionnaires.save("../../etc/passwd", "credit-card", ANSWERS)
    assert is_token(token)
    assert questionnaires.find(token, "credit-card") == ANSWERS


def test_nothing_that_was_typed_and_no_token_can_be_read_in_the_database(questionnaires):
    token = questionnaires.save(None, "credit-card", {"limit": "canary-4711"})
    with questionnaires.database.read() as connection:
        rows = connection.execute(text("SELECT * FROM questionnaires")).all()
    assert len(rows) == 1
    assert "canary" not in repr(rows)
    assert token not in repr(rows)


def test_what_was_sent_is_deleted(questionnaires):
    token = questionnaires.save(None, "credit-card", ANSWERS)
    questionnaires.drop(token, "credit-card")
    assert questionnaires.find(token, "credit-card") is None


def test_after_its_time_it_is_not_found_and_then_deleted(questionnaires):
    past = Questionnaires(
        database=questionnaires.database,
        master=questionnaires.master,
        kept_for=timedelta(seconds=-1),
    )
    kept = questionnaires.save(None, "credit-card", ANSWERS)
    over = past.save(None, "credit-card", ANSWERS)
    assert questionnaires.find(over, "credit-card") is None
    assert questionnaires.forget() == 1
    assert questionnaires.forget() == 0
    assert questionnaires.find(kept, "credit-card") == ANSWERS


def test_nobody_fills_the_database_with_one_questionnaire(questionnaires):
    with pytest.raises(AnswersTooLong):
        questionnaires.save(None, "credit-card", {"limit": "9" * 20_000})
