"""Forms with a file: the token is asked for before anything is kept, the file goes to the disk."""

import asyncio
import os
import shutil
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from starlette.datastructures import UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser
from starlette.requests import Request

from loanwright.service.edge.csrf import require_token
from loanwright.service.edge.headers import read_headers
from loanwright.service.edge.sessions import SESSION, read_cookie
from loanwright.service.web.guard import FormTooLarge, FormUnreadable, NotAForm
from loanwright.service.web.viewing import MULTIPART, TOKEN

FIELDS: Final = 40
LONGEST_FIELD: Final = 10_000
OVERHEAD: Final = 100_000


@dataclass(frozen=True, kw_only=True)
class Received:
    """A form with at most one file."""

    fields: dict[str, list[str]]
    file: UploadFile | None

    def get(self, name: str) -> str:
        """Return the first value of a field; empty if it is not there."""
        return next(iter(self.fields.get(name, [])), "").strip()

    async def keep(self, path: Path) -> None:
        """Write the file to a new one of one's own; it is durable when this returns."""
        if self.file is not None:
            await asyncio.to_thread(_copy, self.file.file, path)


@asynccontextmanager
async def receive(request: Request, *, limit: int) -> AsyncIterator[Received]:
    """Read a form with a file of at most so many bytes; what is not kept is gone afterwards."""
    if not request.headers.get("content-type", "").startswith(MULTIPART):
        raise NotAForm
    parser = MultiPartParser(
        request.headers,
        _bounded(request, limit + OVERHEAD),
        max_files=1,
        max_fields=FIELDS,
        max_part_size=LONGEST_FIELD,
    )
    try:
        form = await parser.parse()
    except (MultiPartException, ValueError) as failure:
        raise FormUnreadable from failure
    try:
        yield _checked(request, form)
    finally:
        await form.close()


def _checked(request: Request, form: Any) -> Received:
    fields: dict[str, list[str]] = {}
    file = None
    for name, value in form.multi_items():
        if isinstance(value, UploadFile):
            file = value if value.filename else file
        else:
            fields.setdefault(name, []).append(value)
    token = read_cookie(read_headers(request.scope["headers"]), SESSION)
    require_token(token or "", next(iter(fields.pop(TOKEN, [])), None))
    return Received(fields=fields, file=file)


async def _bounded(request: Request, most: int) -> AsyncGenerator[bytes, None]:
    size = 0
    async for piece in request.stream():
        size += len(piece)
        if size > most:
            raise FormTooLarge
        yield piece


def _copy(source: Any, path: Path) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(number, "wb") as file:
        source.seek(0)
        shutil.copyfileobj(source, file)
        file.flush()
        os.fsync(file.fileno())
