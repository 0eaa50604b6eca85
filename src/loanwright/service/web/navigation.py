"""The menu: areas and their links, as far as whoever is signed in may follow them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from fastapi import APIRouter

from loanwright.service.users.permissions import Role
from loanwright.service.web.viewing import Viewer

STAFF: Final = frozenset({Role.MANAGER, Role.UNDERWRITER, Role.ANALYST, Role.ADMIN})
BORROWERS: Final = frozenset({Role.BORROWER})
HOMES: Final[Mapping[Role | None, str]] = MappingProxyType(
    {
        Role.BORROWER: "/my",
        Role.MANAGER: "/applicants",
        Role.UNDERWRITER: "/reviews",
        Role.ANALYST: "/analysis/business",
        Role.ADMIN: "/admin/users",
    }
)


@dataclass(frozen=True, kw_only=True, slots=True)
class NavLink:
    """One entry of the menu.

    Attributes
    ----------
    title
        A message marked with `N_`.
    permission
        What one must be permitted to see it; None asks for nothing but the role.
    """

    title: str
    path: str
    icon: str
    permission: str | None = None
    roles: frozenset[Role] = STAFF


@dataclass(frozen=True, kw_only=True, slots=True)
class Area:
    """A part of the portal: what the menu shows of it, and its pages."""

    title: str
    links: tuple[NavLink, ...] = ()
    routers: tuple[APIRouter, ...] = field(default=(), repr=False)


def menu_for(viewer: Viewer, areas: Iterable[Area]) -> tuple[Area, ...]:
    """Return the areas of which a viewer may see something, with just those links."""
    shown = ((area, tuple(one for one in area.links if _may_see(viewer, one))) for area in areas)
    return tuple(Area(title=area.title, links=links) for area, links in shown if links)


def find_place(menu: Sequence[Area], path: str) -> str:
    """Return the path of the menu's entry under which a page lies: the longest that fits."""
    paths = [link.path for area in menu for link in area.links]
    return max((one for one in paths if _lies_under(path, one)), key=len, default="")


def home_of(viewer: Viewer, menu: Sequence[Area]) -> str:
    """Return where somebody begins: where their role works, else the first entry of their menu."""
    paths = [link.path for area in menu for link in area.links]
    home = HOMES.get(viewer.principal.role)
    return home if home in paths else next(iter(paths), "/")


def _lies_under(path: str, place: str) -> bool:
    return path == place or path.startswith(f"{place}/")


def _may_see(viewer: Viewer, link: NavLink) -> bool:
    permitted = link.permission is None or viewer.can(link.permission)
    return permitted and viewer.principal.role in link.roles
