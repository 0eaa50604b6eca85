"""Real models, trained on a part of the bundled data."""

from pathlib import Path

from loanwright.datasets.bundled import load_dataset
from loanwright.features.product import bundled_product
from loanwright.training import TrainedModel, train

CARD = bundled_product("credit-card")
PAIRS = [("existing", "lightgbm"), ("existing", "scorecard"), ("new", "lightgbm")]


def part_of_the_cards(rows: int = 2500):
    return load_dataset("credit-card").head(rows)


def train_cards(directory: Path, *, seed: int = 0, only=PAIRS, table=None) -> list[TrainedModel]:
    table = part_of_the_cards() if table is None else table
    return list(train(CARD, table, models_dir=directory, seed=seed, only=only))
