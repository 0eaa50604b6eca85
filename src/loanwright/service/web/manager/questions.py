"""What is known of an applicant as questions of a form, and the reading of the answers."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from loanwright.features.feature import SOURCES, Feature
from loanwright.features.product import Product
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.public.forms import Field, make_field, parse_number, read_answer

SPECIAL: Final = ".special"
WAS: Final = "was."
SOURCE_TITLES: Final[Mapping[str, str]] = {
    "questionnaire": N_("Told by the applicant"),
    "bureau": N_("Told by a credit bureau"),
    "behaviour": N_("Seen by the lender"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One feature as a question, with what is in it."""

    field: Field
    value: str
    special: str
    was: str

    @property
    def choices(self) -> list[tuple[str, str]]:
        """Return what can be chosen, nothing among it; empty where a number or a day is asked."""
        options = [(one.value, one.title) for one in self.field.options]
        nothing = [] if not options or any(not value for value, _ in options) else [("", "—")]
        return [*nothing, *options]


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """The questions of one source."""

    title: str
    questions: tuple[Question, ...]


def features_of(product: Product) -> dict[str, Feature]:
    """Return what can be known for a product, whatever segment asks for it."""
    asked = {
        one.name
        for segment in product.segments
        for one in (*product.inputs(segment), *product.extra_inputs(segment))
    }
    return {name: one for name, one in product.features.items() if name in asked}


def groups_of(
    product: Product, known: Mapping[str, Any], sent: Mapping[str, str], language: Language
) -> list[Group]:
    """Return the form: what was typed where something was, else what is known."""
    features = features_of(product)
    found = []
    for source in SOURCES:
        questions = tuple(
            _question(one, product, known.get(one.name), sent, language)
            for one in features.values()
            if one.source == source
        )
        if questions:
            title = language.gettext(SOURCE_TITLES[source])
            found.append(Group(title=title, questions=questions))
    return found


def _question(
    feature: Feature, product: Product, value: Any, sent: Mapping[str, str], language: Language
) -> Question:
    name = feature.name
    special = repr(float(value)) if _is_special(feature, value) else ""
    plain = "" if special else plain_of(value)
    return Question(
        field=make_field(feature, product, language),
        value=sent.get(name, plain),
        special=sent.get(name + SPECIAL, special),
        was=sent.get(WAS + name, special or plain),
    )


def _is_special(feature: Feature, value: Any) -> bool:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and float(value) in feature.special_values


def plain_of(value: Any) -> str:
    """Return a value as a form holds it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    return str(value)


def changes_of(product: Product, sent: Mapping[str, str], language: Language) -> dict[str, Any]:
    """Return what somebody has changed in the form: None where an answer was taken away."""
    changed: dict[str, Any] = {}
    for name, feature in features_of(product).items():
        if name not in sent:
            continue
        special = sent.get(name + SPECIAL, "")
        text = special or sent[name].strip()
        if _same(text, sent.get(WAS + name, ""), language):
            continue
        changed[name] = _answer(feature, text, special, language) if text else None
    return changed


def _same(text: str, was: str, language: Language) -> bool:
    if text == was:
        return True
    here, there = parse_number(text, language.code), parse_number(was, "en")
    return here is not None and here == there


def _answer(feature: Feature, text: str, special: str, language: Language) -> object:
    if special:
        return next((one for one in feature.special_values if repr(float(one)) == special), special)
    return read_answer(feature, text, language)


def written(feature: Feature, value: Any, product: Product, language: Language) -> str:
    """Return a value as people read it."""
    if value is None:
        return feature.missing.title.in_language(language.code)
    if isinstance(value, bool):
        return language.gettext("Yes") if value else language.gettext("No")
    if feature.type == "category":
        title = feature.category_title(str(value))
        return str(value) if title is None else title.in_language(language.code)
    special = next((one for one in feature.special if one.value == value), None)
    if special is not None:
        return special.title.in_language(language.code)
    if feature.type == "money":
        return language.money(value, product.currency)
    if not feature.numeric:
        return str(value)
    unit = "" if feature.unit is None else f" {feature.unit.in_language(language.code)}"
    return f"{language.number(value)}{unit}"
