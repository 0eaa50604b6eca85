import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.requests import Request

from loanwright.service.web.guard import (
    ForeignForm,
    FormUnreadable,
    parse_form,
    require_own_page,
)


def request(**headers):
    pairs = {"host": "bank.example", **{name.replace("_", "-"): v for name, v in headers.items()}}
    raw = [(name.encode(), value.encode()) for name, value in pairs.items()]
    return Request({"type": "http", "method": "POST", "path": "/", "headers": raw})


@pytest.mark.parametrize(
    "headers",
    [
        {"sec_fetch_site": "same-origin", "origin": "https://bank.example"},
        {"sec_fetch_site": "same-origin"},
        {"sec_fetch_site": "none"},
        {"origin": "http://bank.example"},
    ],
)
def test_our_own_form_passes(headers):
    require_own_page(request(**headers))


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"origin": "null"},
        {"origin": "https://bank.example.evil.example"},
        {"origin": "https://evil.example"},
        {"origin": "https://bank.example:8443"},
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site", "origin": "https://bank.example"},
        {"sec_fetch_site": "same-origin", "origin": "https://evil.example"},
        {"origin": "https://["},
    ],
)
def test_a_form_from_elsewhere_is_refused(headers):
    with pytest.raises(ForeignForm):
        require_own_page(request(**headers))


def test_a_form_is_read_as_single_values():
    body = b"limit=120+000&education=&name=%D0%98%D0%B2%D0%B0%D0%BD"
    assert parse_form(body) == {"limit": "120 000", "education": "", "name": "Иван"}


@pytest.mark.parametrize(
    "body",
    [
        b"limit=1&limit=2",
        b"limit=%ff",
        b"limit=%00",
        b"limit=%ed%a0%80",
        b"\xff\xfe",
        b"&".join(b"f%d=1" % n for n in range(300)),
    ],
)
def test_a_form_that_is_not_one_is_refused(body):
    with pytest.raises(FormUnreadable):
        parse_form(body)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reading(body):
    try:
        form = parse_form(body)
    except FormUnreadable:
        return
    assert all("\x00" not in text for pair in form.items() for text in pair)
