"""Saved views: named, of one user each; nobody sees those of another."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from loanwright.errors import Conflict, NotFound, Rejected
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.users.schemas import Principal
from loanwright.service.views import repository
from loanwright.service.views.schemas import View

LONGEST_NAME: Final = 60
MOST: Final = 50


class ViewNotFound(NotFound):
    """There is no saved view {view_id}."""


class ViewNameRefused(Rejected):
    """The name of a view has 1 to 60 characters that can be read."""


class TooManyViews(Conflict):
    """There are 50 saved views already; remove one first."""


@dataclass(frozen=True, kw_only=True)
class Views:
    """What users look for again and again."""

    database: Database
    clock: Clock
    new_id: Ids

    def list_of(self, principal: Principal, page: str) -> list[View]:
        """Return one's own views on a page, by name."""
        with self.database.read() as connection:
            return repository.list_of(connection, principal.id, page)

    def get(self, principal: Principal, view_id: str) -> View:
        """Return one's own view; that of another is like not there."""
        with self.database.read() as connection:
            found = repository.find(connection, principal.id, view_id)
        if found is None:
            raise ViewNotFound(view_id=view_id)
        return found

    def save(self, principal: Principal, page: str, name: str, asked: Mapping[str, str]) -> View:
        """Keep what is asked of a page under a name; a name that is there means it from now on."""
        view = View(
            id=self.new_id("viw"),
            user_id=principal.id,
            page=page,
            name=plain(name),
            asked=dict(asked),
            saved_at=self.clock.now(),
        )
        with self.database.write() as connection:
            if not repository.change(connection, view):
                if repository.count_of(connection, principal.id, page) >= MOST:
                    raise TooManyViews
                repository.insert_view(connection, view)
            known = repository.list_of(connection, principal.id, page)
        return next(one for one in known if one.name == view.name)

    def remove(self, principal: Principal, view_id: str) -> None:
        """Remove one's own view."""
        with self.database.write() as connection:
            if not repository.remove(connection, principal.id, view_id):
                raise ViewNotFound(view_id=view_id)


def plain(name: str) -> str:
    """Return a name as it is kept, on one line.

    Examples
    --------
    >>> plain("  Mine,   in arrears ")
    'Mine, in arrears'
    """
    lined = " ".join(unicodedata.normalize("NFC", name).split())
    if not 1 <= len(lined) <= LONGEST_NAME or not lined.isprintable():
        raise ViewNameRefused
    return lined
