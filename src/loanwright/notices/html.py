"""A paper as one page of HTML: nothing to fetch, nothing that runs, fit to be printed and heard."""

from __future__ import annotations

import base64
import hashlib
from html import escape
from typing import Final

from loanwright.notices.document import Document, Section, Table

STYLE: Final = """
:root { color-scheme: light; --ink: #1c2526; --soft: #55606a; --line: #d9d6cc; }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 2rem 1.25rem 4rem; max-width: 46rem; color: var(--ink);
  background: #ffffff; font: 16px/1.55 system-ui, -apple-system, "Segoe UI", sans-serif; }
h1 { font-size: 1.6rem; line-height: 1.2; margin: .25rem 0 1rem; }
h2 { font-size: 1.1rem; margin: 1.75rem 0 .5rem; }
p { margin: 0 0 .75rem; }
.sender, footer, .source { color: var(--soft); font-size: .9rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; margin: 0;
  padding: .75rem 0; border: solid var(--line); border-width: 1px 0; }
dt { color: var(--soft); }
dd { margin: 0; overflow-wrap: anywhere; }
li { margin-bottom: .35rem; }
.scroll { overflow-x: auto; }
.scroll:focus-visible { outline: 3px solid #2c6fae; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .35rem .75rem .35rem 0;
  border-bottom: 1px solid var(--line); }
footer { margin-top: 2.5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
@media print {
  body { padding: 0; max-width: none; font-size: 11pt; }
  section, li, tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
"""

#: What a server says so that this style, and nothing else, is applied.
STYLE_HASH: Final = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode("ascii")


def render_html(document: Document) -> str:
    """Return a paper as a page of HTML; the same paper, the same bytes.

    Examples
    --------
    >>> paper = Document(kind="notice", language="en", title="Notice", sender="A & B",
    ...     facts=(), sections=(), footer="", law="xx", law_hash="")
    >>> "A &amp; B" in render_html(paper), "<script" in render_html(paper)
    (True, False)
    """
    facts = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(told)}</dd>" for name, told in document.facts
    )
    parts = "\n".join(_section(number, one) for number, one in enumerate(document.sections, 1))
    title = escape(f"{document.title}: {document.sender}")
    return f"""<!DOCTYPE html>
<html lang="{document.language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<main>
<p class="sender">{escape(document.sender)}</p>
<h1>{escape(document.title)}</h1>
<dl>{facts}</dl>
{parts}
</main>
<footer><p>{escape(document.footer)}</p></footer>
</body>
</html>
"""


def _section(number: int, section: Section) -> str:
    name = f"part-{number}"
    parts = [f'<section aria-labelledby="{name}">', f'<h2 id="{name}">{escape(section.title)}</h2>']
    parts += [f"<p>{escape(one)}</p>" for one in section.paragraphs]
    if section.items:
        parts.append("<ol>" + "".join(f"<li>{escape(one)}</li>" for one in section.items) + "</ol>")
    if section.table is not None:
        parts.append(_table(name, section.table))
    if section.source is not None:
        parts.append(f'<p class="source">{escape(section.source)}</p>')
    return "\n".join([*parts, "</section>"])


def _table(name: str, table: Table) -> str:
    header = "".join(f'<th scope="col">{escape(one)}</th>' for one in table.header)
    rows = "".join(
        "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in table.rows
    )
    # A wide table scrolls by itself; the keyboard reaches it.
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-labelledby="{name}"><table>'
        f"<thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table></div>"
    )
