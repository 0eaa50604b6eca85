"""A paper as a PDF, set by typst from the same texts as the page."""

from __future__ import annotations

import json
from importlib import resources

from loanwright.errors import Unavailable
from loanwright.notices.document import Document


class TypesetterMissing(Unavailable):
    """PDF needs the package typst: pip install 'loanwright[pdf]'. HTML needs nothing."""


def render_pdf(document: Document) -> bytes:
    """Return a paper as the bytes of a PDF; the same paper, the same bytes.

    Raises
    ------
    TypesetterMissing
        Where typst is not installed.
    """
    try:
        import typst
    except ImportError as error:
        raise TypesetterMissing from error
    template = (resources.files("loanwright.notices") / "notice.typ").read_bytes()
    paper = json.dumps(document.to_mapping(), ensure_ascii=False)
    found = typst.compile(
        template,
        format="pdf",
        ignore_system_fonts=True,
        sys_inputs={"paper": paper},
        # Nothing in the bytes but the paper: no clock.
        timestamp=0,
    )
    return bytes(found)
