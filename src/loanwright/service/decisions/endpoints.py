"""Decisions over HTTP: read and replayed, never changed."""

from dataclasses import asdict
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response

from loanwright.service.decisions.borrowers import (
    BorrowerDecisionPage,
    BorrowerDecisionResource,
    LastWords,
    told,
)
from loanwright.service.decisions.documents import (
    DecisionPage,
    DecisionResource,
    DecisionsQuery,
    ReplayDocument,
)
from loanwright.service.decisions.path_documents import (
    BorrowerPathsDocument,
    PathsDocument,
    PathsQuery,
    told_paths,
)
from loanwright.service.decisions.paths import PathFinder
from loanwright.service.decisions.service import Decisions
from loanwright.service.edge.authentication import DOCUMENTED, DecisionsRead, DecisionsReplay
from loanwright.service.edge.provided import provided
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH

PathsService = Annotated[PathFinder, Depends(provided("paths"))]
DecisionsService = Annotated[Decisions, Depends(provided("decisions"))]
LastWordsHere = Annotated[LastWords, Depends(provided("last_words"))]
DecisionId = Annotated[str, Path(pattern=f"^dec_[{ALPHABET}]{{{LENGTH}}}$")]

router = APIRouter(prefix="/v1/decisions", tags=["decisions"], dependencies=DOCUMENTED)


@router.get(
    "",
    response_model=DecisionPage | BorrowerDecisionPage,
    responses=problems((401, 403, 422, 503)),
)
def list_decisions(
    decisions: DecisionsService,
    principal: DecisionsRead,
    last_words: LastWordsHere,
    asked: Annotated[DecisionsQuery, Query()],
) -> Response:
    """List decisions, the newest first, in pages."""
    page = decisions.list_page(**asked.model_dump(), by=principal)
    items = told(principal, [one.summary() for one in page.items], last_words)
    return _json({"items": items, "next_cursor": page.next_cursor})


@router.get(
    "/{decision_id}",
    response_model=DecisionResource | BorrowerDecisionResource,
    responses=problems((401, 403, 404, 422, 503)),
)
def get_decision(
    decisions: DecisionsService,
    principal: DecisionsRead,
    last_words: LastWordsHere,
    decision_id: DecisionId,
) -> Response:
    """Return one decision as it was answered, and what it belongs to.

    A borrower is told the outcome that stands, which a person may have changed since.
    """
    decision = decisions.get(decision_id, by=principal).resource()
    return _json(told(principal, [decision], last_words)[0])


@router.post(
    "/{decision_id}/replay",
    response_model=ReplayDocument,
    responses=problems((401, 403, 404, 408, 413, 422, 503)),
)
def replay_decision(
    decisions: DecisionsService, principal: DecisionsReplay, decision_id: DecisionId
) -> Response:
    """Compute a decision again from its snapshot, its model and its policy; compare every bit."""
    replay = decisions.replay(decision_id, by=principal)
    return _json(
        {
            "decision_id": replay.decision_id,
            "equal": replay.equal,
            "differences": [asdict(one) for one in replay.differences],
        }
    )


@router.post(
    "/{decision_id}/paths",
    response_model=PathsDocument | BorrowerPathsDocument,
    responses=problems((401, 403, 404, 408, 413, 422, 429, 503)),
)
def find_paths(
    paths: PathsService,
    principal: DecisionsRead,
    decision_id: DecisionId,
    asked: Annotated[PathsQuery, Query()],
) -> Response:
    """Return the smallest changes after which the same model and policy would have approved.

    Each was decided again. With `only`, nothing but these features may change, such as the amount
    and the term; 422 names those that can. `count` is from 1 to 5, 3 if left out. A
    borrower may ask a few times a day.
    """
    found = paths.find(decision_id, by=principal, asked=asked)
    return _json(told_paths(principal, found.document()))


def _json(document: Any) -> Response:
    # Written like the stored answers, so that a number looks the same wherever it is read.
    return Response(msgspec.json.encode(document), media_type="application/json")
