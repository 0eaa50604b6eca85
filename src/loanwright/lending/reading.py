"""Lenders read from their directories, with every problem named."""

import tomllib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Final

from loanwright.decisioning.document import PolicyRejected
from loanwright.decisioning.policy import Policy, policy_from_toml
from loanwright.features.errors import ProductRefused
from loanwright.features.policy_names import policy_names
from loanwright.features.product import Product, parse_product
from loanwright.features.reading import Reader
from loanwright.lending.composing import Naming, compose
from loanwright.lending.errors import BaseNotRenamable, LenderRefused, LendersMissing
from loanwright.lending.lender import Lender, LenderProduct, Range

FILE: Final = "lender.toml"
MOST_TERMS: Final = 40
LONGEST_NAME: Final = 63
JURISDICTIONS: Final = ("US", "EU", "RU")


def read_lenders(directory: Path, bases: Mapping[str, Product]) -> tuple[Lender, ...]:
    """Return every lender in a directory, by name; each is a directory with a lender.toml.

    Raises
    ------
    LendersMissing
        If there is no such directory.
    LenderRefused
        If one of them cannot be used.
    """
    if not directory.is_dir():
        raise LendersMissing(path=directory)
    return tuple(read_lender(file.parent, bases) for file in sorted(directory.glob(f"*/{FILE}")))


def bundled_lenders() -> Path:
    """Return the directory of the demo's lenders.

    Examples
    --------
    >>> sorted(file.parent.name for file in bundled_lenders().glob("*/lender.toml"))
    ['cityline', 'fairway', 'greenfield', 'northbank', 'quickcash']
    """
    return Path(__file__).parent / "lenders"


def bundled_names() -> Path:
    """Return the file that says who lends in the demo, and where to reach them.

    Examples
    --------
    >>> bundled_names().name
    'demo_bank.toml'
    """
    return Path(__file__).parent / "demo_bank.toml"


def read_lender(directory: Path, bases: Mapping[str, Product]) -> Lender:
    """Return the lender in a directory.

    Parameters
    ----------
    directory
        Where its lender.toml is, and the files that it names.
    bases
        The products that a lender's may be made of, by name.

    Raises
    ------
    LenderRefused
        With all problems at once, each naming its key.

    Examples
    --------
    >>> from loanwright.features.product import bundled_product, bundled_products
    >>> bases = {name: bundled_product(name) for name in bundled_products()}
    >>> lender = read_lender(bundled_lenders() / "northbank", bases)
    >>> lender.title.en, [one.product.name for one in lender.products]
    ('Northbank', ['northbank-loan'])
    """
    root = _open(directory)
    head = root.child("lender", required=True) or Reader({}, "lender", root.problems)
    lender = _Head(
        name=head.name("name"), jurisdictions=head.strings("jurisdictions"), directory=directory
    )
    title = head.text("title")
    for one in lender.jurisdictions:
        if one not in JURISDICTIONS:
            head.refuse("jurisdictions", f"{one} is none of {', '.join(JURISDICTIONS)}")
    head.finish()
    if lender.name != directory.name:
        head.refuse("name", f"must be that of its directory, {directory.name}")
    products = [_read_product(one, lender, bases) for one in root.children("products")]
    _refuse_repetition(root, [one for one in products if one is not None])
    root.finish()
    if root.problems:
        raise LenderRefused(str(directory), root.problems)
    return Lender(
        name=lender.name,
        title=title,
        jurisdictions=lender.jurisdictions,
        products=tuple(one for one in products if one is not None),
    )


class _Head:
    """What of a lender its products need."""

    def __init__(self, *, name: str, jurisdictions: tuple[str, ...], directory: Path) -> None:
        self.name = name
        self.jurisdictions = jurisdictions
        self.directory = directory


def _open(directory: Path) -> Reader:
    path = directory / FILE
    try:
        return Reader(tomllib.loads(path.read_text(encoding="utf-8")), "", [])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise LenderRefused(str(directory), [f"{FILE} cannot be read: {error}"]) from error


