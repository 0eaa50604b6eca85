"""What the API says of itself holds for whatever one sends to it."""

from dataclasses import replace

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi import checks
from tests.integration.http.conftest import apply, open_api

from loanwright.features.product import bundled_product
from loanwright.service.asgi import describe

CASES = 25
CHECKS = [
    schemathesis.checks.not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]
DESCRIPTION = describe([bundled_product("credit-card")]).openapi()
OPERATIONS = [
    (method, path)
    for path, methods in DESCRIPTION["paths"].items()
    for method in methods
    if not path.startswith("/health/")
]


def test_every_operation_is_described():
    assert len(OPERATIONS) == 11
    assert {"/health/live", "/health/ready"} <= set(DESCRIPTION["paths"])


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_whatever_is_sent_is_answered_as_described(service, token, log, method, path, mode):
    offered = replace(service, products={"credit-card": service.products["credit-card"]})
    with open_api(offered, log, hot_route=False) as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        told = apply(caller).json()
        job = apply(caller, prefer="respond-async").json()
        known = {
            "application_id": told["id"],
            "decision_id": told["decision"]["id"],
            "job_id": job["id"],
        }
        description = schemathesis.openapi.from_asgi("/openapi.json", caller.app)

        @seed(2_026)
        @settings(
            max_examples=CASES,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(data=st.data())
        def send(data):
            case = data.draw(description[path][method].as_strategy(generation_mode=mode))
            if case.path_parameters and data.draw(st.booleans()):
                case.path_parameters = {name: known[name] for name in case.path_parameters}
            case.call_and_validate(checks=CHECKS, headers={"authorization": f"Bearer {token}"})

        send()
    assert len(log.events) > 1
    assert {one["event"] for one in log.events} == {"request"}
