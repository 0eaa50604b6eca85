"""The statements of the page about decisions are run."""

import doctest

from tests.docs.repository import DOCS


def test_every_statement_of_the_way_from_score_to_decision_holds():
    page = DOCS / "explanation" / "score-to-decision.md"
    result = doctest.testfile(str(page), module_relative=False)
    assert result.attempted >= 20
    assert result.failed == 0
