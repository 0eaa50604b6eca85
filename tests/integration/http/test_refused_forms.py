"""Forms of analysts that are refused: why is said in the language of the page, beside the field."""

import html
import re

import pytest
from tests.integration.http.conftest import open_api
from tests.integration.http.visiting import add_user, log_in

from loanwright.service.edge.csrf import csrf_token
from loanwright.service.edge.sessions import SESSION

RULE = {"name": "x", "figure": "failed_jobs", "beyond": "above", "threshold": "1", "chunks": "1"}
SCHEDULE = {"name": "x", "kind": "monitoring", "cron": "0 6 * * *", "zone": "UTC"}
EXPERIMENT = {"name": "x", "where": "credit-card/new", "do": "plan"}


@pytest.fixture
def browser(service, log):
    """Return the browser of an analyst who reads Russian."""
    with open_api(service, log) as home:
        browser = log_in(home, add_user(service, "analyst"))
        browser.headers.update({"accept": "text/html", "accept-language": "ru"})
        yield browser


@pytest.mark.parametrize(
    ("address", "form", "field", "said"),
    [
        ("alerts/rules", {**RULE, "threshold": "many"}, "threshold", "Порог должен быть числом."),
        ("alerts/rules", {**RULE, "chunks": "0"}, "chunks", "Напишите число от 1 до 60."),
        ("schedules", {**SCHEDULE, "cron": "often"}, "cron", "Напишите пять полей"),
        ("schedules", {**SCHEDULE, "kind": "retraining"}, "product", "Выберите продукт"),
        ("experiments/new", {**EXPERIMENT, "share": "200"}, "share", "Такое число не подходит."),
    ],
)
def test_a_refusal_is_said_beside_its_field(browser, address, form, field, said):
    sent = {**form, "csrf": csrf_token(browser.cookies[SESSION])}
    answer = browser.post(f"/analysis/{address}", data=sent, follow_redirects=False)
    assert answer.status_code == 422, answer.text
    beside = re.search(rf'id="{field}-error">(.*?)</p>', answer.text, re.DOTALL)
    assert beside, answer.text
    assert said in html.unescape(beside[1])
