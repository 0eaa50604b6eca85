"""`loanwright shadow`: what challengers think of what was decided."""

from typing import Annotated

import typer

from loanwright.cli.console import say, show_table

app = typer.Typer(no_args_is_help=True, help="List and compare challengers in the shadow.")


@app.command("list")
def list_shadows() -> None:
    """Print how much each challenger has assessed, and how often it failed."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        found = service.shadows.list_tallies()
    show_table(
        ("model", "assessed", "failed", "last"),
        [
            (one.model_hash[:12], one.assessed, one.failed, f"{one.last_at:%Y-%m-%d %H:%M}")
            for one in found
        ],
    )


@app.command()
def compare(
    model: Annotated[str, typer.Argument(help="Hash of the challenger, or its beginning.")],
    most: Annotated[int, typer.Option(help="How many of the last.", min=1)] = 100_000,
) -> None:
    """Print a challenger beside what decided: where they agree, and what would change."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        found = service.shadows.compare(service.registry.find(model).hash, most=most)
    beside = found.beside
    say(f"{beside.number} decisions of {found.product}, {found.segment}.")
    for name, number in found.failures.items():
        say(f"{number} failed: {name}.")
    show_table(
        ("agreement", "mean PD difference", "mean absolute", "largest", "rank agreement"),
        [
            (
                beside.agreement,
                beside.mean_difference,
                beside.mean_absolute_difference,
                beside.largest_difference,
                beside.rank_agreement,
            )
        ],
    )
    rows = [(*outcomes, number) for outcomes, number in beside.changed.items()]
    show_table(("decided", "would be", "number"), rows)
    swaps = {
        "approved by it only": beside.swapped_in,
        "approved without it only": beside.swapped_out,
    }
    show_table(
        ("swap set", "number", "mean PD", "its mean PD", "known", "bad"),
        [
            (name, one.number, one.probability, one.other_probability, one.known, one.bad)
            for name, one in swaps.items()
        ],
    )
    if beside.labels is not None:
        say(f"AUC on ripe accounts: {beside.labels.first:.4f} against {beside.labels.second:.4f}.")
