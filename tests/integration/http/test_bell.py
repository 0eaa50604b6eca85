"""The bell of the portal: how many alerts nobody has acknowledged, for whoever may read them."""

import re

from tests.integration.http.conftest import open_api
from tests.integration.http.visiting import add_user, log_in

from loanwright.service import asgi
from loanwright.service.alerts.service import Alerts
from loanwright.service.audit.schemas import Actor
from loanwright.service.edge.csrf import csrf_token
from loanwright.service.edge.sessions import SESSION

ANNA = Actor(id="usr_ANNA")
BELL = re.compile(r'class="bell".*?aria-label="([^"]*)"')


def heard(browser):
    found = BELL.search(browser.get("/password", headers={"accept": "text/html"}).text)
    return None if found is None else found[1]


def test_the_bell_counts_what_nobody_has_acknowledged(bare_service, log, monkeypatch):
    # What was counted is kept for an hour: only who acknowledges makes it be counted anew.
    monkeypatch.setattr(asgi, "ALERTS_SECONDS", 3600.0)
    alerts = bare_service.alerts
    for name in ("None", "Less than none"):
        alerts.add_rule(ANNA, {"name": name, "figure": "failed_jobs", "below": 1})
    assert alerts.look_at_all() == 2
    with open_api(bare_service, log) as home:
        analyst = log_in(home, add_user(bare_service, "analyst"))
        borrower = log_in(home, add_user(bare_service, "borrower"))
        assert (heard(analyst), heard(borrower)) == ("2 open alerts", None)
        raised = alerts.list_page().items[0]
        analyst.post(
            f"/analysis/alerts/{raised.id}/acknowledge",
            data={"csrf": csrf_token(analyst.cookies[SESSION]), "note": "It is looked at."},
        )
        assert heard(analyst) == "1 open alert"


def test_not_every_page_asks_the_database(bare_service, log, monkeypatch):
    asked = []
    monkeypatch.setattr(Alerts, "count_open", lambda _alerts: asked.append(1) or 7)
    with open_api(bare_service, log) as home:
        analyst = log_in(home, add_user(bare_service, "analyst"))
        assert [heard(analyst) for _ in range(3)] == ["7 open alerts"] * 3
    assert len(asked) == 1
