"""Style, script and mark: read once, named by their content, cached for ever."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import NotFound

MEDIA_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "css": "text/css; charset=utf-8",
        "js": "text/javascript; charset=utf-8",
        "svg": "image/svg+xml",
    }
)
HASH_LENGTH: Final = 12
FOR_EVER: Final = "public, max-age=31536000, immutable"


class AssetUnknown(NotFound):
    """There is no asset of this name."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Asset:
    """One file as it is sent."""

    address: str
    media_type: str
    content: bytes
    compressed: bytes


@cache
def load_assets() -> Mapping[str, Asset]:
    """Read every asset, by its plain name."""
    folder = resources.files("loanwright.service.web") / "assets"
    files = (f for f in folder.iterdir() if f.name.rpartition(".")[2] in MEDIA_TYPES)
    return MappingProxyType({f.name: _make_asset(f.name, f.read_bytes()) for f in files})


def _make_asset(name: str, content: bytes) -> Asset:
    stem, _, suffix = name.rpartition(".")
    digest = hashlib.sha256(content).hexdigest()[:HASH_LENGTH]
    return Asset(
        address=f"{stem}.{digest}.{suffix}",
        media_type=MEDIA_TYPES[suffix],
        content=content,
        compressed=gzip.compress(content, mtime=0),
    )


def asset_path(name: str) -> str:
    """Return the address of an asset by its plain name."""
    return f"/assets/{load_assets()[name].address}"


def asset_response(request: Request, address: str) -> Response:
    """Answer with the asset of this address, compressed where the browser can read that."""
    asset = next((a for a in load_assets().values() if a.address == address), None)
    if asset is None:
        raise AssetUnknown
    headers = {
        "Cache-Control": FOR_EVER,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
    }
    content = asset.content
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = asset.compressed
    return Response(content, media_type=asset.media_type, headers=headers)
