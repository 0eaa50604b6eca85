"""What a person is told when a field is not acceptable."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from loanwright.features.errors import FieldProblem, ProblemCode
from loanwright.features.feature import Feature
from loanwright.features.text import Text

LONGEST_NAME: Final = 60
NO_BREAK_SPACE: Final = "\u00a0"
EPOCH: Final = date(1970, 1, 1)

_TYPES: Final = {
    "number": Text(en="Enter a number.", ru="Введите число."),
    "money": Text(en="Enter an amount as a number.", ru="Введите сумму числом."),
    "integer": Text(en="Enter a whole number.", ru="Введите целое число."),
    "boolean": Text(en="Answer true or false.", ru="Ответьте true или false."),
    "date": Text(
        en="Enter a date as YYYY-MM-DD, such as 2024-01-31.",
        ru="Введите дату в виде ГГГГ-ММ-ДД, например 2024-01-31.",
    ),
}


def problem(name: object, code: ProblemCode, message: Text) -> FieldProblem:
    """Return a problem whose field name is short and printable, whatever was sent."""
    shown = str(name)[:LONGEST_NAME].encode("utf-8", "replace").decode("utf-8")
    return FieldProblem(feature=shown, code=code, message=message)


def missing(feature: Feature) -> Text:
    """Tell that a required field is missing."""
    return Text(
        en=f"Fill in “{feature.title.en}”: it is required.",
        ru=f"Заполните поле «{feature.title.ru}»: оно обязательно.",
    )


def wrong_type(feature: Feature) -> Text:
    """Tell which kind of value is wanted."""
    return unknown_category(feature) if feature.type == "category" else _TYPES[feature.type]


def not_finite() -> Text:
    """Tell that NaN and infinity are not numbers here."""
    return Text(en="Enter a finite number.", ru="Введите конечное число.")


def unknown_category(feature: Feature) -> Text:
    """List the codes that are known."""
    codes = ", ".join(feature.codes[:20]) + (", …" if len(feature.codes) > 20 else "")
    return Text(en=f"Choose one of: {codes}.", ru=f"Выберите одно из значений: {codes}.")


def out_of_range(feature: Feature) -> Text:
    """Tell the range, and the special values beside it."""
    low, high = shown_number(feature, feature.minimum), shown_number(feature, feature.maximum)
    codes = ", ".join(shown_number(feature, value).en for value in feature.special_values)
    return Text(
        en=f"Enter a value from {low.en} to {high.en}" + (f", or {codes}." if codes else "."),
        ru=f"Введите значение от {low.ru} до {high.ru}" + (f" или {codes}." if codes else "."),
    )


def unknown_field() -> Text:
    """Tell that the product has no such field."""
    return Text(
        en="Remove this field: the product does not know it.",
        ru="Уберите это поле: продукт его не знает.",
    )


def not_accepted(feature: Feature) -> Text:
    """Tell why a known feature may not be sent."""
    if feature.derived:
        return Text(
            en="Remove this field: it is computed from other fields.",
            ru="Уберите это поле: оно вычисляется по другим полям.",
        )
    if feature.protected:
        return Text(
            en="Remove this field: it is protected and not collected with an application.",
            ru="Уберите это поле: признак защищён законом и в заявке не собирается.",
        )
    if feature.source == "questionnaire":
        return Text(
            en="Remove this field: it is not asked for here.",
            ru="Уберите это поле: здесь оно не запрашивается.",
        )
    return Text(
        en="Remove this field: it comes from the lender's own records.",
        ru="Уберите это поле: кредитор берёт его из собственных данных.",
    )


def too_many(count: int) -> Text:
    """Tell how many further problems are not listed."""
    return Text(
        en=f"There are {count} more problems; correct these first.",
        ru=f"Есть и другие ошибки ({count}); сначала исправьте эти.",
    )


def shown_number(feature: Feature, value: float | None) -> Text:
    """Return a range end as people write it."""
    if value is None:
        return Text(en="…", ru="…")
    if feature.type == "date":
        day = (EPOCH + timedelta(days=int(value))).isoformat()
        return Text(en=day, ru=day)
    shown = f"{value:,.0f}" if value == int(value) else f"{value:,.6g}"
    russian = shown.replace(",", NO_BREAK_SPACE).replace(".", ",")
    return Text(en=shown.replace("-", "−"), ru=russian.replace("-", "−"))
