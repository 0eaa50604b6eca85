"""The figures of a simulation as a person reads them."""

from typing import TYPE_CHECKING

from loanwright.cli.console import remark, say, show_table
from loanwright.decisioning.money import minor_units

if TYPE_CHECKING:
    from loanwright.metrics.estimate import Estimate
    from loanwright.simulation.figures import BadRates, Figures
    from loanwright.simulation.result import Simulation, VersionResult
    from loanwright.simulation.solving import Choice, Demands
    from loanwright.simulation.unknown import RateRange

HEADERS = ("policy", "approved", "referred", "declined", "bad, expected", "bad, observed",
           "bad, with unknown", "profit", "cost of risk", "net interest")  # fmt: skip


def show(found: "Simulation") -> None:
    """Print the figures of every version, its swap sets and its best cut-offs."""
    apart = [(found.rejected, "cannot be read"), (found.not_assessable, "have no finite answer")]
    for count, why in apart:
        if count:
            remark(f"{count:,} of the applications {why}; they are left out.")
    priced = any(one.figures.money is not None for one in found.versions)
    say(f"{found.applications:,} applications{f', money in {found.currency}' * priced}.")
    say()
    unit = minor_units(found.currency)
    show_table(HEADERS, [_line(one.name, one.figures, unit) for one in found.versions])
    for version in found.versions:
        _show_version(version, found)


def _show_version(version: "VersionResult", found: "Simulation") -> None:
    unit = minor_units(found.currency)
    if version.groups:
        say()
        say(f"{version.name}, by group:")
        lines = [_line(f"{one.column}: {one.value}", one.figures, unit) for one in version.groups]
        show_table(("group", *HEADERS[1:]), lines)
    if version.swap_sets:
        say()
        say(f"{version.name} beside {found.against}:")
        show_table(
            ("applications", "how many", *HEADERS[4:8]),
            [
                (
                    name.replace("_", " "),
                    f"{one.applications:,}",
                    *_risk(one.bad_rates),
                    "-" if one.money is None else _units(one.money.profit, unit),
                )
                for name, one in version.swap_sets.items()
            ],
        )
    _show_solution(version, unit)


def _line(name: str, figures: "Figures", unit: int) -> tuple[str, ...]:
    money = figures.money
    parts = () if money is None else (money.profit, money.cost_of_risk, money.net_interest_income)
    sums = tuple(_units(part, unit) for part in parts) or ("-",) * 3
    rates = [f"{figures.rates[each].value:.1%}" for each in ("approve", "refer", "decline")]
    return (name, *rates, *_risk(figures.bad_rates), *sums)


def _risk(rates: "BadRates | None") -> tuple[str, str, str]:
    """Return expected, observed and possible bad rates as texts."""
    if rates is None:
        return ("-", "-", "-")
    observed, seen = rates.observed, rates.range
    return (
        f"{rates.expected.value:.2%}",
        "-"
        if observed is None
        else f"{observed.value:.2%} [{observed.lower:.2%}, {observed.upper:.2%}]",
        "-" if seen is None else _range(seen),
    )


def _interval(rate: "Estimate") -> str:
    return f"{rate.value:.2%} [{rate.lower:.2%}, {rate.upper:.2%}]"


def _range(seen: "RateRange") -> str:
    if seen.lower is None:
        return f"{seen.least:.2%} to {seen.most:.2%} (nothing known)"
    return f"{seen.lower:.2%} to {seen.upper:.2%}"


def _show_solution(version: "VersionResult", unit: int) -> None:
    found = version.solution
    if found is None:
        return
    say()
    asked = _wanted(found.demands)
    if found.best is not None:
        say(f"{version.name}: to {asked}, {_choice(found.best, unit)}.")
        return
    say(f"{version.name}: no cut-offs {asked}.")
    told = found.to_mapping()
    if found.least_bad is not None:
        over = _over(told["bad_rate_above_by"])
        say(f"  Approving enough: {_choice(found.least_bad, unit)}, {over}.")
    if found.most_approved is not None:
        missing = told["approval_below_by"]
        less = "" if missing is None else f", {missing * 100:.2f} points too few"
        say(f"  Risking no more: {_choice(found.most_approved, unit)}{less}.")


def _wanted(demands: "Demands") -> str:
    least, most = demands.approve_at_least, demands.bad_rate_at_most
    wanted = [] if least is None else [f"approve at least {least:.1%}"]
    if most is not None:
        wanted.append(f"keep the {demands.judged_by} bad rate at most {most:.2%}")
    return " and ".join(wanted)


def _units(minor: int, unit: int) -> str:
    return f"{round(minor / unit):,}"


def _over(by: float | None) -> str:
    return "which is enough" if by is None else f"{by * 100:.2f} points too many"


def _choice(choice: "Choice", unit: int) -> str:
    cuts = ", ".join(f"{segment} from {cut}" for segment, cut in choice.approve_from.items())
    done = f"{choice.approval_rate:.1%} approved, bad rate {choice.bad_rate:.2%}"
    return f"approve {cuts}: {done}" + (
        "" if choice.profit is None else f", profit {_units(choice.profit, unit)}"
    )
