import pytest

from loanwright.service.web.viewing import own_address, values_of


@pytest.mark.parametrize(
    "asked",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\/evil.example",
        "javascript:alert(1)",
        "/ok\r\nSet-Cookie: a=b",
        "/я",
        "",
        None,
        "/" + "a" * 300,
    ],
)
def test_nobody_is_led_away_from_this_service(asked):
    assert own_address(asked, otherwise="/home") == "/home"


def test_an_address_of_ours_is_followed():
    assert own_address("/reviews/rev_1?sort=due", otherwise="/home") == "/reviews/rev_1?sort=due"


def test_fields_come_without_spaces_and_missing_ones_empty():
    assert values_of({"name": "  Ann "}, "name", "note") == {"name": "Ann", "note": ""}
