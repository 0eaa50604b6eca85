"""The ``[features.*]`` tables of a product file."""

from __future__ import annotations

import dataclasses
import keyword
from typing import Any, Final, cast

from loanwright.features.expressions import (
    FUNCTION_NAMES,
    ExpressionRefused,
    Node,
    parse_expression,
    referenced,
)
from loanwright.features.feature import (
    ACTION_KINDS,
    FEATURE_TYPES,
    NUMERIC_TYPES,
    SIGNS,
    SOURCES,
    Actionable,
    ActionKind,
    Category,
    Direction,
    Feature,
    FeatureType,
    Missing,
    ReasonTexts,
    Sign,
    Source,
    SpecialValue,
)
from loanwright.features.reading import NAME, Reader
from loanwright.features.text import Text

NOT_STATED: Final = Text(en="Not stated", ru="Не указано")
NOT_AVAILABLE: Final = Text(en="Not available", ru="Нет данных")
NO_DIRECTION: Final = Direction(
    sign="none", why=Text(en="No direction is assumed.", ru="Направление не задано.")
)


def read_features(tables: Reader) -> dict[str, Feature]:
    """Read every feature table, in the order of the file, then resolve the derived ones."""
    features = {name: _read_feature(name, tables) for name in tables.names()}
    return _Resolver(features, tables).resolve()


def _read_feature(name: str, tables: Reader) -> Feature:
    table = tables.child(name) or Reader({}, f"{tables.path}.{name}", tables.problems)
    if not NAME.fullmatch(name) or keyword.iskeyword(name) or name in FUNCTION_NAMES:
        tables.refuse(name, "is not a feature name; use letters, digits and _ (snake_case)")
    kind = cast("FeatureType", table.choice("type", FEATURE_TYPES))
    expression = table.string("expression") if table.has("expression") else None
    facts: dict[str, Any] = {
        "name": name,
        "title": table.text("title"),
        "help": table.text("help"),
        "type": kind,
        "unit": _unit(table),
        "missing": _missing(table, derived=expression is not None),
        "direction": _direction(table),
        "actionable": _actionable(table),
        "reasons": _reasons(table),
        "categories": _categories(table, kind),
        "matchable": _matchable(table, kind),
    }
    facts |= _range(table, kind, derived=expression is not None)
    facts |= _origin(table, name, expression)
    table.finish()
    return Feature(**facts)


def _origin(table: Reader, name: str, expression: str | None) -> dict[str, Any]:
    if expression is None:
        return {
            "source": cast("Source", table.choice("source", SOURCES)),
            "protected": table.boolean("protected", False),
            "special": _special(table),
            "column": table.string("column", name),
            "depends_on": (name,),
        }
    for key in ("source", "protected", "special", "column"):
        if table.has(key):
            table.refuse(key, "follows from the inputs of a derived feature; remove it")
            table.string(key, "") if key in ("source", "column") else None
    return {"expression": expression, "source": "questionnaire"}


def _unit(table: Reader) -> Text | None:
    if not table.has("unit"):
        return None
    return table.text("unit")


def _missing(table: Reader, *, derived: bool) -> Missing:
    title = NOT_AVAILABLE if derived else NOT_STATED
    inner = table.child("missing")
    if inner is None:
        return Missing(allowed=derived, title=title)
    missing = Missing(allowed=inner.boolean("allowed", derived), title=inner.text("title", title))
    inner.finish()
    return missing


def _direction(table: Reader) -> Direction:
    inner = table.child("direction")
    if inner is None:
        return NO_DIRECTION
    sign = cast("Sign", inner.choice("sign", SIGNS))
    why = inner.text("why", NO_DIRECTION.why if sign == "none" else None)
    inner.finish()
    return Direction(sign=sign, why=why)


def _actionable(table: Reader) -> Actionable:
    inner = table.child("actionable")
    if inner is None:
        return Actionable(kind="fixed")
    kind = cast("ActionKind", inner.choice("kind", ACTION_KINDS))
    step = inner.number("step")
    if step is not None and step <= 0:
        inner.refuse("step", "must be above zero")
    cost = inner.number("cost")
    if cost is not None and cost <= 0:
        inner.refuse("cost", "must be above zero")
    low, high = inner.number("minimum"), inner.number("maximum")
    if low is not None and high is not None and low > high:
        inner.refuse("minimum", "is above maximum; swap them")
    codes = inner.strings("codes")
    inner.finish()
    return Actionable(
        kind=kind,
        step=step,
        cost=1.0 if cost is None else cost,
        minimum=low,
        maximum=high,
        codes=codes,
    )


def _reasons(table: Reader) -> ReasonTexts | None:
    inner = table.child("reasons")
    if inner is None:
        return None
    reasons = ReasonTexts(
        adverse=inner.text("adverse"),
        favourable=inner.text("favourable"),
        missing=inner.text("missing") if inner.has("missing") else None,
        named=inner.boolean("named", True),
    )
    inner.finish()
    return reasons


