"""What the pages of reviews ask for: ids in addresses, and parts of the service."""

from typing import Annotated

from fastapi import Depends, Path

from loanwright.service.decisions.service import Decisions
from loanwright.service.edge.provided import provided
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.notes.service import Notes
from loanwright.service.reviews.asking import Requests
from loanwright.service.reviews.holding import Queue
from loanwright.service.reviews.overriding import OverrideLog
from loanwright.service.reviews.second import SecondLooks
from loanwright.service.reviews.service import Reviews
from loanwright.service.reviews.similar import Similar
from loanwright.service.shadows.service import Shadows
from loanwright.service.users.service import Users
from loanwright.service.web.office import Viewer, enter

ReviewsPart = Annotated[Reviews, Depends(provided("reviews"))]
QueuePart = Annotated[Queue, Depends(provided("review_queue"))]
RequestsPart = Annotated[Requests, Depends(provided("review_requests"))]
LooksPart = Annotated[SecondLooks, Depends(provided("second_looks"))]
LogPart = Annotated[OverrideLog, Depends(provided("override_log"))]
SimilarPart = Annotated[Similar, Depends(provided("similar"))]
ShadowsPart = Annotated[Shadows, Depends(provided("shadows"))]
DecisionsPart = Annotated[Decisions, Depends(provided("decisions"))]
NotesPart = Annotated[Notes, Depends(provided("notes"))]
UsersPart = Annotated[Users, Depends(provided("users"))]

Reading = Annotated[Viewer, Depends(enter("reviews:read", staff=True))]
Writing = Annotated[Viewer, Depends(enter("reviews:write", staff=True))]

ReviewId = Annotated[str, Path(pattern=f"^rev_[{ALPHABET}]{{{LENGTH}}}$")]
RequestId = Annotated[str, Path(pattern=f"^req_[{ALPHABET}]{{{LENGTH}}}$")]
LookId = Annotated[str, Path(pattern=f"^snd_[{ALPHABET}]{{{LENGTH}}}$")]
