"""In which line of a policy's text something stands."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from loanwright.decisioning.document import PolicyRejected
from loanwright.decisioning.policy import Policy
from loanwright.features.product import Product
from loanwright.rulebook.reading import read_for

_AT: Final = re.compile(r"\(at line (\d+), column \d+\)")
_PLACE: Final = re.compile(r"^(\w+)(?:\[(\d+)\])?")
LONGEST: Final = 120_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """What cannot be read, and in which line; None where no line says it."""

    line: int | None
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Read:
    """A text as it was read: the document and its policy, or the mistake."""

    document: Mapping[str, Any] | None = None
    policy: Policy | None = None
    mistake: Mistake | None = None


def read_text(text: str, product: Product) -> Read:
    r"""Read the text of a policy for a product.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product
    >>> card = bundled_product("credit-card")
    >>> read_text('name = "a', card).mistake.line
    1
    >>> read_text('name = "a"\n\n[cutoffs.new]\napprove_from = "x"', card).mistake.line
    4
    """
    try:
        document = tomllib.loads(text[:LONGEST])
    except (tomllib.TOMLDecodeError, RecursionError) as problem:
        said = str(problem)
        found = _AT.search(said)
        last = text.count("\n") + 1
        line = int(found[1]) if found else last
        return Read(mistake=Mistake(line=line, text=_AT.sub("", said).strip()))
    try:
        return Read(document=document, policy=read_for(document, product))
    except PolicyRejected as refusal:
        said = f"{refusal.key}: {refusal.problem}"
        mistake = Mistake(line=line_of(text, refusal.key), text=said)
        return Read(document=document, mistake=mistake)


def line_of(text: str, place: str) -> int | None:
    r"""Return the line in which a place of the document begins.

    Parameters
    ----------
    text
        TOML.
    place
        Such as ``rules[2].when`` or ``cutoffs.new.approve_from``.

    Examples
    --------
    >>> text = 'name = "a"\n[cutoffs.new]\napprove_from = 1\n[[rules]]\ncode = "r"\nwhen = "x"'
    >>> [line_of(text, one) for one in ("rules[0].when", "cutoffs.new.approve_from", "name", "x")]
    [6, 3, 1, None]
    """
    found = _PLACE.match(place)
    if found is None:
        return None
    lines = text.splitlines()
    rest = place[found.end() :].strip(".").split(".")
    if found[2] is not None:
        heads = [at for at, line in enumerate(lines) if _is_head(line, f"[[{found[1]}]]")]
        if int(found[2]) >= len(heads):
            return None
        return _key_line(lines, heads[int(found[2])], rest[0]) + 1
    for depth in range(len(rest), -1, -1):
        head = ".".join([found[1], *rest[:depth]]).rstrip(".")
        for at, line in enumerate(lines):
            if _is_head(line, f"[{head}]"):
                return _key_line(lines, at, rest[depth] if depth < len(rest) else "") + 1
    whole = [at for at, line in enumerate(lines) if _has_key(line, found[1])]
    return whole[0] + 1 if whole else None


def _key_line(lines: list[str], head: int, key: str) -> int:
    """Return the line of a key in the table that begins at a line; else that line."""
    for at in range(head + 1, len(lines)):
        if lines[at].lstrip().startswith("["):
            break
        if key and _has_key(lines[at], re.split(r"[\[ ]", key)[0]):
            return at
    return head


def _is_head(line: str, head: str) -> bool:
    return line.split("#")[0].strip() == head


def _has_key(line: str, key: str) -> bool:
    return re.match(rf"\s*{re.escape(key)}\s*=", line) is not None
