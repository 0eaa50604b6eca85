"""What goes back to a caller, before any framework has wrapped it."""

from dataclasses import dataclass, field

from loanwright.errors import LoanwrightError
from loanwright.service.edge.headers import RawHeaders
from loanwright.service.kit.problem import MEDIA_TYPE, problem_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Status, body and the headers that belong to this answer alone."""

    status: int
    body: bytes = field(repr=False)
    headers: RawHeaders


def answer_problem(error: LoanwrightError, request_id: str) -> Answer:
    """Return the answer that tells a caller about an error."""
    problem = problem_of(error)
    body = problem.body(request_id)
    return Answer(
        status=problem.status,
        body=body,
        headers=(
            (b"content-type", MEDIA_TYPE.encode()),
            (b"content-length", b"%d" % len(body)),
            *problem.headers,
        ),
    )
