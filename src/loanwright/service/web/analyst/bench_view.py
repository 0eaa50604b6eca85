"""A scorecard on the bench as a page: its features, the bins of one of them, what they weigh."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from loanwright.binning.bins import Bin, FeatureBinning
from loanwright.binning.given import GivenBinning
from loanwright.features.product import Product
from loanwright.metrics.information import weight_of_evidence
from loanwright.models.bench import BenchFeature
from loanwright.service.benches.schemas import Counted
from loanwright.service.registry.packages import Package
from loanwright.service.web.analyst.bench_charts import draw_rates, draw_stability, month_of
from loanwright.service.web.analyst.compare_view import Chart
from loanwright.service.web.languages import Language
from loanwright.service.web.parts import Kpi


@dataclass(frozen=True, kw_only=True, slots=True)
class FeatureLink:
    """One feature of the card, to choose from."""

    name: str
    title: str
    value: str
    here: bool
    warned: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class EdgeSlider:
    """One edge: where it stands among those to choose from."""

    number: int
    place: int
    shown: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CodeChoice:
    """One code of a category, and the group that it is in."""

    code: int
    title: str
    group: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BinLine:
    """One bin with what it holds and weighs."""

    label: str
    count: str
    share: str
    rate: str
    woe: str
    points: str
    against: bool
    by_hand: bool
    splits: bool
    place: int


@dataclass(frozen=True, kw_only=True, slots=True)
class BenchPage:
    """What the page of a bench shows."""

    kpis: list[Kpi]
    links: list[FeatureLink]
    name: str
    title: str
    direction: str
    sliders: list[EdgeSlider]
    last: int
    written: str
    codes: list[CodeChoice]
    groups: int
    lines: list[BinLine]
    against: bool
    dropped: bool
    chart: Chart
    stability: Chart | None
    unstable: list[str]
    changed: bool


def present_bench(counted: Counted, package: Package, name: str, language: Language) -> BenchPage:
    """Return what the page shows of one feature."""
    place = counted.rows.place_of(name)
    feature, binning = counted.rows.features[place], counted.card.binnings[place]
    titles = _titles(package, language)
    stability = list(counted.rows.stability(place, binning))
    lines = _lines(counted, place, package.product, language)
    return BenchPage(
        kpis=_kpis(counted, place, language),
        links=_links(counted, name, titles, language),
        name=name,
        title=titles[name],
        direction=_direction(feature, language),
        sliders=_sliders(feature, binning, language),
        last=max(len(feature.stops) - 1, 0),
        written="|".join(language.decimal(float(one), _digits(one)) for one in feature.stops),
        codes=_codes(feature, binning, package.product, language),
        groups=sum(one.kind == "category" for one in binning.bins),
        lines=lines,
        against=any(line.against for line in lines),
        dropped=name in counted.card.dropped,
        chart=draw_rates(binning, lines, titles[name], language),
        stability=draw_stability(stability, language),
        unstable=[language.month(month_of(month)) for month, found in stability if found.shifted],
        changed=counted.card is not counted.before,
    )


def read_bins(
    feature: BenchFeature, form: Mapping[str, Sequence[str]], binning: FeatureBinning
) -> GivenBinning:
    """Return the bins that a form asks for: edges moved, joined, cut; codes in other groups."""
    rest = [one for one in binning.bins if one.kind not in ("range", "category")]
    bins = _grouped(feature, form) if feature.spec.kind == "category" else _ranged(feature, form)
    made = FeatureBinning(name=feature.spec.name, bins=(*bins, *(_plain(one) for one in rest)))
    return GivenBinning(binning=made, woe=(None,) * len(made.bins))


def _ranged(feature: BenchFeature, form: Mapping[str, Sequence[str]]) -> list[Bin]:
    most = len(feature.stops) - 1
    asked = [min(int(one), most) for one in form.get("edge", ()) if one.isdecimal()]
    places = [one for one in asked if one >= 0]
    for dropped in form.get("join", ()):
        if dropped.isdecimal() and int(dropped) < len(places):
            del places[int(dropped)]
    for cut in form.get("cut", ()):
        if cut.isdecimal():
            places += _middle(sorted(set(places)), int(cut), most)
    edges = [float(feature.stops[one]) for one in sorted(set(places))]
    return [
        Bin(kind="range", lower=lower, upper=upper)
        for lower, upper in pairwise([None, *edges, None])
    ]


def _middle(places: Sequence[int], which: int, most: int) -> list[int]:
    """Return an edge half way through a bin, where there is room for one."""
    ends = [-1, *places, most + 1]
    if which >= len(ends) - 1:
        return []
    low, high = ends[which], ends[which + 1]
    return [(low + high) // 2] if high - low > 1 else []


def _grouped(feature: BenchFeature, form: Mapping[str, Sequence[str]]) -> list[Bin]:
    groups: dict[int, list[int]] = {}
    for code in range(feature.spec.categories):
        asked = next(iter(form.get(f"group-{code}", ())), "")
        groups.setdefault(int(asked) if asked.isdecimal() else 0, []).append(code)
    return [Bin(kind="category", codes=tuple(groups[one])) for one in sorted(groups)]


def _plain(one: Bin) -> Bin:
    return Bin(kind=one.kind, value=one.value)


def _kpis(counted: Counted, place: int, language: Language) -> list[Kpi]:
    _ = language.gettext
    now, before = counted.card, counted.before
    iv, old = (card.binnings[place].information_value().value for card in (now, before))
    return [
        Kpi(
            label=_("Gini on the development sample"),
            value=language.decimal(now.gini.value, 4),
            **_moved(now.gini.value - before.gini.value, language),
        ),
        Kpi(
            label=_("Information value"),
            value=language.decimal(iv, 4),
            **_moved(iv - old, language),
        ),
        Kpi(label=_("Coefficient"), value=language.decimal(now.coefficients[place], 3)),
        Kpi(label=_("Points of everybody"), value=language.number(now.points.base)),
    ]


def _moved(change: float, language: Language) -> dict[str, Any]:
    if abs(change) < 0.00005:
        return {"delta": language.gettext("as kept"), "tone": "quiet"}
    sign = "+" if change > 0 else "−"
    told = f"{sign}{language.decimal(abs(change), 4)}"
    return {"delta": told, "tone": "good" if change > 0 else "bad"}


def _links(
    counted: Counted, name: str, titles: Mapping[str, str], language: Language
) -> list[FeatureLink]:
    found = [
        (binning.information_value().value, feature.spec.name)
        for binning, feature in zip(counted.card.binnings, counted.rows.features, strict=True)
    ]
    return [
        FeatureLink(
            name=one,
            title=titles[one],
            value=language.decimal(value, 3),
            here=one == name,
            warned=one in counted.card.dropped,
        )
        for value, one in sorted(found, reverse=True)
    ]


def _titles(package: Package, language: Language) -> dict[str, str]:
    features = package.product.model_features(package.segment)
    return {one.name: str(getattr(one.title, language.code)) for one in features}


def _direction(feature: BenchFeature, language: Language) -> str:
    _ = language.gettext
    if feature.spec.direction == 0:
        return _("The dictionary leaves its direction free.")
    if feature.spec.direction > 0:
        return _("The dictionary says: more is riskier.")
    return _("The dictionary says: more is safer.")


def _sliders(
    feature: BenchFeature, binning: FeatureBinning, language: Language
) -> list[EdgeSlider]:
    known = {float(stop): place for place, stop in enumerate(feature.stops)}
    edges = [one.upper for one in binning.bins if one.kind == "range" and one.upper is not None]
    return [
        EdgeSlider(number=number, place=known[edge], shown=language.decimal(edge, _digits(edge)))
        for number, edge in enumerate(edges)
        if edge in known
    ]


def _digits(value: float) -> int:
    return 0 if float(value).is_integer() or abs(value) >= 1_000 else 4


def _codes(
    feature: BenchFeature, binning: FeatureBinning, product: Product, language: Language
) -> list[CodeChoice]:
    groups = [one for one in binning.bins if one.kind == "category"]
    place = {code: number for number, one in enumerate(groups) for code in one.codes}
    names = _code_names(product, feature.spec.name, language)
    return [
        CodeChoice(code=code, title=names[code], group=place.get(code, 0))
        for code in range(feature.spec.categories)
    ]


def _code_names(product: Product, name: str, language: Language) -> list[str]:
    feature = product.features[name]
    categories = getattr(feature, "categories", None) or ()
    titled = {one.code: str(getattr(one.title, language.code)) for one in categories}
    return [titled.get(code, code.replace("_", " ")) for code in feature.codes]


def _lines(counted: Counted, place: int, product: Product, language: Language) -> list[BinLine]:
    binning = counted.card.binnings[place]
    feature = counted.rows.features[place]
    total = sum(one.count for one in binning.bins) or 1
    against = _against(binning, feature.spec.direction)
    by_hand = counted.given[feature.spec.name].woe
    names = (
        _code_names(product, feature.spec.name, language) if feature.spec.kind == "category" else []
    )
    lines = []
    for number, one in enumerate(binning.bins):
        lines.append(
            BinLine(
                label=_label(one, names, language),
                count=language.number(one.count),
                share=language.percent(one.count / total),
                rate="–" if one.bad_rate is None else language.percent(one.bad_rate),
                woe=f"{'+' if one.woe > 0 else '−' if one.woe < 0 else ''}"
                f"{language.decimal(abs(one.woe), 3)}",
                points=language.number(counted.card.points.points[place][number]).replace("-", "−"),
                against=number in against,
                by_hand=by_hand[number] is not None,
                splits=one.kind == "range",
                place=number,
            )
        )
    return lines


def _against(binning: FeatureBinning, direction: int) -> set[int]:
    """Return the ranges whose rows say the opposite of what the dictionary says."""
    ranges = [place for place, one in enumerate(binning.bins) if one.kind == "range"]
    if not direction or len(ranges) < 2:
        return set()
    goods = [one.count - one.bad for one in binning.bins]
    found = weight_of_evidence(goods, [one.bad for one in binning.bins])
    wrong = set()
    for before, after in pairwise(ranges):
        if (found[after] - found[before]) * direction > 1e-9:
            wrong |= {before, after}
    return wrong


def _label(one: Bin, names: Sequence[str], language: Language) -> str:
    _ = language.gettext
    if one.kind == "missing":
        return _("missing")
    if one.kind == "special":
        return f"= {_number(one.value, language)}"
    if one.kind == "category":
        return ", ".join(names[code] for code in one.codes) or "–"
    if one.lower is None:
        return _("any") if one.upper is None else f"≤ {_number(one.upper, language)}"
    if one.upper is None:
        return f"> {_number(one.lower, language)}"
    return f"> {_number(one.lower, language)}, ≤ {_number(one.upper, language)}"


def _number(value: float | None, language: Language) -> str:
    number = float(value or 0.0)
    return language.decimal(number, _digits(number))
