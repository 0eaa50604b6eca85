"""`loanwright simulate`: what a policy or a model would do to past applications."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import progress, remark, say
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.cli.simulated import Tried
    from loanwright.simulation.result import Simulation

SUFFIXES = (".json", ".csv")
HISTORY = "history"

app = typer.Typer()

SourceArgument = Annotated[
    Path | None,
    typer.Argument(metavar="FILE", help="CSV or Parquet; left out with --history."),
]
HistoryOption = Annotated[
    bool, typer.Option("--history", help="Take the decisions of this installation.")
]
PolicyOption = Annotated[
    list[str] | None,
    typer.Option(help="A file, a product, a hash, a draft, or live; may be repeated."),
]
AgainstOption = Annotated[
    str | None, typer.Option(help="Policy that swap sets compare with; or history.")
]
ModelOption = Annotated[
    str | None,
    typer.Option(help="Package directory, hash, or live; else the answers that are there."),
]
ProductOption = Annotated[str | None, typer.Option(help="Product: a name, or a product file.")]
SegmentOption = Annotated[str | None, typer.Option(help="Segment of the rows.")]
ByOption = Annotated[str, typer.Option(help="Columns to group by, separated by commas.")]
DefaultOption = Annotated[
    str | None, typer.Option(help="Column of outcomes; empty cells are unknown.")
]
DecidedOption = Annotated[str | None, typer.Option(help="Column of what was decided then.")]
ApproveAtLeastOption = Annotated[
    str | None, typer.Option(help="Share to approve, such as 60%; finds the best cut-offs.")
]
BadRateAtMostOption = Annotated[
    str | None, typer.Option(help="Highest bad rate of the approved, such as 4%.")
]
JudgedByOption = Annotated[
    str, typer.Option(help="Which bad rate must keep to it: expected, observed or worst.")
]
AmountOption = Annotated[
    str | None, typer.Option(help="Amount: a column, or a sum in units of the currency.")
]
RateOption = Annotated[
    str | None, typer.Option(help="Rate of a year: a column of shares, or such as 19.9%.")
]
TermOption = Annotated[str | None, typer.Option(help="Months: a column, or a number.")]
LgdOption = Annotated[
    str | None, typer.Option(help="Loss given default, such as 60%; needed for money.")
]
CostOfFundsOption = Annotated[
    str | None, typer.Option(help="What money costs a year, such as 8%; needed for money.")
]
DrawnOption = Annotated[
    str | None, typer.Option(help="Average balance of a revolving credit, such as 50%.")
]
ThreadsOption = Annotated[int, typer.Option(min=0, help="Threads; 0 takes one per core.")]
OutOption = Annotated[Path | None, typer.Option(help="Write everything to .json or .csv.")]
AsJsonOption = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


@app.command()
def simulate(
    source: SourceArgument = None,
    history: HistoryOption = False,
    policy: PolicyOption = None,
    against: AgainstOption = None,
    model: ModelOption = None,
    product: ProductOption = None,
    segment: SegmentOption = None,
    by: ByOption = "",
    default: DefaultOption = None,
    decided: DecidedOption = None,
    approve_at_least: ApproveAtLeastOption = None,
    bad_rate_at_most: BadRateAtMostOption = None,
    judged_by: JudgedByOption = "expected",
    amount: AmountOption = None,
    rate: RateOption = None,
    term: TermOption = None,
    lgd: LgdOption = None,
    cost_of_funds: CostOfFundsOption = None,
    drawn: DrawnOption = None,
    threads: ThreadsOption = 0,
    out: OutOption = None,
    as_json: AsJsonOption = False,
) -> None:
    """Say what policies would approve, risk and earn: on a file, or on what was decided here.

    Nothing is decided and nothing changes. Those whose outcome nobody knows have a range of bad
    rates. Ends with 1 where no cut-offs keep to the demands.
    """
    from loanwright.cli.simulated import Asked, share, try_file, try_history
    from loanwright.cli.simulation_tables import show
    from loanwright.simulation.solving import Demands
    from loanwright.simulation.writing import as_csv as write_csv
    from loanwright.simulation.writing import as_json as write_json

    if history == (source is not None):
        raise typer.BadParameter("give a file, or --history")
    if out is not None and out.suffix not in SUFFIXES:
        raise fail(f"{out} ends in neither {' nor '.join(SUFFIXES)}.")
    asked = Asked(
        policies=tuple(policy or ("live",)),
        against=None if against == HISTORY else against,
        model=model,
        product=product,
        segment=segment,
        by=tuple(name.strip() for name in by.split(",") if name.strip()),
        default=default,
        decided=decided,
        demands=Demands(
            approve_at_least=share(approve_at_least),
            bad_rate_at_most=share(bad_rate_at_most),
            judged_by=judged_by,  # type: ignore[arg-type]
        ),
        amount=amount,
        rate=rate,
        term=term,
        lgd=share(lgd),
        cost_of_funds=share(cost_of_funds),
        drawn=share(drawn),
        threads=threads,
    )
    found = _carried_out(try_history(asked) if source is None else try_file(source, asked))
    if out is not None:
        out.write_text(write_csv(found) if out.suffix == ".csv" else write_json(found))
        remark(f"Everything is in {out}.")
    say(write_json(found).rstrip()) if as_json else show(found)
    if any(one.solution is not None and not one.solution.feasible for one in found.versions):
        raise typer.Exit(1)


def _carried_out(tried: "Tried") -> "Simulation":
    with progress("Simulating") as tell:
        return tried(lambda rows, done: tell(f"{rows:,} applications", done))
