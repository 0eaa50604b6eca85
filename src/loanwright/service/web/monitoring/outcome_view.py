"""Figures of booked credit as they are drawn and written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from loanwright.charts.canvas import Labels
from loanwright.charts.plane import Mark, Plane, draw
from loanwright.metrics.estimate import Estimate
from loanwright.performance.rolling import STATES, RollRates
from loanwright.performance.vintages import EarlyArrears, VintageCurve
from loanwright.service.monitoring.schemas import GradeMoves, VintageOutlook, VintagePerformance
from loanwright.service.web.languages import N_, Language

#: Vintages that are drawn at once; more lines say less.
LINES = 4
TONES = ("muted", "mark", "accent", "riskier")
DOUBTS = {
    "too_few": N_("too few accounts"),
    "never_compared": N_("nothing has matured yet"),
    "calibration_drifted": N_("the calibration has drifted"),
    "early_arrears_moved": N_("early arrears have moved"),
    "outside_development": N_("applicants unlike those compared"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """A chart and the table behind it."""

    chart: str
    headers: list[str]
    rows: list[list[str]]


def written(one: Estimate | None, language: Language, *, share: bool = True) -> str:
    """Return a figure with its interval."""
    if one is None:
        return "—"
    write = language.percent if share else language.decimal
    digits = 1 if share else 3
    low, high = write(one.lower, digits), write(one.upper, digits)
    return f"{write(one.value, digits)} ({low} – {high})"


def draw_curves(curves: Sequence[VintageCurve], language: Language) -> Drawn | None:
    """Return the cumulative bad rates of some vintages; tails that are not mature are dashed."""
    _ = language.gettext
    usable = [one for one in curves if len(one.points) >= 2]
    if not usable:
        return None
    step = max(1, (len(usable) - 1) // (LINES - 1)) if len(usable) > LINES else 1
    chosen = usable[::-1][::step][:LINES][::-1]
    marks = _lines(chosen, language)
    rows = [
        [
            _month(curve.vintage, language),
            language.number(curve.accounts),
            *(_at(curve, month, language) for month in (3, 6, 12, 18, 24)),
        ]
        for curve in curves
    ]
    headers = [
        _("Vintage"),
        _("Accounts"),
        *(_("Month %(n)d") % {"n": n} for n in (3, 6, 12, 18, 24)),
    ]
    labels = Labels(
        title=_("Cumulative bad rate by months on book"),
        description=_(
            "One line for each vintage; where it is dashed, not every "
            "account has been seen for so long."
        ),
        x=_("Months on book"),
        y=_("Bad rate"),
    )
    return Drawn(
        chart=draw(Plane(marks=_once(marks), percent="y"), labels=labels),
        headers=headers,
        rows=rows,
    )


def _lines(chosen: Sequence[VintageCurve], language: Language) -> list[Mark]:
    marks = []
    for tone, curve in zip(TONES[-len(chosen) :], chosen, strict=True):
        points, mature = curve.points, curve.mature_months
        seen, tail = points[: max(mature, 1)], points[max(mature - 1, 0) :]
        marks.append(
            Mark(
                shape="line",
                label=_month(curve.vintage, language),
                tone=tone,
                x=[0, *(one.month for one in seen)],
                y=[0.0, *(one.rate.value for one in seen)],
            )
        )
        if mature < len(points):
            marks.append(
                Mark(
                    shape="dashed",
                    label=language.gettext("not all seen yet"),
                    tone=tone,
                    x=[one.month for one in tail],
                    y=[one.rate.value for one in tail],
                )
            )
    return marks


def _once(marks: Sequence[Mark]) -> list[Mark]:
    """Return the marks with the label of the tails said once in the legend."""
    said: set[str] = set()
    found = []
    for one in marks:
        label = "" if one.shape == "dashed" and one.label in said else one.label
        said.add(one.label)
        found.append(Mark(shape=one.shape, label=label, tone=one.tone, x=one.x, y=one.y))
    return found


def _at(curve: VintageCurve, month: int, language: Language) -> str:
    if month > len(curve.points):
        return "—"
    point = curve.points[month - 1]
    return written(point.rate, language) + ("" if point.mature else " *")


def draw_rolls(rates: RollRates, language: Language) -> Drawn | None:
    """Return from which state of arrears accounts go to which, as a heat map."""
    _ = language.gettext
    if not rates.months:
        return None
    names = {"written_off": _("written off")}
    titles = [names.get(one, one.replace("-", "–")) for one in STATES]
    values = [
        0.0 if (found := rates.rate(before, after)) is None else found.value
        for before in STATES
        for after in STATES
    ]
    labels = Labels(
        title=_("Roll rates from month to month"),
        description=_(
            "Of accounts so many days late at the end of a month (row), "
            "the share that was so late a month later (column)."
        ),
        x=_("Days late a month later"),
        y=_("Days late"),
    )
    plane = Plane(
        marks=[Mark(shape="cells", label=_("share"), y=values)],
        percent="xy",
        names=titles,
        rows=titles,
    )
    rows = [
        [
            title,
            language.number(int(rates.matrix.before[place])),
            *(written(rates.rate(before, after), language) for after in STATES),
            language.number(int(rates.matrix.left[place])),
        ]
        for place, (title, before) in enumerate(zip(titles, STATES, strict=True))
    ]
    headers = [_("Days late"), _("Accounts"), *titles, _("Repaid")]
    return Drawn(chart=draw(plane, labels=labels), headers=headers, rows=rows)


def draw_early(found: Sequence[EarlyArrears], language: Language) -> Drawn | None:
    """Return early arrears by vintage, with their intervals."""
    _ = language.gettext
    known = [one for one in found if one.early is not None]
    if not known:
        return None
    names = [one.vintage for one in known]
    marks = [
        _whiskers(_("30 days late within 3 months"), "riskier", [one.early for one in known]),
    ]
    first = [one.first_payment for one in known]
    if all(one is not None for one in first):
        marks.append(_whiskers(_("first payment 30 days late"), "accent", first, shift=0.2))
    labels = Labels(
        title=_("Early arrears by vintage"),
        description=_("Shares of accounts with 95% intervals, known long before labels are ripe."),
        x=_("Vintage"),
        y=_("Share of accounts"),
    )
    rows = [
        [
            _month(one.vintage, language),
            language.number(one.accounts),
            written(one.first_payment, language),
            written(one.early, language) + ("" if one.mature else " *"),
        ]
        for one in found
    ]
    headers = [
        _("Vintage"),
        _("Accounts"),
        _("First payment 30 days late"),
        _("30 days late within 3 months"),
    ]
    return Drawn(
        chart=draw(Plane(marks=marks, percent="y", names=names), labels=labels),
        headers=headers,
        rows=rows,
    )


def _whiskers(
    label: str, tone: str, found: Sequence[Estimate | None], *, shift: float = 0.0
) -> Mark:
    known = [(place + shift, one) for place, one in enumerate(found) if one is not None]
    return Mark(
        shape="points",
        label=label,
        tone=tone,
        x=[place for place, _ in known],
        y=[one.value for _, one in known],
        lower=[one.lower for _, one in known],
        upper=[one.upper for _, one in known],
    )


def draw_moves(moves: GradeMoves, language: Language) -> Drawn | None:
    """Return how applicants who came again moved between grades, as a heat map."""
    _ = language.gettext
    if moves.matrix is None:
        return None
    matrix = moves.matrix
    shares = matrix.counts / matrix.before.clip(min=1)[:, None]
    labels = Labels(
        title=_("Grades of applicants who came again"),
        description=_(
            "Of applicants with a grade at one decision (row), the share "
            "with each grade at the next (column)."
        ),
        x=_("Grade at the next decision"),
        y=_("Grade at the decision"),
    )
    plane = Plane(
        marks=[Mark(shape="cells", label=_("share"), y=shares.ravel().tolist())],
        percent="xy",
        names=list(matrix.grades),
        rows=list(matrix.grades),
    )
    rows = [
        [name, *(language.number(int(one)) for one in row)]
        for name, row in zip(matrix.grades, matrix.counts, strict=True)
    ]
    return Drawn(chart=draw(plane, labels=labels), headers=[_("Grade"), *matrix.grades], rows=rows)


def draw_performance(found: Sequence[VintagePerformance], language: Language) -> Drawn | None:
    """Return stated and observed bad rates by vintage, and how well risks were ranked."""
    _ = language.gettext
    known = [(one.vintage, one.realised) for one in found if one.realised is not None]
    if not known:
        return None
    places = list(range(len(known)))
    marks = [
        Mark(
            shape="line", label=_("stated"), tone="muted", x=places,
            y=[one.stated for _vintage, one in known],
        ),
        _whiskers(_("observed"), "riskier", [one.rate for _vintage, one in known]),
    ]  # fmt: skip
    labels = Labels(
        title=_("Stated and observed bad rates by vintage"),
        description=_(
            "The line is what probabilities said, points are what happened, with 95% intervals."
        ),
        x=_("Vintage"),
        y=_("Bad rate"),
    )
    rows = [
        [
            _month(one.vintage, language),
            f"{language.number(one.ripe)} / {language.number(one.accounts)}",
            *_realised(one, language),
        ]
        for one in found
    ]
    headers = [
        _("Vintage"), _("Ripe"), _("Stated"), _("Bad rate"), _("AUC"), _("KS"), _("Slope"),
        _("Grades that differ"),
    ]  # fmt: skip
    plane = Plane(marks=marks, percent="y", names=[vintage for vintage, _one in known])
    return Drawn(chart=draw(plane, labels=labels), headers=headers, rows=rows)


def _realised(one: VintagePerformance, language: Language) -> list[str]:
    found = one.realised
    if found is None:
        return ["—"] * 6
    wrong = [
        name
        for name, check in found.grades.items()
        if check.jeffreys_holm is not None and check.jeffreys_holm < 0.05
    ]
    return [
        language.percent(found.stated),
        written(found.rate, language),
        written(found.auc, language, share=False),
        written(found.ks, language, share=False),
        written(None if found.line is None else found.line.slope, language, share=False),
        ", ".join(wrong) or "—",
    ]


def draw_outlooks(found: Sequence[VintageOutlook], language: Language) -> Drawn | None:
    """Return what was expected of vintages, and what happened."""
    _ = language.gettext
    if not found:
        return None
    places = list(range(len(found)))
    rates = [one.expected.rate for one in found]
    marks = [
        Mark(
            shape="band", label=_("expected, 95%"), tone="muted", x=places,
            lower=[one.lower for one in rates], upper=[one.upper for one in rates],
        ),
        Mark(
            shape="dashed", label=_("expected"), tone="accent", x=places,
            y=[one.value for one in rates],
        ),
    ]  # fmt: skip
    happened = [None if one.happened is None else one.happened.rate for one in found]
    if any(one is not None for one in happened):
        marks.append(_whiskers(_("happened"), "riskier", happened))
    labels = Labels(
        title=_("Bad rate expected before outcomes, and what happened"),
        description=_(
            "The band is where the observed bad rate must lie; points are what happened later."
        ),
        x=_("Vintage"),
        y=_("Bad rate"),
    )
    rows = [_outlook(one, language) for one in found]
    headers = [
        _("Vintage"), _("Accounts"), _("Expected bad rate"), _("Expected AUC"), _("First said"),
        _("Happened"), _("What speaks against it"),
    ]  # fmt: skip
    plane = Plane(marks=marks, percent="y", names=[one.vintage for one in found])
    return Drawn(chart=draw(plane, labels=labels), headers=headers, rows=rows)


def _outlook(one: VintageOutlook, language: Language) -> list[str]:
    _ = language.gettext
    said = one.first_said
    return [
        _month(one.vintage, language),
        language.number(one.accounts),
        written(one.expected.rate, language),
        written(one.expected.auc, language, share=False),
        "—" if said is None else f"{language.percent(said.rate.value)}, {language.day(said.as_of)}",
        "—" if one.happened is None else written(one.happened.rate, language),
        ", ".join(_(DOUBTS[doubt]) for doubt in one.doubts) or _("nothing"),
    ]


def _month(vintage: str, language: Language) -> str:
    return language.month(date.fromisoformat(f"{vintage}-01"))
