"""Which page of a list is asked for."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

from loanwright.service.kit.pagination import MAXIMUM_PAGE


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A page: how long, after which one, in which order."""

    limit: int
    cursor: str | None
    sort: str


def _asked(
    limit: Annotated[int, Query(ge=1, le=MAXIMUM_PAGE)] = 50,
    cursor: Annotated[str | None, Query(max_length=512)] = None,
    sort: Annotated[str, Query(max_length=40)] = "-created_at",
) -> Asked:
    return Asked(limit=limit, cursor=cursor, sort=sort)


AskedPage = Annotated[Asked, Depends(_asked)]
