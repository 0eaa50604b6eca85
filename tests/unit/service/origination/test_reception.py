import hashlib
import json

import pytest

from loanwright.service.kit.problem import PayloadRejected
from loanwright.service.kit.strict_json import MalformedBody
from loanwright.service.origination.reading import read_submission
from loanwright.service.origination.schemas import ApplicantReference, Caller

CALLER = Caller(id="key_1", kind="key")


def read(document):
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read_submission(body, caller=CALLER, idempotency_key="k")


def test_a_submission_keeps_what_was_received():
    body = b'{"product":"credit-card", "features":{"limit":1}}'
    submission = read(body)
    assert submission.received == body
    assert submission.body_hash == hashlib.sha256(body).hexdigest()
    assert submission.product == "credit-card"
    assert submission.features == {"limit": 1}
    assert submission.applicant is None
    assert submission.idempotency_key == "k"


@pytest.mark.parametrize(
    ("applicant", "reference"),
    [
        ({"document_number": "AB 1"}, ApplicantReference(document_number="AB 1")),
        ({"id": "apl_1"}, ApplicantReference(applicant_id="apl_1")),
    ],
)
def test_an_applicant_is_named_by_document_or_id(applicant, reference):
    named = {"product": "card", "applicant": applicant, "features": {}}
    assert read(named).applicant == reference


@pytest.mark.parametrize(
    ("document", "field", "code"),
    [
        ({"features": {}}, "product", "missing"),
        ({"product": 1, "features": {}}, "product", "wrong_type"),
        ({"product": "../etc", "features": {}}, "product", "wrong_type"),
        ({"product": "x" * 65, "features": {}}, "product", "wrong_type"),
        ({"product": "card"}, "features", "missing"),
        ({"product": "card", "features": []}, "features", "wrong_type"),
        ({"product": "card", "features": {}, "x": 1}, "x", "unknown_field"),
        ({"product": "card", "features": {}, "applicant": None}, "applicant", "wrong_type"),
        ({"product": "card", "features": {}, "applicant": {}}, "applicant", "wrong_type"),
        (
            {"product": "card", "features": {}, "applicant": {"id": "a", "document_number": "b"}},
            "applicant",
            "wrong_type",
        ),
        (
            {"product": "card", "features": {}, "applicant": {"id": 1}},
            "applicant.id",
            "wrong_type",
        ),
        (
            {"product": "card", "features": {}, "applicant": {"document_number": ""}},
            "applicant.document_number",
            "wrong_type",
        ),
    ],
)
def test_a_wrong_outline_is_refused_by_field(document, field, code):
    with pytest.raises(PayloadRejected) as refusal:
        read(document)
    assert [(e.field, e.code) for e in refusal.value.errors] == [(field, code)]


def test_everything_wrong_is_said_at_once():
    with pytest.raises(PayloadRejected) as refusal:
        read({"x": 1, "applicant": 3})
    assert {e.field for e in refusal.value.errors} == {"x", "product", "features", "applicant"}


@pytest.mark.parametrize("body", [b"[]", b"null", b'"text"', b"1", b"true"])
def test_a_body_that_is_no_object_is_refused(body):
    with pytest.raises(MalformedBody, match="not an object"):
        read(body)
