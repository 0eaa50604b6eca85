"""The SQL of saved views."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update

from loanwright.service.views.schemas import View
from loanwright.service.views.tables import saved_views

_mine = saved_views.c


def list_of(connection: Connection, user_id: str, page: str) -> list[View]:
    """Return the views of a user on one page, by name."""
    query = select(saved_views).where(_mine.user_id == user_id, _mine.page == page)
    return [
        _view(dict(row._mapping))
        for row in connection.execute(query.order_by(_mine.name, _mine.id))
    ]


def find(connection: Connection, user_id: str, view_id: str) -> View | None:
    """Return a view of a user, if it is there."""
    query = select(saved_views).where(_mine.id == view_id, _mine.user_id == user_id)
    row = connection.execute(query).mappings().first()
    return None if row is None else _view(dict(row))


def count_of(connection: Connection, user_id: str, page: str) -> int:
    """Return how many views a user has on one page."""
    query = select(func.count()).select_from(saved_views)
    return connection.execute(
        query.where(_mine.user_id == user_id, _mine.page == page)
    ).scalar_one()


def change(connection: Connection, view: View) -> bool:
    """Let a name stand for something else, and tell whether it was there."""
    named = (_mine.user_id == view.user_id, _mine.page == view.page, _mine.name == view.name)
    values = {"asked": _text(view), "saved_at": view.saved_at}
    return connection.execute(update(saved_views).where(*named).values(**values)).rowcount == 1


def insert_view(connection: Connection, view: View) -> None:
    """Add a view."""
    row = {
        "id": view.id,
        "user_id": view.user_id,
        "page": view.page,
        "name": view.name,
        "asked": _text(view),
        "saved_at": view.saved_at,
    }
    connection.execute(insert(saved_views), row)


def remove(connection: Connection, user_id: str, view_id: str) -> bool:
    """Remove a view of a user, and tell whether it was there."""
    mine = (_mine.id == view_id, _mine.user_id == user_id)
    return connection.execute(delete(saved_views).where(*mine)).rowcount == 1


def _view(row: Mapping[str, Any]) -> View:
    return View(**{**row, "asked": msgspec.json.decode(row["asked"], type=dict[str, str])})


def _text(view: View) -> str:
    return msgspec.json.encode(dict(view.asked)).decode()
