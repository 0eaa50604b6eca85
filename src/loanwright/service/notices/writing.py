"""A paper as bytes."""

import json

from loanwright.notices.document import Document
from loanwright.notices.html import render_html
from loanwright.notices.pdf import render_pdf
from loanwright.service.notices.schemas import Format


def write_paper(document: Document, wanted: Format) -> bytes:
    """Return the bytes of a paper; the same paper, the same bytes."""
    if wanted is Format.HTML:
        return render_html(document).encode()
    if wanted is Format.PDF:
        return render_pdf(document)
    return json.dumps(document.to_mapping(), ensure_ascii=False).encode()