def _categories(table: Reader, kind: str) -> tuple[Category, ...]:
    if kind != "category":
        return ()
    categories = []
    for item in table.children("categories", required=True):
        code = item.string("code")
        if len(code) > 64:
            item.refuse("code", "is longer than 64 characters; shorten it")
        words = item.strings("words")
        categories.append(Category(code=code, title=item.text("title"), words=words))
        item.finish()
    if len({category.code for category in categories}) != len(categories):
        table.refuse("categories", "has a code twice; keep one")
    if table.has("categories") and not categories:
        table.refuse("categories", "is empty; list at least one code")
    return tuple(categories)


def _matchable(table: Reader, kind: str) -> bool:
    matchable = table.boolean("matchable", False)
    if matchable and kind != "category":
        table.refuse("matchable", "belongs to categories only; remove it")
    return matchable


def _special(table: Reader) -> tuple[SpecialValue, ...]:
    specials = []
    for item in table.children("special"):
        value = item.number("value", required=True)
        specials.append(SpecialValue(value=value or 0.0, title=item.text("title")))
        item.finish()
    if len({special.value for special in specials}) != len(specials):
        table.refuse("special", "has a value twice; keep one")
    return tuple(specials)


def _range(table: Reader, kind: str, *, derived: bool) -> dict[str, float | None]:
    if kind in ("category", "boolean"):
        return {}
    read = table.day if kind == "date" else table.number
    low, high = (read(key, required=not derived) for key in ("minimum", "maximum"))
    if low is not None and high is not None and low > high:
        table.refuse("minimum", "is above maximum; swap them")
    return {"minimum": low, "maximum": high}


class _Resolver:
    """Type-checks expressions and lets derived features inherit from their inputs."""

    def __init__(self, features: dict[str, Feature], tables: Reader) -> None:
        self._features = features
        self._tables = tables
        self._done: dict[str, Feature] = {}
        self._open: list[str] = []

    def resolve(self) -> dict[str, Feature]:
        for name, feature in self._features.items():
            self._check_special(feature)
            self._check_action(feature)
            self._resolved(name)
        return {name: self._done[name] for name in self._features}

    def _check_special(self, feature: Feature) -> None:
        low, high = feature.minimum, feature.maximum
        if feature.special and not feature.numeric:
            self._refuse(feature, "special", "belongs to numbers only; use categories")
        elif low is not None and high is not None:
            inside = [v for v in feature.special_values if low <= v <= high]
            if inside:
                self._refuse(feature, "special", f"{inside[0]:g} lies in the range; narrow it")

    def _check_action(self, feature: Feature) -> None:
        action = feature.actionable
        unknown = [code for code in action.codes if code not in feature.codes]
        if unknown:
            self._refuse(feature, "actionable.codes", f"names {unknown[0][:60]}, which is no code")
        if not feature.numeric and (action.minimum, action.maximum) != (None, None):
            self._refuse(feature, "actionable", "a plausible range belongs to numbers; use codes")

    def _resolved(self, name: str) -> Feature:
        if name in self._done:
            return self._done[name]
        feature = self._features[name]
        if feature.expression is None:
            self._done[name] = feature
            return feature
        if name in self._open:
            cycle = " -> ".join([*self._open[self._open.index(name) :], name])
            self._refuse(feature, "expression", f"needs itself ({cycle}); break the circle")
            return feature
        self._open.append(name)
        self._done[name] = self._derive(feature, feature.expression)
        self._open.pop()
        return self._done[name]

    def _derive(self, feature: Feature, expression: str) -> Feature:
        try:
            node = parse_expression(expression, self._features)
        except ExpressionRefused as error:
            self._refuse(feature, "expression", str(error))
            return feature
        self._check_kind(feature, node)
        inputs = [self._resolved(name) for name in referenced(node)]
        if not inputs:
            self._refuse(feature, "expression", "uses no feature; name at least one")
        needed = {raw for item in inputs for raw in item.depends_on}
        rarest = max((SOURCES.index(item.source) for item in inputs), default=0)
        return dataclasses.replace(
            feature,
            source=cast("Source", SOURCES[rarest]),
            protected=any(item.protected for item in inputs),
            depends_on=tuple(name for name in self._features if name in needed),
        )

    def _check_kind(self, feature: Feature, node: Node) -> None:
        numeric = feature.type in NUMERIC_TYPES and node.kind in ("number", "bands")
        boolean = feature.type == "boolean" and node.kind == "boolean"
        banded = feature.type == "category" and node.kind == "bands"
        if not (numeric or boolean or banded):
            self._refuse(feature, "expression", f"gives a {node.kind}, not a {feature.type}")
        elif banded and node.bands != len(feature.categories):
            self._refuse(
                feature,
                "categories",
                f"has {len(feature.categories)} codes for {node.bands} bands; make them equal",
            )

    def _refuse(self, feature: Feature, key: str, what: str) -> None:
        self._tables.refuse(f"{feature.name}.{key}", what)
