"""What the API says of itself holds for whatever one sends to it."""

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from tests.integration.http.conftest import apply, rows

CASES = 60
CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


@pytest.mark.parametrize("mode", list(schemathesis.GenerationMode))
def test_whatever_is_sent_is_answered_as_described(api, database, log, mode):
    told = apply(api).json()
    description = schemathesis.openapi.from_dict(api.get("/openapi.json").json())
    description.config.base_url = "http://testserver"
    operations = [one.ok() for one in description.get_all_operations()]
    assert len(operations) == 9
    ids = {"application_id": told["id"], "decision_id": told["decision"]["id"]}

    for operation in operations:

        @seed(2_026)
        @settings(
            max_examples=CASES,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        def send(data, operation=operation):
            case = data.draw(operation.as_strategy(generation_mode=mode))
            if case.path_parameters and data.draw(st.booleans()):
                case.path_parameters |= {
                    name: ids[name] for name in case.path_parameters if name in ids
                }
            answer = case.call(session=api, headers=dict(api.headers))
            case.validate_response(answer, checks=CHECKS)

        strategy_test = _given(send)
        strategy_test()
    assert [one for one in log.events if one["event"] == "request_failed"] == []
    assert json.dumps(rows(database))


def _given(function):
    from hypothesis import given

    return given(data=st.data())(function)
