"""The public page keeps answering in plain words when too much comes from one address."""

from dataclasses import replace

from fastapi.testclient import TestClient

from loanwright.service.asgi import create_app

FORM = {"limit": "120000", "once": "a" * 22}


def test_too_many_forms_get_a_page_that_says_when_to_come_back(bank):
    settings = bank.settings.model_copy(update={"public_per_minute": 2})
    app = create_app(replace(bank, settings=settings))
    headers = {"Accept": "text/html", "Accept-Language": "ru", "Origin": "http://testserver"}
    visitor = TestClient(app, headers=headers, follow_redirects=False)
    answers = [visitor.post("/apply/credit-card", data=FORM) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [303, 303, 429]
    assert "Слишком часто" in answers[2].text
    assert int(answers[2].headers["retry-after"]) >= 1
    assert answers[2].headers["x-request-id"] in answers[2].text
    assert visitor.get("/apply/credit-card").status_code == 200
