"""How an endpoint gets the service it calls."""

from collections.abc import Callable
from typing import Any

from fastapi import Request


def provided(name: str) -> Callable[[Request], Any]:
    """Return a dependency that gives one part of the service."""

    async def part(request: Request) -> Any:
        return getattr(request.app.state, name)

    return part
