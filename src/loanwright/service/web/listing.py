"""The state of a list in its address: filters, sorting, page; and the addresses of its links."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Final, Literal
from urllib.parse import urlencode

from starlette.requests import Request

LONGEST_VALUE: Final = 200
DESCENDING: Final = "-"
Direction = Literal["ascending", "descending", "none"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """What a list shows, as its address says it.

    Attributes
    ----------
    sort
        By what it is sorted; a minus in front turns it around.
    filters
        The filters that are set, by name; never personal data, for addresses are logged.
    cursor
        Where this page begins; None on the first one.
    following
        Where the next page begins; None on the last one.

    Examples
    --------
    >>> listing = Listing(path="/reviews", sort="-due", filters={"kind": "objection"})
    >>> listing.sort_address("due")
    '/reviews?kind=objection&sort=due'
    >>> listing.reaching("c7").next_address
    '/reviews?kind=objection&sort=-due&cursor=c7'
    """

    path: str
    sort: str
    filters: Mapping[str, str] = field(default_factory=dict)
    cursor: str | None = None
    following: str | None = None

    @staticmethod
    def read(
        request: Request, *, sorts: Collection[str], filters: Collection[str], sort: str
    ) -> Listing:
        """Read the state of a list from an address; what the list does not know is left out.

        ``sorts`` and ``filters`` name what it knows, ``sort`` is how it is sorted unasked.
        """
        query = request.query_params
        asked = query.get("sort", "")
        found = {name: query.get(name, "").strip()[:LONGEST_VALUE] for name in filters}
        return Listing(
            path=request.url.path,
            sort=asked if asked.removeprefix(DESCENDING) in sorts else sort,
            filters={name: value for name, value in found.items() if value},
            cursor=query.get("cursor") or None,
        )

    def reaching(self, following: str | None) -> Listing:
        """Return the same list, knowing where its next page begins."""
        return replace(self, following=following)

    def get(self, name: str) -> str:
        """Return the value of a filter; empty if it is not set."""
        return self.filters.get(name, "")

    @property
    def filtered(self) -> bool:
        """Tell whether any filter is set."""
        return bool(self.filters)

    @property
    def begins_later(self) -> bool:
        """Tell whether this is not the first page."""
        return self.cursor is not None

    @property
    def first_address(self) -> str:
        """Return the address of the first page."""
        return self._address(self.sort, None)

    @property
    def next_address(self) -> str | None:
        """Return the address of the next page, if there is one."""
        return None if self.following is None else self._address(self.sort, self.following)

    def sort_address(self, name: str) -> str:
        """Return the address of the list sorted by this, or the other way round if it is so."""
        return self._address(f"{DESCENDING}{name}" if self.sort == name else name, None)

    def sorted_by(self, name: str) -> Direction:
        """Tell how the list is sorted by this, as assistive technology says it."""
        if self.sort.removeprefix(DESCENDING) != name:
            return "none"
        return "descending" if self.sort.startswith(DESCENDING) else "ascending"

    def _address(self, sort: str, cursor: str | None) -> str:
        cursors = {} if cursor is None else {"cursor": cursor}
        return f"{self.path}?{urlencode({**self.filters, 'sort': sort, **cursors})}"
