"""`loanwright train`: from a product file and a table to model packages."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from loanwright.cli.console import Progress, progress, remark, say, show_table
from loanwright.cli.tables import read_table

if TYPE_CHECKING:
    from loanwright.features.product import Product
    from loanwright.training import TrainedModel


def train(
    product: Annotated[str, typer.Argument(help="Product file, or the name of a bundled product.")],
    sample: Annotated[
        Path | None,
        typer.Argument(
            exists=True, dir_okay=False, help="CSV or parquet; bundled products have theirs."
        ),
    ] = None,
    models: Annotated[
        Path | None, typer.Option(help="Directory for the packages; default: from the settings.")
    ] = None,
    seed: Annotated[int, typer.Option(help="Same seed, same bytes.", min=0)] = 0,
) -> None:
    """Train, calibrate and validate the models of a product, and write their packages."""
    known = open_product(product)
    table = read_sample(product, sample)
    directory = models or default_models_dir()
    with progress(f"Training {known.name}") as advance:
        trained = train_product(known, table, directory, seed=seed, advance=advance)
    show_trained(trained)
    remark(f"Read a report: loanwright report {trained[0].path}")
    remark(
        f"Serve it: loanwright serve --product {product}" if sample else "Serve: loanwright serve"
    )


def open_product(name: str) -> "Product":
    """Return the product in a file, or the bundled one of this name."""
    from loanwright.features.product import bundled_product, load_product

    if Path(name).suffix == ".toml" or Path(name).is_file():
        return load_product(name)
    return bundled_product(name)


def read_sample(product: str, sample: Path | None) -> Any:
    """Return the table to train on: the given file, or the data bundled with the product."""
    if sample is None:
        from loanwright.datasets.bundled import load_dataset

        return load_dataset(product)
    return read_table(sample)


def default_models_dir() -> Path:
    """Return the directory of model packages that the settings name."""
    from loanwright.service.settings import Settings

    return Settings().models_dir


def train_product(
    product: "Product", table: Any, directory: Path, *, seed: int, advance: Progress
) -> "tuple[TrainedModel, ...]":
    """Train every segment and family of a product."""
    from loanwright.training import train as train_models

    trained = train_models(product, table, models_dir=directory, seed=seed, progress=advance)
    for model in trained:
        # The same bytes may have been trained before; the newest run is the one that was meant.
        model.path.touch()
    return trained


def show_trained(trained: "tuple[TrainedModel, ...]") -> None:
    """Print what was trained, and where it is."""
    show_table(
        ("segment", "family", "champion", "package"),
        [(m.segment, m.family, "yes" if m.champion else "", m.path) for m in trained],
    )
    say()
