"""Tables beside the sample: what is misspelt is refused by name, what has no base is not ok."""

from types import SimpleNamespace as Made

import polars as pl
import pytest

from loanwright.validation.beside import TableBesideRefused, check_decisions, check_outcomes
from loanwright.validation.chapters.overrides import overrides_chapter
from loanwright.validation.evidence import Circumstances
from loanwright.validation.vintages import roll_rates, roll_tables

DECISIONS = {"recommended": ["approve", "decline"], "outcome": ["decline", "decline"]}
OUTCOMES = {"application": [1, 1, 2], "month_on_book": [1, 2, 1], "days_past_due": [0, 30, 60]}


def judged(**columns):
    beside = Circumstances(decisions=pl.DataFrame({**DECISIONS, **columns}))
    return {one.name: one for one in overrides_chapter(Made(beside=beside)).figures}


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("recommended", ["approve", "approv"], "column recommended, row 2 holds 'approv'"),
        ("outcome", ["Decline", "decline"], "column outcome, row 1 holds 'Decline'"),
        ("outcome", ["decline", None], "column outcome, row 2 holds nothing"),
        ("default", [0, 2], "column default, row 2 holds 2; write 0 or 1"),
        ("default", ["no", None], "column default, row 1 holds 'no'"),
    ],
)
def test_a_decision_that_is_none_is_refused_with_column_row_and_what_to_write(column, values, said):
    with pytest.raises(TableBesideRefused) as refused:
        Circumstances(decisions=pl.DataFrame({**DECISIONS, column: values}))
    assert said in str(refused.value)
    assert "--decisions" in str(refused.value)
    assert "; write " in str(refused.value)


@pytest.mark.parametrize(
    ("column", "values", "said"),
    [
        ("days_past_due", [0, -1, 60], "column days_past_due, row 2 holds -1"),
        ("days_past_due", ["0", "late", "60"], "column days_past_due, row 1 holds '0'"),
        ("month_on_book", [1, None, 1], "column month_on_book, row 2 holds nothing"),
        ("application", [1, None, 2], "column application, row 2 holds nothing"),
    ],
)
def test_a_month_that_is_none_is_refused_with_column_row_and_what_to_write(column, values, said):
    with pytest.raises(TableBesideRefused) as refused:
        Circumstances(outcomes=pl.DataFrame({**OUTCOMES, column: values}))
    assert said in str(refused.value)
    assert "--outcomes" in str(refused.value)


@pytest.mark.parametrize("name", ["recommended", "outcome"])
def test_decisions_without_a_needed_column_are_refused(name):
    with pytest.raises(TableBesideRefused, match=f"no column {name}; rename one of"):
        check_decisions(pl.DataFrame(DECISIONS).drop(name))


@pytest.mark.parametrize("name", list(OUTCOMES))
def test_outcomes_without_a_needed_column_are_refused(name):
    with pytest.raises(TableBesideRefused, match=f"no column {name}; rename one of"):
        check_outcomes(pl.DataFrame(OUTCOMES).drop(name))


def test_tables_without_rows_are_refused():
    with pytest.raises(TableBesideRefused, match="no rows"):
        check_decisions(pl.DataFrame(DECISIONS).head(0))
    with pytest.raises(TableBesideRefused, match="no rows"):
        check_outcomes(pl.DataFrame(OUTCOMES).head(0))


def test_good_tables_are_taken():
    check_decisions(pl.DataFrame({**DECISIONS, "default": [True, None]}))
    check_outcomes(pl.DataFrame(OUTCOMES))


def test_where_nothing_but_referring_was_recommended_no_override_figure_is_ok():
    figures = judged(recommended=["refer", "refer"], officer=["a", "b"], override_reason=[None, ""])
    results = {figures[name].result for name in ("override_rate", "overrides_by_officer",
                                                 "override_reasons")}  # fmt: skip
    assert results == {"not_available"}


def test_a_side_without_a_base_is_a_dash():
    remark = judged(recommended=["approve", "approve"])["override_rate"].remark.en
    assert remark.startswith("low side — of recommended declines, high side 100.00%")


def test_a_reason_of_spaces_is_none():
    assert judged(override_reason=["  ", None])["override_reasons"].value == 1


def test_without_overrides_no_share_of_reasons_is_given():
    figures = judged(outcome=["approve", "decline"], override_reason=[None, None])
    assert figures["override_reasons"].result == "not_available"
    assert figures["override_rate"].value == 0


def test_roll_rates_without_anybody_60_days_late_are_not_available():
    evidence = Made(beside=Circumstances(outcomes=pl.DataFrame(OUTCOMES)))
    assert roll_rates(evidence).result == "not_available"
    rows = roll_tables(evidence)[0].rows
    assert rows[0] == (0, 0.0, 1.0, 0.0, 0.0)
    assert rows[2] == (60, None, None, None, None)
