"""The form of a product, made from its feature dictionary, and the reading of its answers."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.records import FieldProblem
from loanwright.service.web.languages import Language

SEGMENT: Final = "new"
MOST_CHOICES_SHOWN: Final = 6
SPECIAL_SUFFIX: Final = ".special"
EPOCH: Final = date(1970, 1, 1)
SPACES: Final = re.compile(r"[\s\u00a0\u2007\u202f'’]")
GROUPED: Final = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?", re.ASCII)
PLAIN_NUMBER: Final = re.compile(r"[+-]?\d{1,15}(\.\d{1,9})?", re.ASCII)

Kind = Literal["number", "choices", "select", "date"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Option:
    """One answer that can be chosen."""

    value: str
    title: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Messages:
    """What is said beside the field when the answer will not do."""

    missing: str
    type: str
    range: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One question as the page shows it."""

    name: str
    title: str
    help: str
    kind: Kind
    required: bool
    whole: bool = False
    unit: str = ""
    unit_before: bool = False
    minimum: str = ""
    maximum: str = ""
    hint: str = ""
    options: tuple[Option, ...] = ()
    special: tuple[Option, ...] = ()
    messages: Messages


@dataclass(frozen=True, kw_only=True, slots=True)
class Complaint:
    """What is wrong with one answer, in the applicant's language; no field: with the form."""

    field: str | None
    title: str
    message: str


def make_fields(product: Product, language: Language) -> tuple[Field, ...]:
    """Return the questions a new applicant for this product must answer."""
    return tuple(make_field(f, product, language) for f in product.inputs(SEGMENT))


def make_field(feature: Feature, product: Product, language: Language) -> Field:
    """Return one question, as the form of this product asks it in this language."""
    options = _options(feature, language)
    unit = language.currency_sign(product.currency) if feature.type == "money" else ""
    if feature.unit is not None and not unit:
        unit = feature.unit.in_language(language.code)
    return Field(
        name=feature.name,
        title=feature.title.in_language(language.code),
        help=feature.help.in_language(language.code),
        kind=_kind(feature, options),
        required=not feature.missing.allowed,
        whole=feature.type == "integer",
        unit=unit,
        unit_before=feature.type == "money" and language.code == "en",
        minimum=_limit(feature, feature.minimum),
        maximum=_limit(feature, feature.maximum),
        hint=_range_text(feature, product, language),
        options=options,
        special=tuple(
            Option(value=repr(s.value), title=s.title.in_language(language.code))
            for s in feature.special
        ),
        messages=_messages(feature, product, language),
    )


def _kind(feature: Feature, options: tuple[Option, ...]) -> Kind:
    if feature.type == "date":
        return "date"
    if not options:
        return "number"
    return "choices" if len(options) <= MOST_CHOICES_SHOWN else "select"


def _options(feature: Feature, language: Language) -> tuple[Option, ...]:
    if feature.type == "boolean":
        options = [
            Option(value="yes", title=language.gettext("Yes")),
            Option(value="no", title=language.gettext("No")),
        ]
    else:
        options = [
            Option(value=c.code, title=c.title.in_language(language.code))
            for c in feature.categories
        ]
    if options and feature.missing.allowed:
        options.append(Option(value="", title=feature.missing.title.in_language(language.code)))
    return tuple(options)


def _limit(feature: Feature, value: float | None) -> str:
    if value is None:
        return ""
    if feature.type == "date":
        return (EPOCH + timedelta(days=value)).isoformat()
    return str(int(value)) if float(value).is_integer() else str(value)


def _written(feature: Feature, value: float, product: Product, language: Language) -> str:
    if feature.type == "money":
        return language.money(value, product.currency)
    if feature.type == "date":
        return language.day(EPOCH + timedelta(days=value))
    return language.number(value)


def _range_text(feature: Feature, product: Product, language: Language) -> str:
    if feature.minimum is None or feature.maximum is None:
        return ""
    return language.gettext("From %(minimum)s to %(maximum)s") % {
        "minimum": _written(feature, feature.minimum, product, language),
        "maximum": _written(feature, feature.maximum, product, language),
    }


def _messages(feature: Feature, product: Product, language: Language) -> Messages:
    choose = bool(feature.categories) or feature.type == "boolean"
    wrong = {
        "integer": language.gettext("Write a whole number, in digits."),
        "date": language.gettext("Choose a date."),
    }
    limits = _range_text(feature, product, language)
    return Messages(
        missing=(
            language.gettext("Please choose an answer.")
            if choose
            else language.gettext("Please answer this question.")
        ),
        type=(
            language.gettext("Please choose one of the answers shown.")
            if choose
            else wrong.get(feature.type, language.gettext("Write a number, in digits."))
        ),
        range=language.gettext("This is outside what we can accept. %(limits)s.")
        % {"limits": limits},
    )


def read_answers(
    product: Product, form: Mapping[str, str], language: Language
) -> dict[str, object]:
    """Turn the texts of a form into a raw record; what cannot be read stays text."""
    inputs = {feature.name: feature for feature in product.inputs(SEGMENT)}
    answers: dict[str, object] = {}
    for name, text in form.items():
        feature = inputs.get(name.removesuffix(SPECIAL_SUFFIX))
        if feature is None:
            answers[name] = text
        elif name.endswith(SPECIAL_SUFFIX):
            answers |= _read_special(feature, text)
        elif text.strip() and not form.get(name + SPECIAL_SUFFIX):
            answers[name] = read_answer(feature, text.strip(), language)
    return answers


def _read_special(feature: Feature, text: str) -> dict[str, object]:
    if not text:
        return {}
    known = {repr(value): value for value in feature.special_values}
    return {feature.name: known.get(text, text)}


def read_answer(feature: Feature, text: str, language: Language) -> object:
    """Turn the text of one answer into the value the dictionary expects, or leave it as it is."""
    if feature.type == "boolean":
        return {"yes": True, "no": False}.get(text, text)
    if feature.numeric:
        number = parse_number(text, language.code)
        return text if number is None else number
    return text


def parse_number(text: str, language: str) -> int | float | None:
    """Read a number as people of this language write it, or return None."""
    compact = SPACES.sub("", text).replace("−", "-")
    if language == "ru":
        compact = compact.replace(",", ".")
    elif GROUPED.fullmatch(compact):
        compact = compact.replace(",", "")
    if not PLAIN_NUMBER.fullmatch(compact):
        return None
    return float(compact) if "." in compact else int(compact)


def complain(
    problems: Iterable[FieldProblem], fields: Iterable[Field], language: Language
) -> tuple[Complaint, ...]:
    """Say in the applicant's language what is wrong, in the order of the questions."""
    known = {field.name: field for field in fields}
    order = {name: position for position, name in enumerate(known)}
    ordered = sorted(problems, key=lambda p: order.get(p.feature, len(order)))
    return tuple(_complain(problem, known.get(problem.feature), language) for problem in ordered)


def _complain(problem: FieldProblem, field: Field | None, language: Language) -> Complaint:
    if field is None:
        message = language.gettext("The form held something we did not ask for.")
        return Complaint(field=None, title=language.gettext("This form"), message=message)
    messages = {
        "missing": field.messages.missing,
        "wrong_type": field.messages.type,
        "unknown_category": field.messages.type,
        "not_finite": field.messages.type,
        "out_of_range": field.messages.range,
    }
    message = messages.get(problem.code, problem.message.in_language(language.code))
    return Complaint(field=field.name, title=field.title, message=message)
