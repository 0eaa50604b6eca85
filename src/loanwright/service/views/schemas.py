"""Saved views as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class View:
    """What one user asks of one page, under a name.

    Attributes
    ----------
    page
        Which list it is of, such as `applicants`.
    asked
        Filters and sort by name, as the page reads them.
    """

    id: str
    user_id: str
    page: str
    name: str
    asked: Mapping[str, str]
    saved_at: datetime
