import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from tests.unit.service.web.public.bank import Bank

from loanwright.service.web.public import routes


@pytest.fixture
def bank(tmp_path):
    return Bank(tmp_path)


@pytest.fixture
def visitor(bank):
    app = FastAPI()
    app.include_router(routes.router(bank))
    headers = {"Accept": "text/html", "Accept-Language": "en"}
    return TestClient(app, "https://bank.example", headers=headers, follow_redirects=False)
