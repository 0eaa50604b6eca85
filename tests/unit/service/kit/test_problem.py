import json
import re

import pytest

from loanwright.errors import Conflict, Forbidden, LoanwrightError, NotFound, Rejected, Unavailable
from loanwright.features.errors import FieldProblem, RecordRejected
from loanwright.features.text import Text
from loanwright.service.kit.problem import (
    BodyTooLarge,
    BodyTooSlow,
    ContentTypeUnsupported,
    FieldError,
    MethodNotAllowed,
    PayloadRejected,
    Throttled,
    Unauthenticated,
    problem_of,
    status_of,
)
from loanwright.service.kit.strict_json import MalformedBody


class ThingMissing(NotFound):
    """There is no thing {name}."""


class DiskGone(Unavailable):
    """The disk at {path} does not answer."""


class TableBroken(LoanwrightError):
    """SELECT failed at {secret}."""


@pytest.mark.parametrize(
    ("category", "status"),
    [
        (NotFound, 404),
        (Conflict, 409),
        (Forbidden, 403),
        (Rejected, 422),
        (Unavailable, 503),
        (LoanwrightError, 500),
        (Unauthenticated, 401),
        (BodyTooLarge, 413),
        (BodyTooSlow, 408),
        (ContentTypeUnsupported, 415),
        (MethodNotAllowed, 405),
        (Throttled, 429),
    ],
)
def test_every_category_has_one_status(category, status):
    assert status_of(category) == status
    assert status_of(type("Special", (category,), {})) == status


def test_a_problem_document_has_every_member_of_the_standard():
    problem = problem_of(ThingMissing(name="x"))
    assert json.loads(problem.body("req_1")) == {
        "type": "urn:loanwright:problem:thing_missing",
        "title": "Thing missing",
        "status": 404,
        "detail": "There is no thing x.",
        "code": "thing_missing",
        "request_id": "req_1",
    }


def test_an_error_of_ours_without_a_category_tells_nothing():
    problem = problem_of(TableBroken(secret="hunter2"))
    body = problem.body("req_1").decode()
    assert problem.status == 500
    assert problem.code == "internal_error"
    assert not re.search("hunter2|SELECT", body)


def test_where_our_machines_keep_things_is_nobodys_business():
    problem = problem_of(DiskGone(path="/srv/models"))
    assert problem.status == 503
    assert problem.detail == "Disk gone; try again shortly."


def test_a_rejected_record_names_every_field():
    wrong = [
        FieldProblem(feature=name, code="missing", message=Text(en=f"Give {name}.", ru="…"))
        for name in ("limit", "education")
    ]
    problem = problem_of(RecordRejected(tuple(wrong)))
    assert [(e.field, e.code) for e in problem.errors] == [
        ("features.limit", "missing"),
        ("features.education", "missing"),
    ]
    assert problem.detail == "2 things are wrong; see errors."


def test_a_field_name_with_control_signs_is_shown_harmlessly():
    wrong = FieldProblem(
        feature="a\u202e\x07" * 100, code="unknown_field", message=Text(en="No.", ru="Нет.")
    )
    (error,) = problem_of(RecordRejected((wrong,))).errors
    assert error.field.isprintable()
    assert len(error.field) <= 120


def test_a_malformed_body_says_what_and_where():
    problem = problem_of(MalformedBody(problem="duplicate_key", why="a key is repeated", field="a"))
    assert problem.status == 422
    assert problem.errors == (FieldError(field="a", code="duplicate_key", message=problem.detail),)


def test_many_errors_are_cut():
    errors = [FieldError(field=str(n), code="missing", message="…") for n in range(5_000)]
    assert len(problem_of(PayloadRejected(errors)).errors) == 100


@pytest.mark.parametrize(
    ("error", "header"),
    [
        (Unauthenticated(), (b"www-authenticate", b'Bearer realm="loanwright"')),
        (Throttled(retry_after=7), (b"retry-after", b"7")),
        (Unavailable(), (b"retry-after", b"1")),
        (MethodNotAllowed(allow="GET"), (b"allow", b"GET")),
        (BodyTooLarge(limit=1), (b"connection", b"close")),
    ],
)
def test_an_error_brings_the_headers_that_its_status_asks_for(error, header):
    assert header in problem_of(error).headers
