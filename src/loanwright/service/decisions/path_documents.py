"""What paths to approval look like to a reader, and what of them a borrower is told."""

from collections.abc import Mapping
from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from loanwright.explanation.paths import MOST_PATHS, Status
from loanwright.service.decisions.borrowers import Shape, disclose
from loanwright.service.kit.documents import Title
from loanwright.service.users.schemas import Principal, Reach

FeatureName = Annotated[str, StringConstraints(pattern="^[A-Za-z][A-Za-z0-9_]{0,62}$")]
Value = float | int | bool | str | None
COST = Field(ge=0, description="How hard it is, by the product file; the smallest comes first.")

# These fields and no others: what a change is worth would tell a borrower the model.
BORROWER: Final[Shape] = {
    **dict.fromkeys(("decision_id", "status", "text")),
    "paths": {
        "text": None,
        "steps": dict.fromkeys(("feature", "title", "before", "after", "text")),
    },
}


class Document(BaseModel):
    """A part of an answer."""

    model_config = ConfigDict(extra="forbid")


class PathsQuery(Document):
    """What is asked of a search."""

    only: list[FeatureName] | None = Field(
        default=None, max_length=20, description="Nothing but these features may change."
    )
    count: int = Field(default=3, ge=1, le=MOST_PATHS, description="Paths at most.")

    def wishes(self) -> dict[str, Any]:
        """Return what is asked, by the names of a search's limits."""
        return {"only": self.only, "count": self.count}


class BorrowerStep(Document):
    """One feature and what it would have to be."""

    feature: str
    title: Title
    before: Value
    after: Value
    text: Title


class BorrowerPath(Document):
    """Changes after which an application would have been approved."""

    text: Title
    steps: list[BorrowerStep] = Field(min_length=1)


class BorrowerPathsDocument(Document):
    """What would have turned a borrower's own decision into an approval, in words."""

    decision_id: str
    status: Status
    text: Title
    paths: list[BorrowerPath] = Field(max_length=MOST_PATHS)


class StepDocument(BorrowerStep):
    """One feature, what it would have to be, and how hard that is."""

    cost: float = COST


class PathDocument(Document):
    """Changes after which an application would have been approved, and their cost."""

    text: Title
    cost: float = COST
    steps: list[StepDocument] = Field(min_length=1)


class PathsDocument(Document):
    """What would have turned a decision into an approval."""

    decision_id: str
    status: Status
    cheapest: bool = Field(description="Whether nothing costs less than the first; proved.")
    text: Title
    paths: list[PathDocument] = Field(max_length=MOST_PATHS)


def told_paths(principal: Principal, document: Mapping[str, Any]) -> Any:
    """Return what a principal is told of paths: a borrower the words alone."""
    return disclose(document, BORROWER) if principal.reach is Reach.SELF else document
