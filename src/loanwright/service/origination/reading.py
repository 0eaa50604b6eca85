"""From the bytes of a body to a submission."""

import hashlib
import re
from collections.abc import Mapping
from typing import Any

from loanwright.service.kit.problem import FieldError, PayloadRejected
from loanwright.service.kit.strict_json import MalformedBody, parse
from loanwright.service.origination.schemas import ApplicantReference, Caller, Submission

LONGEST_DOCUMENT_NUMBER = 64
_PRODUCT = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


def read_submission(body: bytes, *, caller: Caller, idempotency_key: str | None) -> Submission:
    """Return the submission in a body, or say everything that is wrong with its outline."""
    document = parse(body)
    if not isinstance(document, dict):
        raise MalformedBody(problem="wrong_type", why="it is not an object")
    problems = [
        FieldError(field=name[:60], code="unknown_field", message="This field is not known here.")
        for name in document
        if name not in ("product", "applicant", "features")
    ]
    product, features = document.get("product"), document.get("features")
    if not isinstance(product, str) or _PRODUCT.fullmatch(product) is None:
        problems.append(_wrong("product", document, "the name of a product"))
    if not isinstance(features, dict):
        problems.append(_wrong("features", document, "an object of features"))
    applicant = _read_applicant(document, problems)
    if problems:
        raise PayloadRejected(problems)
    return Submission(
        caller=caller,
        idempotency_key=idempotency_key,
        body_hash=hashlib.sha256(body).hexdigest(),
        received=body,
        product=str(product),
        applicant=applicant,
        features=features or {},
    )


def _read_applicant(
    document: Mapping[str, Any], problems: list[FieldError]
) -> ApplicantReference | None:
    if "applicant" not in document:
        return None
    applicant = document["applicant"]
    known = {"document_number", "id"}
    if not isinstance(applicant, dict) or len(applicant) != 1 or not known.issuperset(applicant):
        problems.append(_wrong("applicant", document, "an object with document_number or id"))
        return None
    ((name, value),) = applicant.items()
    field = f"applicant.{name}"
    if not isinstance(value, str) or not 1 <= len(value) <= LONGEST_DOCUMENT_NUMBER:
        problems.append(_wrong(field, {field: value}, "a text of 1 to 64 characters"))
        return None
    if name == "id":
        return ApplicantReference(applicant_id=value)
    return ApplicantReference(document_number=value)


def _wrong(field: str, document: Mapping[str, Any], wanted: str) -> FieldError:
    if field not in document:
        return FieldError(field=field, code="missing", message=f"This must be {wanted}.")
    return FieldError(field=field, code="wrong_type", message=f"This must be {wanted}.")
