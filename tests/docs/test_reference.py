import re

import pytest
from tests.docs.generate import PAGES, REFERENCE


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_reference_page_says_what_the_code_does(name):
    kept = (REFERENCE / name).read_text()
    assert kept == PAGES[name](), f"docs/reference/{name} is old: run `make docs`"


def test_every_command_and_option_has_a_sentence_of_help():
    rows = re.findall(r"^\| (.+) \|(.*)\|(.*)\|$", PAGES["cli.md"](), re.MULTILINE)
    assert [row[0] for row in rows if not row[2].strip()] == []


def test_every_setting_has_a_sentence_of_help():
    rows = re.findall(r"^\| (`LOANWRIGHT.+?`) \|.*\|(.*)\|$", PAGES["settings.md"](), re.MULTILINE)
    assert len(rows) > 5
    assert [row[0] for row in rows if not row[1].strip()] == []
