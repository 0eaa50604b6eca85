"""Who is behind an id: users by their names, machines by the ids they have."""

from collections.abc import Iterable

from loanwright.service.users.service import UserNotFound, Users


def names_of(users: Users, ids: Iterable[str | None]) -> dict[str, str]:
    """Return how those are called who are users; of all others the id is all there is."""
    found = {}
    for one in {one for one in ids if one}:
        found[one] = one
        if one.startswith("usr_"):
            try:
                user = users.get(one)
            except UserNotFound:
                continue
            found[one] = user.name or user.email or one
    return found
