"""The report and the card of a model, and several models side by side."""

import base64
import hashlib
import re
from typing import Annotated, Final

from fastapi import Query
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.registry.errors import PackageWithout
from loanwright.service.web.analyst.asked import MODELS, ModelHash, ModelsRead, RegistryService
from loanwright.service.web.analyst.compare_view import (
    MOST,
    compare_features,
    compare_figures,
    differences,
    draw_calibration,
    draw_roc,
    present_sides,
    same_rows,
)
from loanwright.service.web.analyst.model_view import STATES
from loanwright.service.web.office import page_router, show
from loanwright.service.web.pages import PAGE_HEADERS

router = page_router()
Hash = Annotated[str, Query(pattern="^[0-9a-f]{64}$")]
STYLE: Final = re.compile(rb"<style>(.*?)</style>", re.DOTALL)


@router.get(f"{MODELS}/compare")
def compare_models(
    request: Request,
    viewer: ModelsRead,
    registry: RegistryService,
    model: Annotated[list[Hash], Query(min_length=1, max_length=MOST)],
) -> Response:
    """Show two or more models side by side."""
    models = [registry.get(one) for one in dict.fromkeys(model)]
    pairs = [(one, registry.open(one)) for one in models]
    sides = present_sides(pairs, STATES, viewer.language)
    return show(
        request,
        viewer,
        "analyst/compare.html",
        sides=sides,
        lines=compare_figures(sides, viewer.language),
        same=same_rows(sides),
        features=compare_features(sides, viewer.language),
        different=differences(sides, viewer.language),
        charts=[
            one
            for one in (draw_roc(sides, viewer.language), draw_calibration(sides, viewer.language))
            if one is not None
        ],
    )


@router.get(f"{MODELS}/{{model_hash}}/report")
def show_report(_viewer: ModelsRead, registry: RegistryService, model_hash: ModelHash) -> Response:
    """Return the validation report, a document of its own: no script, no other host, no form."""
    content = _read(registry, model_hash, "report.html")
    return Response(
        content,
        media_type="text/html; charset=utf-8",
        headers={**PAGE_HEADERS, "Content-Security-Policy": _policy(content)},
    )


@router.get(f"{MODELS}/{{model_hash}}/card")
def show_card(
    request: Request, viewer: ModelsRead, registry: RegistryService, model_hash: ModelHash
) -> Response:
    """Show the card of a model as it is written in its package."""
    text = _read(registry, model_hash, "card.md").decode()
    return show(request, viewer, "analyst/card.html", text=text, model=registry.get(model_hash))


def _read(registry: RegistryService, model_hash: str, name: str) -> bytes:
    path = registry.open(registry.get(model_hash)).path / name
    if not path.is_file():
        raise PackageWithout(model_hash=model_hash, file=name)
    return path.read_bytes()


def _policy(content: bytes) -> str:
    """Allow the style sheets that the verified report holds, by their hashes, and nothing else."""
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(one).digest()).decode()}'"
        for one in STYLE.findall(content)
    )
    return (
        f"default-src 'none'; style-src {hashes or chr(39) + 'none' + chr(39)}; img-src data:; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox allow-popups"
    )
