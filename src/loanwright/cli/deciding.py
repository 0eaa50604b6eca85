"""`loanwright decide`: decisions for a file of applications."""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loanwright.cli.console import remark, say, show_table
from loanwright.cli.rows import Row, read_rows
from loanwright.errors import LoanwrightError

if TYPE_CHECKING:
    from loanwright.service.bootstrap import Service
    from loanwright.service.origination.schemas import Submission

CHUNK = 64
MOST_SHOWN = 20


def decide(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="CSV, JSON, JSONL or parquet.")
    ],
    product: Annotated[str | None, typer.Option(help="Product: a name, or a product file.")] = None,
    package: Annotated[
        Path | None,
        typer.Option(
            exists=True, file_okay=False, help="Decide with this package; record nothing."
        ),
    ] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Print one JSON object a line.")] = False,
) -> None:
    """Decide every application of a file.

    Without --package the decisions are recorded as if they had come over the API; the same file
    sent again is answered with the same decisions. Exit code 1 when a row could not be decided.
    """
    if package is not None:
        answers = _answer_with_package(file, package)
    elif product is not None:
        answers = _answer_with_service(file, product)
    else:
        raise typer.BadParameter("give --product, or --package")
    _show_jsonl(answers) if jsonl else _show_table(answers)
    if any("error" in answer for answer in answers):
        raise typer.Exit(1)


def _answer_with_package(file: Path, directory: Path) -> list[dict[str, Any]]:
    from loanwright.decisioning.policy import Policy
    from loanwright.features.affordable import affordability_of
    from loanwright.features.columns import matrix
    from loanwright.features.records import validate_record
    from loanwright.packaging.basis import Basis, reference_of
    from loanwright.packaging.package import ModelPackage

    package = ModelPackage.load(directory)
    policy = Policy.from_mapping(package.product.policy)

    def answer(row: Row) -> dict[str, Any]:
        record = validate_record(package.product, package.segment, row.features)
        vectors = matrix(package.product, package.segment, [record])
        assessment = package.assess_matrix(vectors)[0]
        basis = Basis(
            segment=package.segment,
            record=record,
            given=affordability_of(package.product, record, assessment.grade),
            reference=reference_of(package, policy, package.segment),
            reservations=package.reservations_of(vectors, [record])[0],
        )
        decision = basis.decide(assessment, policy, package.product)
        return {
            "segment": package.segment,
            "outcome": str(decision.outcome),
            "probability_of_default": assessment.probability_of_default,
            "score": assessment.score,
            "grade": assessment.grade,
            "reasons": [reason.code for reason in decision.reasons],
        }

    return [_guarded(row, answer) for row in read_rows(file, package.product, package.segment)]


def _guarded(row: Row, answer: Any) -> dict[str, Any]:
    try:
        return {"row": row.number, **answer(row)}
    except LoanwrightError as problem:
        return {"row": row.number, "error": _in_a_line(problem)}


def _in_a_line(problem: LoanwrightError) -> str:
    first, *rest = (line.removeprefix("- ") for line in str(problem).splitlines())
    return f"{first} {'; '.join(rest)}".strip()


def _answer_with_service(file: Path, name: str) -> list[dict[str, Any]]:
    from loanwright.cli.opening import open_product_service

    with open_product_service(name) as (service, product):
        rows = read_rows(file, product)
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        return list(_submit(service, product.name, rows, digest))


def _submit(
    service: "Service", product: str, rows: Sequence[Row], digest: str
) -> Iterator[dict[str, Any]]:
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        submissions = [_submission(product, row, digest) for row in chunk]
        replies = service.origination.submit_many(submissions)
        for row, reply in zip(chunk, replies, strict=True):
            if isinstance(reply, LoanwrightError):
                yield {"row": row.number, "error": _in_a_line(reply)}
            else:
                yield {"row": row.number, **_summary(json.loads(reply.body))}


def _submission(product: str, row: Row, digest: str) -> "Submission":
    from loanwright.service.origination.schemas import ApplicantReference, Caller, Submission
    from loanwright.service.users.schemas import SCOPES

    document = {"product": product, "applicant": row.reference, "features": row.features}
    received = json.dumps(document, ensure_ascii=False, sort_keys=True).encode()
    return Submission(
        caller=Caller(id="command line", kind="key", scopes=frozenset(SCOPES)),
        idempotency_key=f"{product}-{digest[:32]}-{row.number}",
        body_hash=hashlib.sha256(received).hexdigest(),
        received=received,
        product=product,
        applicant=ApplicantReference(**row.reference) if row.reference else None,
        features=row.features,
    )


def _summary(reply: dict[str, Any]) -> dict[str, Any]:
    if "decision" not in reply:
        return {"error": reply.get("detail", reply.get("title", "could not be decided"))}
    decision = reply["decision"]
    kept = ("outcome", "probability_of_default", "score", "grade")
    return {
        "segment": reply["segment"],
        **{name: decision[name] for name in kept},
        "reasons": [reason["code"] for reason in decision["reasons"]],
        "decision": decision["id"],
    }


def _show_jsonl(answers: Sequence[dict[str, Any]]) -> None:
    for answer in answers:
        say(json.dumps(answer, ensure_ascii=False))


def _show_table(answers: Sequence[dict[str, Any]]) -> None:
    decided = [answer for answer in answers if "error" not in answer]
    headers = ["row", "outcome", "PD", "score", "grade", "segment", "first reason"]
    names = ("row", "outcome", "probability_of_default", "score", "grade", "segment")
    rows = [[*(one[name] for name in names), one["reasons"][0]] for one in decided]
    if decided:
        show_table(headers, rows)
    failed = [answer for answer in answers if "error" in answer]
    for answer in failed[:MOST_SHOWN]:
        remark(f"Row {answer['row']}: {answer['error']}")
    if failed[MOST_SHOWN:]:
        remark(f"… and {len(failed) - MOST_SHOWN} more; --jsonl shows them all.")
    remark(f"{len(decided)} of {len(answers)} decided.")
