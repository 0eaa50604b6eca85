import pytest
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.web.languages import load_language
from loanwright.service.web.notices import COOKIE, Notice, find_notice, keep_notice

ENGLISH = load_language("en")


def asking(cookie: str, *more: tuple[bytes, bytes]) -> Request:
    headers = [(b"cookie", f"{COOKIE}={cookie}".encode()), *more]
    return Request({"type": "http", "path": "/", "query_string": b"", "headers": headers})


def kept(notice: Notice) -> str:
    response = Response()
    keep_notice(response, notice)
    return response.headers["set-cookie"].partition("=")[2].partition(";")[0]


def test_a_notice_is_said_on_the_next_page_in_its_language():
    cookie = kept(Notice(message="Sign in"))
    assert find_notice(asking(cookie), ENGLISH).text == "Sign in"
    assert find_notice(asking(cookie), load_language("ru")).text == "Войти"


def test_numbers_are_filled_in():
    cookie = kept(Notice(message="%(count)s applicants", values={"count": 3}, tone="warn"))
    said = find_notice(asking(cookie), ENGLISH)
    assert (said.text, said.tone) == ("3 applicants", "warn")


def test_a_part_of_a_page_takes_no_notice_away():
    cookie = kept(Notice(message="Sign in"))
    assert find_notice(asking(cookie, (b"x-fragment", b"1")), ENGLISH) is None


@pytest.mark.parametrize("value", ["xx", "e30=", "bm90IGpzb24=", "eyJtZXNzYWdlIjogMX0="])
def test_what_is_no_notice_of_ours_is_nothing(value):
    assert find_notice(asking(value), ENGLISH) is None


def test_values_that_are_missing_say_nothing():
    cookie = kept(Notice(message="%(count)s of %(all)s", values={"count": 3}))
    assert find_notice(asking(cookie), ENGLISH) is None
