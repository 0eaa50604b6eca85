"""Experiments and shadows as pages say them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from loanwright.charts.canvas import Labels
from loanwright.charts.plane import Mark, Plane, draw
from loanwright.experiments.beside import Beside
from loanwright.experiments.conclusion import Found
from loanwright.experiments.guardrail import Guardrail, Watched
from loanwright.service.experiments.results import ArmResult
from loanwright.service.experiments.schemas import (
    Arm,
    Design,
    Experiment,
    Measure,
    Plan,
    State,
)
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.parts import Kpi, Tone
from loanwright.service.web.planning.asking import number_of
from loanwright.service.web.planning.business_view import NOTHING, sign
from loanwright.service.web.planning.drawing import Drawing

STATES: Final[Mapping[State, tuple[str, Tone]]] = {
    State.DRAFT: (N_("waits for a second person"), "warn"),
    State.APPROVED: (N_("approved"), "info"),
    State.RUNNING: (N_("running"), "good"),
    State.STOPPED: (N_("stopped"), "bad"),
    State.CONCLUDED: (N_("concluded"), "quiet"),
}
MEASURES: Final[Mapping[Measure, str]] = {
    Measure.APPROVAL_RATE: N_("approval rate"),
    Measure.DEFAULT_RATE: N_("bad rate"),
    Measure.PROFIT: N_("profit"),
}
WATCHED: Final[Mapping[Watched, str]] = {
    Watched.APPROVAL_RATE: N_("approval rate"),
    Watched.EARLY_ARREARS: N_("early arrears"),
}
FOUND: Final[Mapping[Found, str]] = {
    Found.TOO_EARLY: N_("It is too early to say."),
    Found.HIGHER: N_("It is higher than with the first arm."),
    Found.LOWER: N_("It is lower than with the first arm."),
    Found.NO_DIFFERENCE_SHOWN: N_("No difference was shown."),
}
WHOLE: Final = 10_000
CHAMPION: Final = "champion"
TRIED: Final = "tried"


class FormWrong(ValueError):
    """A field of the form cannot be used; it is named."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ArmView:
    """What an arm shows."""

    name: str
    found: str
    early: bool
    kpis: list[Kpi]
    ripe_on: str
    guardrails: list[tuple[str, ...]]


def state_of(experiment: Experiment, language: Language) -> tuple[str, Tone]:
    """Return how far an experiment is, in words, and their tone."""
    name, tone = STATES[experiment.state]
    return language.gettext(name), tone


def read_design(form: Mapping[str, str]) -> Design:
    """Read what is to be tried; `FormWrong` names the field that cannot be used."""
    share = _number(form, "share", 0.1, 90.0)
    measure = Measure.DEFAULT_RATE
    if form.get("measure") == Measure.APPROVAL_RATE:
        measure = Measure.APPROVAL_RATE
    tried = Arm(
        name=TRIED,
        share=round(share * 100),
        model_hash=form.get("model") or None,
        policy_hash=form.get("policy") or None,
    )
    lowest, highest = _number(form, "lowest", -100.0, 0.0), _number(form, "highest", 0.0, 100.0)
    return Design(
        arms=(Arm(name=CHAMPION, share=WHOLE - tried.share), tried),
        measure=measure,
        plan=Plan(
            base=_number(form, "base", 0.0, 100.0) / 100,
            effect=_number(form, "effect", -100.0, 100.0) / 100,
        ),
        guardrails=(
            Guardrail(
                watched=Watched.APPROVAL_RATE,
                lowest=lowest / 100,
                highest=highest / 100,
                error=0.01,
            ),
            Guardrail(
                watched=Watched.EARLY_ARREARS,
                lowest=-1.0,
                highest=_number(form, "arrears", 0.0, 100.0) / 100,
                error=0.01,
            ),
        ),
    )


def _number(form: Mapping[str, str], name: str, lowest: float, highest: float) -> float:
    found = number_of(form.get(name, "").replace("−", "-"))
    if found is None or not lowest <= found <= highest:
        raise FormWrong(name)
    return found


