"""One entry of the feature dictionary."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, get_args

from loanwright.features.text import Text

FeatureType = Literal["number", "integer", "money", "category", "boolean", "date"]
Source = Literal["questionnaire", "behaviour", "bureau"]
Sign = Literal["safer", "riskier", "none"]
ActionKind = Literal["fixed", "up", "down", "any"]

FEATURE_TYPES: Final[tuple[str, ...]] = get_args(FeatureType)
NUMERIC_TYPES: Final = ("number", "integer", "money")
# From the most to the least available: a derived feature is as available as its rarest input.
SOURCES: Final[tuple[str, ...]] = ("questionnaire", "bureau", "behaviour")
SIGNS: Final[tuple[str, ...]] = get_args(Sign)
ACTION_KINDS: Final[tuple[str, ...]] = get_args(ActionKind)


@dataclass(frozen=True, kw_only=True, slots=True)
class Category:
    """One permitted code of a category feature and what people call it.

    Attributes
    ----------
    words
        What else people write when they mean it, in any language.
    """

    code: str
    title: Text
    words: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class SpecialValue:
    """A number that is a code, not a quantity, such as -2 for "no use"."""

    value: float
    title: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Missing:
    """Whether a feature may be missing, and what that is called."""

    allowed: bool
    title: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class Direction:
    """What a rising value does to the applicant's standing, and why that is believable."""

    sign: Sign
    why: Text

    @property
    def risk(self) -> int:
        """Return the sign of the effect on risk: -1 (safer), 0 (free) or +1 (riskier).

        Examples
        --------
        >>> Direction(sign="safer", why=Text(en="Earns more", ru="Больше доход")).risk
        -1
        """
        return {"safer": -1, "none": 0, "riskier": 1}[self.sign]


@dataclass(frozen=True, kw_only=True, slots=True)
class Actionable:
    """What the applicant can change: nothing, only up, only down, or both; in which steps.

    Attributes
    ----------
    kind
        Of a category, "up" and "down" are along the order of its codes.
    step
        New values are multiples of it.
    cost
        How hard a change is, beside others; 1 is ordinary.
    minimum, maximum
        Values that are plausible for an applicant to reach, None where the development sample or
        the range of the feature says so.
    codes
        Codes that a category can be changed to; empty for all of them.
    """

    kind: ActionKind
    step: float | None = None
    cost: float = 1.0
    minimum: float | None = None
    maximum: float | None = None
    codes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonTexts:
    """The sentences that tell an applicant how this feature weighed.

    Attributes
    ----------
    adverse, favourable
        Where it raised or lowered the risk.
    missing
        Where it raised the risk by not being given; None for a general sentence.
    named
        Whether an applicant may be told at all.
    """

    adverse: Text
    favourable: Text
    missing: Text | None = None
    named: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Feature:
    """One feature: what it means, what it may be, how it weighs and how it is explained.

    Attributes
    ----------
    name
        Snake-case name, unique in the product.
    title, help
        What a person reads on a form and beside a contribution.
    type
        "number", "integer", "money" (major units of the product's currency), "category",
        "boolean" or "date".
    unit
        Unit shown after the value, or None.
    minimum, maximum
        Inclusive range in the feature's unit; days since 1970-01-01 for dates; None where the
        type has no range or, for a derived feature, where none is stated.
    categories
        Permitted codes; a code is encoded as its position here.
    special
        Numbers that are codes; they are accepted beside the range and keep their value.
    missing
        Whether a value may be left out.
    direction
        Effect of a rising value.
    source
        Where it comes from; for a derived feature, the least available source of its inputs.
    protected
        True if the law forbids to decide by it; True as well if any input is protected.
    actionable
        What the applicant can change.
    reasons
        Reason sentences, or None for a feature that never enters a model.
    column
        Column of a training table that holds it; its name unless the file says otherwise.
    expression
        The formula of a derived feature, or None.
    depends_on
        Raw features it needs, in dictionary order; its own name for a raw feature.
    matchable
        Whether free text may be matched to its categories.
    """

    name: str
    title: Text
    help: Text
    type: FeatureType
    unit: Text | None = None
    minimum: float | None = None
    maximum: float | None = None
    categories: tuple[Category, ...] = ()
    special: tuple[SpecialValue, ...] = ()
    missing: Missing
    direction: Direction
    source: Source
    protected: bool = False
    actionable: Actionable = Actionable(kind="fixed")
    reasons: ReasonTexts | None = None
    column: str = ""
    expression: str | None = None
    depends_on: tuple[str, ...] = ()
    matchable: bool = False

    @property
    def derived(self) -> bool:
        """Return whether the value is computed from other features."""
        return self.expression is not None

    @property
    def numeric(self) -> bool:
        """Return whether values are numbers (number, integer or money)."""
        return self.type in NUMERIC_TYPES

    @property
    def codes(self) -> tuple[str, ...]:
        """Return the category codes in the order of their encoding."""
        return tuple(category.code for category in self.categories)

    @property
    def special_values(self) -> tuple[float, ...]:
        """Return the numbers that are codes."""
        return tuple(special.value for special in self.special)

    def category_title(self, code: str) -> Text | None:
        """Return the title of ``code``, or None for an unknown code."""
        return next((c.title for c in self.categories if c.code == code), None)
