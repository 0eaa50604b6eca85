"""What the API says of itself holds for whatever anybody sends to it.

The short form of `python -m benchmarks hostility`.
"""

from datetime import timedelta

import httpx
import pytest
from benchmarks.hostile_world import PRINCIPALS
from benchmarks.hostility import Tally, attack, draw_all, operations, serving

from loanwright.features.product import bundled_product
from loanwright.service.asgi import describe

DESCRIPTION = describe([bundled_product("credit-card")]).openapi()
EVERY_ONE = {f"{method.upper()} {path}" for method, path in operations(DESCRIPTION)}
OPERATIONS = [one for one in operations(DESCRIPTION) if not one[1].startswith("/health/")]


@pytest.fixture(scope="module")
def cases():
    return draw_all(drawn=2, spoiled=2)


def test_every_operation_is_described():
    assert len(OPERATIONS) == 198
    assert {"/health/live", "/health/ready"} <= set(DESCRIPTION["paths"])


def test_whatever_anybody_sends_is_answered_as_described(
    database_url, tmp_path, trained_models, cases
):
    tally = Tally()
    # A busy machine is slow, which is not what is asked here.
    with serving(database_url, tmp_path, trained_models, patience=30) as world:
        attack(world, cases, tally, others=1)

    assert tally.broken == {"server_error": [], "undocumented": [], "invalid": []}
    assert world.log.failed == []
    assert set(tally.operations) == EVERY_ONE
    assert set(tally.principals) == set(PRINCIPALS)
    assert tally.modes.keys() == {"good", "positive", "negative", "raw"}
    # Most of it is no shadow-boxing before a closed door.
    assert len(tally.succeeded) > len(OPERATIONS) // 2


@pytest.mark.parametrize(
    ("status", "body", "kinds"),
    [
        (500, b"{}", {"server_error", "undocumented"}),
        (418, b"{}", {"undocumented"}),
        (200, b'{"items":[{"id":7}]}', {"invalid"}),
        (200, b"<p>fine</p>", {"invalid"}),
    ],
)
def test_an_answer_that_breaks_the_description_is_counted(cases, status, body, kinds):
    listed = next(one for one in cases if one.operation == ("GET", "/v1/webhooks"))
    tally = Tally()
    request = httpx.Request("GET", "http://testserver/v1/webhooks")
    headers = {"content-type": "text/html" if body.startswith(b"<") else "application/json"}
    answer = httpx.Response(status, content=body, headers=headers, request=request)
    answer.elapsed = timedelta()
    tally.take(listed, "admin", answer, 0.1)

    assert {kind for kind, found in tally.broken.items() if found} == kinds