def present_arms(
    experiment: Experiment, results: list[ArmResult], language: Language
) -> list[ArmView]:
    """Return what each arm that is tried shows beside the first one."""
    return [_arm(experiment, one, language) for one in results]


def _arm(experiment: Experiment, one: ArmResult, language: Language) -> ArmView:
    _, told = language.gettext, one.conclusion
    money = experiment.design.measure is Measure.PROFIT

    def written(value: float | None) -> str:
        if value is None:
            return NOTHING
        return language.number(round(value)) if money else language.percent(value)

    rows = ((_("First arm"), told.base), (_("Tried"), told.other))
    kpis = [
        Kpi(
            label=label,
            value=written(ripe.mean),
            note=_("%(ripe)s of %(needed)s needed are ripe")
            % {"ripe": language.number(ripe.ripe), "needed": language.number(ripe.needed)},
        )
        for label, ripe in rows
    ]
    if told.difference is not None and told.lower is not None and told.upper is not None:
        ends = {"low": written(told.lower), "high": written(told.upper)}
        note = _("interval: %(low)s to %(high)s") % ends
        kpis.append(Kpi(label=_("Difference"), value=written(told.difference), note=note))
    return ArmView(
        name=one.arm,
        found=_(FOUND[told.found]),
        early=told.found is Found.TOO_EARLY,
        kpis=kpis,
        ripe_on="" if told.ripe_on is None else language.day(told.ripe_on),
        guardrails=[
            (
                _(WATCHED[look.guardrail.watched]),
                _points(look.difference, language),
                f"{_points(look.guardrail.lowest, language)} … "
                f"{_points(look.guardrail.highest, language)}",
                _("broken") if look.broken else _("holds"),
            )
            for look in one.looks
        ],
    )


def shares_drawing(experiment: Experiment, language: Language) -> Drawing:
    """Return how applicants are shared among the arms."""
    _, arms = language.gettext, experiment.design.arms
    title = _("Share of the applicants")
    marks = [
        Mark(
            shape="bars",
            label=_("share"),
            x=list(range(len(arms))),
            y=[one.share / WHOLE for one in arms],
        )
    ]
    labels = Labels(title=title, description=title, x=_("Arm"), y=_("share"))
    names = [one.name for one in arms]
    return Drawing(
        title=title,
        chart=draw(Plane(marks=marks, names=names, percent="y"), labels=labels),
        headers=(_("Arm"), _("share")),
        rows=[(one.name, language.percent(one.share / WHOLE)) for one in arms],
    )


def present_beside(beside: Beside, language: Language) -> tuple[list[Kpi], list[tuple[str, ...]]]:
    """Return a challenger beside what decided: at a glance, and who would change sides."""
    _ = language.gettext

    def share(value: float | None) -> str:
        return NOTHING if value is None else language.percent(value)

    kpis = [
        Kpi(label=_("Assessed"), value=language.number(beside.number)),
        Kpi(label=_("Same outcome"), value=share(beside.agreement)),
        Kpi(label=_("PD, on average"), value=_points(beside.mean_difference, language)),
        Kpi(
            label=_("Rank agreement"),
            value=NOTHING
            if beside.rank_agreement is None
            else language.decimal(beside.rank_agreement, 3),
        ),
    ]
    sets = ((_("Approved by it only"), beside.swapped_in),
            (_("Approved by what decided only"), beside.swapped_out))  # fmt: skip
    rows: list[tuple[str, ...]] = [
        (label, language.number(one.number), share(one.probability), share(one.other_probability))
        for label, one in sets
    ]
    return kpis, rows


def _points(change: float | None, language: Language) -> str:
    if change is None:
        return NOTHING
    rounded = round(change * 100, 1)
    number = f"{sign(rounded)}{language.decimal(abs(rounded), 1)}"
    return language.gettext("%(change)s pp") % {"change": number}
