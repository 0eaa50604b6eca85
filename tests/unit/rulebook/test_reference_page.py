"""The page about checks lists every finding there is, with the sentence of the code."""

import re

from tests.docs.repository import DOCS

from loanwright.rulebook.report import FINDINGS
from loanwright.rulebook.wording import sentence

PAGE = (DOCS / "reference" / "policy-checks.md").read_text()


def test_the_page_lists_every_finding_with_its_sentence():
    listed = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE))
    assert listed == dict(FINDINGS)


def test_every_finding_has_a_sentence_in_both_languages():
    named = ("name", "segment", "product", "row", "first", "second", "problem", "question")
    facts = dict.fromkeys((*named, "fact", "value", "needed", "needed_ru"), "x")
    for code in FINDINGS:
        text = sentence(code, **facts)
        assert text.en
        assert text.ru
