"""`loanwright train`: from a product file and a table to model packages."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loanwright.cli.console import Progress, progress, remark, say, show_table
from loanwright.cli.failures import fail
from loanwright.cli.tables import read_table

if TYPE_CHECKING:
    from loanwright.features.product import Product
    from loanwright.lab.running import Finished, Given
    from loanwright.models.choosing import Comparison
    from loanwright.training import TrainedModel

BUDGET = "10m"
TRIALS = 20
TRIALS_OF_FEW_ROWS = 10
FEW_ROWS = 2_000
DEMO_FAMILIES = ("scorecard", "lightgbm")


app = typer.Typer()

ProductArgument = Annotated[
    str, typer.Argument(help="Product file, or the name of a bundled product.")
]
SampleArgument = Annotated[
    Path | None,
    typer.Argument(
        exists=True, dir_okay=False, help="CSV or parquet; bundled products have theirs."
    ),
]
ModelsOption = Annotated[
    Path | None, typer.Option(help="Directory for the packages; default: from the settings.")
]
FamiliesOption = Annotated[
    str | None, typer.Option(help="Families to compare, by commas; default: all installed.")
]
SegmentsOption = Annotated[
    str | None, typer.Option(help="Segments to train, by commas; default: all of the product.")
]
BudgetOption = Annotated[
    str, typer.Option(help="Time for all of it at most, such as 90s, 10m or 1h30m.")
]
TrialsOption = Annotated[
    int | None,
    typer.Option(help="Trials for each family that is searched; default: 10 or 20.", min=0),
]
SearchOption = Annotated[bool, typer.Option(help="Search better settings of the contenders.")]
BinsOption = Annotated[
    Path | None,
    typer.Option(exists=True, dir_okay=False, help="Bins of the scorecard, edited by hand."),
]
SeedOption = Annotated[int, typer.Option(help="Of everything that chance decides.", min=0)]


@app.command()
def train(
    product: ProductArgument,
    sample: SampleArgument = None,
    models: ModelsOption = None,
    families: FamiliesOption = None,
    segments: SegmentsOption = None,
    budget: BudgetOption = BUDGET,
    trials: TrialsOption = None,
    search: SearchOption = True,
    bins: BinsOption = None,
    seed: SeedOption = 0,
) -> None:
    """Compare model families, choose, calibrate and validate, and write their packages."""
    from loanwright.lab.duration import parse_duration
    from loanwright.lab.experiment import Experiment

    known = open_product(product)
    table = read_sample(product, sample)
    wanted_families = read_families(families)
    given = read_given(known, bins, families=wanted_families)
    wanted = TRIALS_OF_FEW_ROWS if table.height < FEW_ROWS else TRIALS
    experiment = Experiment(
        name=known.name,
        product=product,
        families=wanted_families,
        segments=read_segments(segments),
        trials=(wanted if trials is None else trials) if search else 0,
        budget=parse_duration(budget),
        seed=seed,
    )
    finished = try_out(experiment, known, table, models=models, given=given)
    remark(f"Read a report: loanwright report {chosen_path(finished)}")
    remark("See all runs: loanwright lab ui")
    remark(
        f"Serve it: loanwright serve --product {product}" if sample else "Serve: loanwright serve"
    )


def read_families(text: str | None) -> tuple[str, ...] | None:
    """Return the families of an option, or None where it was not given."""
    from loanwright.models.registry import find_family

    if text is None:
        return None
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    if not names:
        raise fail("--families names none; write such as --families scorecard,lightgbm.")
    for name in names:
        find_family(name).load()
    return names


def read_segments(text: str | None) -> tuple[str, ...] | None:
    """Return the segments of an option, or None where it was not given."""
    if text is None:
        return None
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip())) or None


def read_given(
    product: "Product", bins: Path | None, *, families: tuple[str, ...] | None = None
) -> "Given":
    """Return what a person has fixed: the bins of the scorecard."""
    from loanwright.lab.running import Given

    if bins is None:
        return Given()
    if families is not None and "scorecard" not in families:
        raise fail(
            f"--bins are those of a scorecard, but --families names only {', '.join(families)}; "
            "add scorecard to --families, or leave --bins out."
        )
    from loanwright.binning.document import read_bins
    from loanwright.features.columns import column_specs

    described = {
        spec.name: spec for segment in product.segments for spec in column_specs(product, segment)
    }
    codes = {
        name: feature.codes
        for name, feature in product.features.items()
        if feature.type == "category"
    }
    found = read_bins(bins.read_text(encoding="utf-8"), tuple(described.values()), codes=codes)
    return Given(settings={"scorecard": {"bins": found}})


def try_out(
    experiment: Any,
    product: "Product",
    table: Any,
    *,
    models: Path | None,
    given: "Given | None" = None,
) -> "Finished":
    """Run an experiment, show how far it is, and print what came of it."""
    from loanwright.lab.running import Place, run_experiment
    from loanwright.lab.tracking import open_tracker

    place = Place(
        models=models or default_models_dir(),
        experiments=experiments_dir(),
        tracker=open_tracker(experiments_dir(), warn=remark),
        now=lambda: datetime.now(UTC),
    )
    with progress(f"Training {product.name}") as advance:
        finished = run_experiment(experiment, product, table, place, given=given, progress=advance)
    for model in finished.run.models:
        # The same bytes may have been trained before; the newest run is the one that was meant.
        model.path.touch()
    show_run(finished)
    return finished


def show_run(finished: "Finished") -> None:
    """Print the comparison of each segment, and the packages."""
    for segment, comparison in finished.run.comparisons.items():
        show_comparison(segment, comparison)
    show_trained(finished.run.models)


def show_comparison(segment: str, comparison: "Comparison") -> None:
    """Print what a choice was made from."""
    say(f"{segment}: {comparison.chosen} is chosen, {comparison.rule}.")
    show_table(
        ("family", comparison.criterion.name, "SD", "behind best", "p", "seconds", "chosen"),
        [
            (
                one.family,
                one.mean,
                one.spread,
                one.behind.value,
                one.behind.p_value,
                f"{one.result.seconds:.1f}",
                "yes" if one.family == comparison.chosen else "",
            )
            for one in comparison.compared
        ],
    )
    for skipped in comparison.skipped:
        say(f"{skipped.family} was skipped: {skipped.why}; {skipped.remedy}.")
    say()


def chosen_path(finished: "Finished") -> Path:
    """Return the package of the first champion, or of the first model."""
    models = finished.run.models
    return next((model.path for model in models if model.champion), models[0].path)


def open_product(name: str) -> "Product":
    """Return the product in a file, or the bundled one of this name."""
    from loanwright.features.product import bundled_product, load_product

    if Path(name).suffix == ".toml" or Path(name).is_file():
        return load_product(name)
    return bundled_product(name)


def read_sample(
    product: str, sample: Path | None, *, remedy: str = "give the sample as second argument"
) -> Any:
    """Return the table to train on: the given file, or the data bundled with the product."""
    return bundled_sample(product, remedy=remedy) if sample is None else read_table(sample)


def bundled_sample(product: str, *, remedy: str = "give the sample as second argument") -> Any:
    """Return the data bundled with a product; where there are none, say how to give others."""
    from loanwright.datasets.bundled import list_datasets, load_dataset

    if product not in list_datasets():
        raise fail(
            f"There is no sample: {product} comes without data; {remedy}. "
            f"Products with data of their own: {', '.join(list_datasets())}."
        )
    return load_dataset(product)


def default_models_dir() -> Path:
    """Return the directory of model packages that the settings name."""
    from loanwright.service.settings import Settings

    return Settings().models_dir


def experiments_dir() -> Path:
    """Return the directory of studies and runs."""
    from loanwright.service.settings import Settings

    return Settings().var_dir / "experiments"


def train_product(
    product: "Product", table: Any, directory: Path, *, seed: int, advance: Progress
) -> "tuple[TrainedModel, ...]":
    """Train the demo's families for every segment of a product, quickly and without a choice."""
    from loanwright.training import train as train_models

    pairs = [(segment, family) for segment in product.segments for family in DEMO_FAMILIES]
    trained = train_models(
        product, table, models_dir=directory, seed=seed, only=pairs, progress=advance
    )
    for model in trained:
        model.path.touch()
    return trained


def show_trained(trained: "tuple[TrainedModel, ...]") -> None:
    """Print what was trained, and where it is."""
    show_table(
        ("segment", "family", "champion", "package"),
        [(m.segment, m.family, "yes" if m.champion else "", m.path) for m in trained],
    )
    say()
