"""A product: one readable file that says what is asked, known, computed and decided."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any, Literal

from loanwright.decisioning.booking import AccountTerms, AffordabilityTerms
from loanwright.features.errors import (
    FeatureUnknown,
    ProductRefused,
    ProductUnknown,
    SegmentUnknown,
)
from loanwright.features.feature import Feature
from loanwright.features.text import Text

Use = Literal["model", "policy"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """Which columns of a training table are the label, the person and the date.

    Attributes
    ----------
    default
        Column with the label: 1 = bad, or two values of which ``bad`` names the bad one.
    bad
        The bad value, as text, or None for 0/1 and true/false.
    applicant
        Column that groups the rows of one person, or None.
    date
        Column by which the out-of-time sample is cut, or None.
    """

    default: str
    bad: str | None = None
    applicant: str | None = None
    date: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ProtectedUse:
    """A protected feature that the product may use, where, and on what legal ground."""

    feature: str
    uses: tuple[Use, ...]
    why: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A group of applicants with a model of its own.

    Attributes
    ----------
    features
        Names of the model inputs, in the order of the vector.
    champion
        Family that starts as champion: "scorecard" or "lightgbm".
    """

    name: str
    title: Text
    features: tuple[str, ...]
    champion: str


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Product:
    """A parsed product file; two products are equal if their texts are.

    Attributes
    ----------
    description
        One sentence for the page that offers the product, or None.
    text
        The file, verbatim.
    hash
        SHA-256 of its UTF-8 bytes, in hexadecimal.
    protected_allowed
        Protected features the product may use, with the legal ground.
    fairness_inputs
        Protected features an application may carry so that fairness can be measured.
    scale, policy
        The ``[scale]`` and ``[policy]`` tables as plain mappings, checked.
    features
        Every feature by name, in dictionary order.
    accounts
        The ``[accounts]`` table: how accounts are repaid, judged and turned into behaviour.
    lender
        Whose product it is, where an installation serves several lenders; None for its own.
    base
        The product that a lender's was made of: its champion decides where there is no other.
    jurisdictions
        Whose law holds for it; empty for what the installation says.
    affordability
        The ``[affordability]`` table: which features say what an applicant can afford, or None.
    """

    name: str
    title: Text
    description: Text | None = None
    currency: str
    text: str = field(repr=False)
    hash: str
    sample: Sample
    protected_allowed: tuple[ProtectedUse, ...] = ()
    fairness_inputs: tuple[str, ...] = ()
    segments: Mapping[str, Segment]
    scale: Mapping[str, Any]
    policy: Mapping[str, Any]
    features: Mapping[str, Feature] = field(repr=False)
    lender: str | None = None
    base: str | None = None
    jurisdictions: tuple[str, ...] = ()
    accounts: AccountTerms = field(default_factory=AccountTerms, repr=False)
    affordability: AffordabilityTerms | None = None

    def __eq__(self, other: object) -> bool:
        return self is other or (isinstance(other, Product) and self.hash == other.hash)

    def __hash__(self) -> int:
        return hash(self.hash)

    def segment(self, name: str) -> Segment:
        """Return the segment called ``name``.

        Raises
        ------
        SegmentUnknown
            If the product has no such segment.

        Examples
        --------
        >>> bundled_product("credit-card").segment("new").name
        'new'
        """
        if name not in self.segments:
            known = ", ".join(self.segments)
            raise SegmentUnknown(product=self.name, segment=name, known=known)
        return self.segments[name]

    def feature(self, name: str) -> Feature:
        """Return the feature called ``name``.

        Raises
        ------
        FeatureUnknown
            If the dictionary has no such feature.

        Examples
        --------
        >>> bundled_product("credit-card").feature("limit").type
        'money'
        """
        if name not in self.features:
            raise FeatureUnknown(product=self.name, feature=name)
        return self.features[name]

    def model_features(self, segment: str) -> tuple[Feature, ...]:
        """Return the model inputs of ``segment`` in the order of the vector.

        Examples
        --------
        >>> [f.name for f in bundled_product("credit-card").model_features("new")]
        ['limit', 'education_level']
        """
        return tuple(self.features[name] for name in self.segment(segment).features)

    def rules(self, segment: str) -> tuple[Mapping[str, Any], ...]:
        """Return the starter policy's rules that apply to ``segment``."""
        self.segment(segment)
        return tuple(
            rule
            for rule in self.policy.get("rules", ())
            if segment in rule.get("segments", (segment,))
        )

    def rule_features(self, segment: str) -> tuple[Feature, ...]:
        """Return the features named by the rules of ``segment``, in dictionary order."""
        named = {c["feature"] for rule in self.rules(segment) for c in rule["when"]}
        return tuple(f for f in self.features.values() if f.name in named)

    def inputs(self, segment: str) -> tuple[Feature, ...]:
        """Return the raw features that ``segment`` needs, in dictionary order.

        They are what its model inputs and the policy's rules are computed from.

        Examples
        --------
        >>> [f.name for f in bundled_product("credit-card").inputs("new")]
        ['limit', 'education']
        """
        used = (*self.model_features(segment), *self.rule_features(segment))
        needed = {name for feature in used for name in feature.depends_on}
        return tuple(f for f in self.features.values() if f.name in needed)

    def extra_inputs(self, segment: str) -> tuple[Feature, ...]:
        """Return the features that an application may state beside the inputs of ``segment``.

        They say what the applicant can afford, or measure fairness; none of them is required.

        Examples
        --------
        >>> [f.name for f in bundled_product("instalment-loan").extra_inputs("new")]
        ['income', 'debt_payments']
        """
        means = () if self.affordability is None else self.affordability.features
        taken = {feature.name for feature in self.inputs(segment)}
        named = dict.fromkeys((*means, *self.fairness_inputs))
        return tuple(self.features[name] for name in named if name not in taken)

    def readable_inputs(self, segment: str) -> tuple[Feature, ...]:
        """Return those of `extra_inputs` that policies may read, and that files are read for.

        What serves to measure fairness alone is not read from files.

        Examples
        --------
        >>> [f.name for f in bundled_product("credit-card").readable_inputs("new")]
        []
        """
        allowed = {one.feature for one in self.protected_allowed if "policy" in one.uses}
        extra = self.extra_inputs(segment)
        return tuple(one for one in extra if not one.protected or one.name in allowed)