def _read_product(
    table: Reader, lender: _Head, bases: Mapping[str, Product]
) -> LenderProduct | None:
    base = table.choice("base", tuple(bases))
    name = f"{lender.name}-{table.name('name')}"
    naming = Naming(
        name=name,
        lender=lender.name,
        title=table.text("title"),
        jurisdictions=lender.jurisdictions,
    )
    tables = _read_file(table, "tables", lender.directory) if table.has("tables") else ""
    text = _read_file(table, "policy", lender.directory)
    lent = _read_range(table)
    model = _read_model(table, lender.directory)
    own_model = table.boolean("own_model", model is not None)
    table.finish()
    if len(name) > LONGEST_NAME:
        table.refuse("name", f"is too long with the lender's before it: {name}")
    product = _compose(table, bases.get(base), naming, tables)
    policy = _read_policy(table, text, product)
    if product is None or policy is None:
        return None
    for problem in _misfits(product, bases[base], policy, own_model=own_model):
        table.refuse("tables" if problem.startswith("[") else "policy", problem)
    return LenderProduct(
        product=product, policy=policy, range=lent, model=model, own_model=own_model
    )


def _read_file(table: Reader, key: str, directory: Path) -> str:
    name = table.string(key)
    path = (directory / name).resolve()
    if not path.is_relative_to(directory.resolve()):
        table.refuse(key, "must name a file inside the lender's directory")
        return ""
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        table.refuse(key, f"{name} cannot be read: {error}")
        return ""


def _read_policy(table: Reader, text: str, product: Product | None) -> Policy | None:
    try:
        return policy_from_toml(text, names=policy_names(product)) if text and product else None
    except PolicyRejected as refusal:
        table.refuse("policy", str(refusal))
        return None


def _read_range(table: Reader) -> Range:
    told = table.child("range", required=True) or Reader({}, "range", table.problems)
    lowest, step = told.integer("lowest"), told.integer("step")
    terms = told.raw("terms")
    told.finish()
    if not isinstance(terms, list) or not all(type(one) is int for one in terms):
        told.refuse("terms", "must be a list of months")
        terms = [12]
    if not 1 <= len(terms) <= MOST_TERMS or any(a >= b for a, b in pairwise(terms)):
        told.refuse("terms", f"must rise, and be 1 to {MOST_TERMS}")
    if lowest is not None and step is not None and not (lowest >= 1 and step >= 1):
        told.refuse("lowest", "and step must be at least 1")
    return Range(lowest=lowest or 1, step=step or 1, terms=tuple(terms))


def _read_model(table: Reader, directory: Path) -> Path | None:
    if not table.has("model"):
        return None
    path = directory / table.string("model")
    if not (path / "manifest.json").is_file():
        table.refuse("model", "must be the directory of a model package")
    return path


def _compose(table: Reader, base: Product | None, naming: Naming, tables: str) -> Product | None:
    if base is None:
        return None
    try:
        return parse_product(compose(base, naming, tables))
    except ProductRefused as refusal:
        for problem in refusal.facts["problems"]:
            table.refuse("tables", problem)
    except (BaseNotRenamable, tomllib.TOMLDecodeError) as refusal:
        table.refuse("tables", str(refusal))
    return None


def _misfits(product: Product, base: Product, policy: Policy, *, own_model: bool) -> Iterator[str]:
    if product.accounts.offers is None:
        yield "[accounts.offers] is missing; it says what is lent, for how long, at which rates"
    asked = set(product.features) - set(base.features)
    if asked and not own_model:
        yield (
            f"[features.{min(asked)}] is not known to the model of {base.name}; add "
            "own_model = true, and train a model with this product"
        )
    for segment in product.segments:
        heeded = policy.humility is not None and policy.humility.unseen_segments
        if segment not in policy.cutoffs and not heeded:
            yield f"has no cutoffs for the segment {segment}"


def _refuse_repetition(root: Reader, products: list[LenderProduct]) -> None:
    bases = [one.base for one in products]
    names = [one.product.name for one in products]
    if len(set(bases)) < len(bases) or len(set(names)) < len(names):
        root.refuse("products", "has a base or a name twice; keep one product of each base")
    if not products and not root.problems:
        root.refuse("products", "is empty; add [[products]]")
