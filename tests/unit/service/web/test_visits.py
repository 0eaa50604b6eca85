import pytest
from starlette.requests import Request

from loanwright.service.web.pages import read_visit


def opened(method: str, query: str = "", referer: str = "") -> Request:
    headers = [(b"host", b"bank.example")]
    if referer:
        headers.append((b"referer", referer.encode()))
    scope = {"type": "http", "method": method, "scheme": "https", "path": "/applicants/x/take-over"}
    return Request({**scope, "query_string": query.encode(), "headers": headers})


def test_another_language_keeps_the_page_and_what_it_shows():
    visit = read_visit(opened("GET", "sort=due&lang=en"))
    assert visit.switch(lang="ru") == "?sort=due&lang=ru"
    assert visit.switch(lang=None) == "?sort=due"


def test_the_answer_to_a_form_leads_back_to_the_page_with_the_form():
    visit = read_visit(opened("POST", referer="https://bank.example/applicants/x?product=card"))
    assert visit.switch(lang="ru") == "/applicants/x?product=card&lang=ru"


@pytest.mark.parametrize(
    "referer",
    ["", "https://evil.example/applicants", "https://bank.example//evil.example/", "nonsense"],
)
def test_nobody_is_led_elsewhere(referer):
    assert read_visit(opened("POST", referer=referer)).switch(lang="ru") == "?lang=ru"