def parse_product(text: str) -> Product:
    """Parse and check a product file.

    Parameters
    ----------
    text
        The TOML text.

    Returns
    -------
    Product
        The product, with every reference resolved and every expression type-checked.

    Raises
    ------
    ProductRefused
        If anything is wrong; all problems at once, each naming its key and the remedy.

    Examples
    --------
    >>> parse_product("[product]")
    Traceback (most recent call last):
    loanwright.features.errors.ProductRefused: The product file cannot be used:
    - sample: is missing; add it as a table
    ...
    """
    from loanwright.features.parsing import read_product

    digest = hashlib.sha256(text.encode("utf-8")).hexdigest()
    return read_product(text, digest)


def load_product(path: str | Path) -> Product:
    """Read a product file.

    Raises
    ------
    ProductRefused
        If the file is not UTF-8 or is not a valid product.
    OSError
        If the file cannot be read.
    """
    try:
        text = Path(path).read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        problem = f"{path}: is not UTF-8 (byte {error.start}); save it as UTF-8"
        raise ProductRefused((problem,)) from error
    return parse_product(text)


def bundled_products() -> tuple[str, ...]:
    """Return the names of the products that come with Loanwright.

    Examples
    --------
    >>> bundled_products()
    ('credit-card', 'instalment-loan')
    """
    folder = resources.files("loanwright.features") / "products"
    return tuple(
        sorted(f.name.removesuffix(".toml") for f in folder.iterdir() if f.name.endswith(".toml"))
    )


def bundled_product(name: str) -> Product:
    """Return the bundled product called ``name``.

    Raises
    ------
    ProductUnknown
        If there is no such product.

    Examples
    --------
    >>> bundled_product("credit-card").currency
    'TWD'
    """
    known = bundled_products()
    if name not in known:
        raise ProductUnknown(product=name, known=", ".join(known))
    file = resources.files("loanwright.features") / "products" / f"{name}.toml"
    return parse_product(file.read_bytes().decode("utf-8"))
