"""Policies as files that a person reads and edits: TOML, or JSON."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from loanwright.decisioning.policy import Policy
from loanwright.errors import Rejected

LARGEST: Final = 4_000_000
_PLAIN: Final = re.compile(r"[A-Za-z0-9_-]+")
#: Longer than this, a list of plain values is written one below the other.
WIDEST: Final = 96


class PolicyFileUnreadable(Rejected):
    """{path} is not a policy file: {problem}."""


def read_policy_file(path: Path) -> Policy:
    """Read a policy from a TOML or JSON file.

    Parameters
    ----------
    path
        A file; what ends in ``.json`` is JSON, everything else TOML.

    Returns
    -------
    Policy
        The policy.

    Raises
    ------
    PolicyFileUnreadable
        If the file is no TOML or JSON of a policy's size.
    PolicyRejected
        If what stands in it is no policy.
    """
    return Policy.from_mapping(read_document(path))


def read_document(path: Path) -> Mapping[str, Any]:
    """Read the plain data of a TOML or JSON file."""
    content = path.read_bytes()
    if len(content) > LARGEST:
        raise PolicyFileUnreadable(path=path, problem=f"it is larger than {LARGEST} bytes")
    try:
        text = content.decode("utf-8-sig")
        found = json.loads(text) if path.suffix == ".json" else tomllib.loads(text)
    except (ValueError, RecursionError) as problem:
        raise PolicyFileUnreadable(path=path, problem=problem) from problem
    if not isinstance(found, dict):
        raise PolicyFileUnreadable(path=path, problem="a table is needed")
    return found


def write_policy_file(policy: Policy, path: Path) -> None:
    """Write a policy to a file, as JSON where its name ends so, else as TOML."""
    document = policy.to_mapping()
    as_json = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    path.write_text(as_json if path.suffix == ".json" else write_toml(document), encoding="utf-8")


def write_toml(document: Mapping[str, Any]) -> str:
    """Return plain data as TOML that reads back as the same.

    Parameters
    ----------
    document
        Tables, lists, texts, numbers and booleans; what is None is left out.

    Returns
    -------
    str
        TOML: plain values first, then tables; lists of tables as ``[[name]]``.

    Examples
    --------
    >>> print(write_toml({"name": "demo", "cutoffs": {"new": {"approve_from": 600}}}))
    name = "demo"
    <BLANKLINE>
    [cutoffs.new]
    approve_from = 600
    <BLANKLINE>
    """
    return "\n".join(_table(document, ())).lstrip("\n") + "\n"


def _table(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    present = {name: value for name, value in table.items() if value is not None}
    for name, value in present.items():
        if not _is_table(value) and not _are_tables(value, path):
            yield f"{_key(name)} = {_value(value)}"
    for name, value in present.items():
        place = (*path, name)
        if _is_table(value):
            if not value or any(not _is_table(inner) for inner in value.values()):
                yield f"\n[{'.'.join(map(_key, place))}]"
            yield from _table(value, place)
        elif _are_tables(value, path):
            for inner in value:
                yield f"\n[[{_key(name)}]]"
                yield from _lines(inner)


def _lines(table: Mapping[str, Any]) -> Iterator[str]:
    for name, value in table.items():
        if value is not None:
            yield f"{_key(name)} = {_value(value)}"


def _is_table(value: object) -> bool:
    return isinstance(value, Mapping)


def _are_tables(value: object, path: tuple[str, ...]) -> bool:
    """Tell whether a list is written as tables of its own: only at the top of the document."""
    many = isinstance(value, list | tuple) and len(value) > 0
    return many and not path and all(isinstance(one, Mapping) for one in value)  # type: ignore[attr-defined]


def _key(name: str) -> str:
    return name if _PLAIN.fullmatch(name) else _text(name)


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        inner = ", ".join(_lines(value))
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, Sequence):
        return _list([_value(one) for one in value])
    return str(value).lower() if isinstance(value, bool) else repr(value)


def _list(parts: Sequence[str]) -> str:
    line = f"[{', '.join(parts)}]"
    if len(line) <= WIDEST or len(parts) < 2:
        return line
    return "[\n" + "".join(f"  {part},\n" for part in parts) + "]"


def _text(value: str) -> str:
    # A JSON text is a TOML text, but for the one character that JSON need not escape.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
