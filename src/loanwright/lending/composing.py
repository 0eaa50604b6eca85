"""A lender's product file: that of the base product, renamed, with the lender's own tables."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from loanwright.features.product import Product
from loanwright.features.text import Text
from loanwright.lending.errors import BaseNotRenamable

Path = tuple[str, ...]
HEADER: Final = re.compile(r"^\[\[?\s*([A-Za-z0-9_.-]+)\s*\]\]?\s*(?:#.*)?$", re.MULTILINE)
#: What the lender says itself in place of the base product.
OWN_KEYS: Final = ("name", "title", "lender", "base", "jurisdictions")


@dataclass(frozen=True, kw_only=True, slots=True)
class Naming:
    """How a lender calls a product that it has made of another one."""

    name: str
    lender: str
    title: Text
    jurisdictions: tuple[str, ...]


def compose(base: Product, naming: Naming, tables: str = "") -> str:
    """Return the text of a lender's product file.

    Parameters
    ----------
    base
        The product that it is made of.
    naming
        Its name, its lender and its title.
    tables
        TOML tables of the lender's own. Each stands in for the base product's table of the same
        name; the others join.

    Raises
    ------
    BaseNotRenamable
        If the text of the base product is laid out so that its tables cannot be told apart.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product, parse_product
    >>> naming = Naming(
    ...     name="north-loan",
    ...     lender="north",
    ...     title=Text(en="Loan", ru="Кредит"),
    ...     jurisdictions=("EU",),
    ... )
    >>> product = parse_product(compose(bundled_product("instalment-loan"), naming))
    >>> product.name, product.lender, product.base, product.currency
    ('north-loan', 'north', 'instalment-loan', 'DEM')
    """
    replaced = {path for path, _ in _blocks(tables) if path}
    kept = [
        _renamed(base, naming, block) if path == ("product",) else block
        for path, block in _blocks(base.text)
        if path not in replaced
    ]
    text = "".join(kept).rstrip() + ("\n\n" + tables.strip() + "\n" if tables.strip() else "\n")
    _refuse_changes(base, text, {one[0] for one in replaced} | {"product"})
    return text


def _blocks(text: str) -> Iterator[tuple[Path, str]]:
    """Go through the tables of a text, each with the lines that follow its header."""
    found = list(HEADER.finditer(text))
    starts = [0, *(match.start() for match in found)]
    names: list[Path] = [(), *(tuple(match.group(1).split(".")) for match in found)]
    for path, start, end in zip(names, starts, [*starts[1:], len(text)], strict=True):
        yield path, text[start:end]


def _renamed(base: Product, naming: Naming, block: str) -> str:
    own = {
        "name": naming.name,
        "lender": naming.lender,
        "base": base.name,
        "jurisdictions": list(naming.jurisdictions),
    }
    title = f"title = {{ en = {_toml(naming.title.en)}, ru = {_toml(naming.title.ru)} }}"
    lines = [*(f"{key} = {_toml(value)}" for key, value in own.items()), title]
    rest = [line for line in block.splitlines()[1:] if _key_of(line) not in OWN_KEYS]
    return "\n".join(["[product]", *lines, *rest]) + "\n"


def _key_of(line: str) -> str:
    return line.partition("=")[0].strip()


def _toml(value: object) -> str:
    # JSON texts and lists of them are TOML.
    return json.dumps(value, ensure_ascii=False)


def _refuse_changes(base: Product, text: str, meant: set[str]) -> None:
    """Refuse a text that says anything else than what was meant."""
    before = tomllib.loads(base.text)
    try:
        after = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BaseNotRenamable(base=base.name, problem=str(error)) from error
    changed = [key for key in before if key not in meant and before[key] != after.get(key)]
    if changed:
        problem = f"its table {changed[0]} cannot be told from the others"
        raise BaseNotRenamable(base=base.name, problem=problem)
