from datetime import UTC, datetime, time

import pytest

from loanwright.service.alerts.rules import Quiet, RuleRefused, read_rule

RULE = {"name": "Late", "figure": "early_arrears", "product": "credit-card", "above": 0.1}
BERLIN = {"from": "22:00", "to": "07:00", "zone": "Europe/Berlin"}


def test_a_rule_is_written_as_it_was_read():
    told = {
        **RULE,
        "segment": "new",
        "chunks": 3,
        "severity": "critical",
        "email": ["risk@example.org", "risk@example.org"],
        "quiet": BERLIN,
    }
    rule = read_rule(told)
    assert rule.email == ("risk@example.org",)
    assert read_rule(rule.to_mapping()) == rule


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"figure": "weather"}, "no figure"),
        ({"product": None}, "names no product"),
        ({"figure": "failed_jobs"}, "not about a product"),
        ({"below": 0.1}, "either above or below"),
        ({"above": None}, "either above or below"),
        ({"above": float("nan")}, "must be a number"),
        ({"above": True}, "must be a number"),
        ({"chunks": 0}, "chunks"),
        ({"feature": "income"}, "feature"),
        ({"figure": "feature_drift"}, "feature"),
        ({"email": ["nobody"]}, "addresses"),
        ({"email": ["a@b.example\nBcc: c@d.example"]}, "addresses"),
        ({"quiet": {**BERLIN, "zone": "Mars/Olympus"}}, "time zone"),
        ({"quiet": {**BERLIN, "zone": "../../etc/passwd"}}, "time zone"),
        ({"quiet": {**BERLIN, "to": "22:00"}}, "another time"),
        ({"quiet": {**BERLIN, "from": "25:00"}}, "22:00"),
        ({"name": "a\nb"}, "name"),
        ({"colour": "red"}, "does not know colour"),
    ],
)
def test_what_is_no_rule_is_refused_with_the_reason(changes, problem):
    with pytest.raises(RuleRefused, match=problem):
        read_rule({**RULE, **changes})


def test_quiet_hours_follow_the_clock_on_the_wall():
    night = Quiet(begins=time(22), ends=time(7), zone="Europe/Berlin")
    before = datetime(2026, 3, 28, 22, 30, tzinfo=UTC)
    # The clocks go forward in this night: seven in the morning is five in UTC, not six.
    assert night.until(before) == datetime(2026, 3, 29, 5, tzinfo=UTC)
    assert night.until(datetime(2026, 3, 27, 22, 30, tzinfo=UTC)) == datetime(
        2026, 3, 28, 6, tzinfo=UTC
    )
    noon = Quiet(begins=time(12), ends=time(13), zone="UTC")
    assert noon.until(datetime(2026, 1, 1, 12, 59, tzinfo=UTC)) == datetime(
        2026, 1, 1, 13, tzinfo=UTC
    )
    assert noon.until(datetime(2026, 1, 1, 13, tzinfo=UTC)) is None
