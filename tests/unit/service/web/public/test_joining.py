"""Saving a questionnaire, and making a sign-in, as the pages do it."""

import pytest

from loanwright.service.kit.problem import Throttled
from loanwright.service.users.quotas import QuotaUsedUp
from loanwright.service.users.service import EmailRefused, NameRefused

OWN = {"Origin": "https://bank.example", "Sec-Fetch-Site": "same-origin"}
ONCE = "a" * 22
GOOD = {"once": ONCE, "limit": "120000", "education": "university"}
ANNA = {"name": "Anna", "email": "anna@example.com", "password": "quiet harbour 1987 lamp"}


def result_of(visitor):
    return visitor.post("/apply/credit-card", data=GOOD, headers=OWN).headers["location"]


def join(visitor, address, **changes):
    return visitor.post(f"{address}/join", data={**ANNA, **changes}, headers=OWN)


def test_save_and_go_on_later_keeps_what_was_typed_however_wrong(visitor, bank):
    form = {"once": ONCE, "limit": "<b>12", "later": "yes"}
    answer = visitor.post("/apply/credit-card", data=form, headers=OWN)
    assert answer.status_code == 303
    assert bank.origination.submissions == []
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "Secure" in cookie
    page = visitor.get(answer.headers["location"]).text
    assert 'value="&lt;b&gt;12"' in page
    assert "<b>12" not in page
    assert "Your answers so far are here." in page


def test_kept_in_the_background_it_is_found_again_and_gone_once_it_was_sent(visitor, bank):
    saved = visitor.post("/saved/credit-card", data={"limit": "90000"}, headers=OWN)
    assert saved.status_code == 204
    assert 'value="90000"' in visitor.get("/apply/credit-card").text
    result_of(visitor)
    assert bank.questionnaires.kept == {}


def test_answers_are_kept_for_our_own_pages_alone(visitor):
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    assert visitor.post("/saved/credit-card", data={}, headers=foreign).status_code == 403
    assert visitor.post("/saved/nothing", data={}, headers=OWN).status_code == 404


def test_who_holds_the_answer_makes_a_sign_in_and_is_led_on(visitor, bank):
    address = result_of(visitor)
    answer = join(visitor, address)
    assert (answer.status_code, answer.headers["location"]) == (303, "/joined")
    ((_, wanted),) = bank.joining.joined.items()
    assert (wanted.name, wanted.email) == ("Anna", "anna@example.com")
    assert "This application has a sign-in" in visitor.get(address).text
    assert "this page says the same to everybody" in visitor.get("/joined").text


def test_a_link_that_nobody_has_given_makes_no_sign_in(visitor, bank):
    address = result_of(visitor)
    assert join(visitor, address[:-1] + "x").status_code == 404
    assert bank.joining.joined == {}


@pytest.mark.parametrize(
    ("failure", "field", "said"),
    [
        (NameRefused(), "name", "Write your name"),
        (EmailRefused(), "email", "Write an e-mail address"),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(
    visitor, bank, failure, field, said
):
    bank.joining.failure = failure
    page = join(visitor, result_of(visitor), name='"><script>x</script>')
    assert page.status_code == 422
    assert said in page.text.partition(f'id="{field}-error"')[2][:500]
    assert "<script>x" not in page.text
    assert ANNA["password"] not in page.text


def test_too_many_tries_are_said_in_words_and_a_busy_moment_as_such(visitor, bank):
    address = result_of(visitor)
    bank.joining.failure = QuotaUsedUp(most=5, retry_after=60)
    assert "tried too often today" in join(visitor, address).text
    bank.joining.failure = Throttled(retry_after=1)
    assert join(visitor, address).status_code == 429


def test_the_answer_shows_what_stands_after_a_person_has_looked(visitor, bank):
    address = result_of(visitor)
    assert "A person will look at your application" in visitor.get(address).text
    bank.changed["dec_1"] = "approve"
    page = visitor.get(address).text
    assert "You are approved" in page
    assert "A credit specialist has read your application and approved it." in page
