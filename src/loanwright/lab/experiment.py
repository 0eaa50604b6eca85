"""Experiment files: what is tried, on what, by which figure, for how long."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from loanwright.errors import Rejected
from loanwright.features.reading import Reader
from loanwright.lab.duration import DurationRefused, parse_duration
from loanwright.lab.spaces import SPACES, Space, read_dimension
from loanwright.models.choosing import NOISE
from loanwright.models.criteria import CRITERIA, Criterion, find_criterion
from loanwright.models.registry import FAMILIES

TRIALS: Final = 30
BUDGET: Final = 600.0
LARGEST: Final = 1_000_000
SEGMENTS: Final = ("new", "existing")
OPTIONAL: Final = ("budget", "folds", "name", "sample", "seed", "storage", "trials")


class ExperimentRefused(Rejected):
    """The experiment file {path} cannot be used:{listing}."""

    def __init__(self, path: Path, problems: tuple[str, ...]) -> None:
        listing = "".join(f"\n- {line}" for line in problems).removesuffix(".")
        super().__init__(path=path, problems=problems, listing=listing)


@dataclass(frozen=True, kw_only=True, slots=True)
class Experiment:
    """What is tried.

    Attributes
    ----------
    name
        Of its studies and runs; the same name goes on where the last one ended.
    product
        Path of a product file, or the name of a bundled product.
    sample
        Path of a CSV or parquet file, or None for the sample of a bundled product.
    features
        Segment to the features that take the place of the product's; segments that are not
        named keep theirs.
    segments, families
        Which are tried; None tries all.
    spaces
        Family to where its search looks.
    metric, costs
        By which figure, and what errors cost where that is profit.
    folds, noise
        As in `loanwright.models.plan.Plan`.
    trials
        At most so many trials for each segment and family; 0 searches nothing.
    budget
        Seconds for all of it.
    seed
        Of everything that chance decides.
    storage
        Database URL of the studies; None keeps them in a SQLite file beside the records.
    """

    name: str
    product: str
    sample: Path | None = None
    features: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    segments: tuple[str, ...] | None = None
    families: tuple[str, ...] | None = None
    spaces: Mapping[str, Space] = field(default_factory=lambda: SPACES)
    metric: str = "auc"
    costs: Mapping[str, float] = field(default_factory=dict)
    folds: int | None = None
    noise: float = NOISE
    trials: int = TRIALS
    budget: float = BUDGET
    seed: int = 0
    storage: str | None = None

    @property
    def criterion(self) -> Criterion:
        """Return the figure that decides."""
        return find_criterion(self.metric, costs=self.costs)

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values; the address of the database is left out, it may hold a password."""
        return {
            "name": self.name,
            "product": self.product,
            "features": {name: list(names) for name, names in self.features.items()},
            "families": None if self.families is None else list(self.families),
            "metric": self.metric,
            "costs": dict(self.costs),
            "folds": self.folds,
            "noise": self.noise,
            "trials": self.trials,
            "budget_seconds": self.budget,
            "seed": self.seed,
        }


def load_experiment(path: str | Path) -> Experiment:
    """Read an experiment file.

    Parameters
    ----------
    path
        A ``.toml``, ``.yaml`` or ``.yml`` file. Paths in it are relative to it.

    Raises
    ------
    ExperimentRefused
        Naming every key that is wrong and what to write instead.
    """
    file = Path(path)
    tables = _parsed(file, file.read_bytes()[: LARGEST + 1])
    problems: list[str] = []
    experiment = _read(Reader(tables, "", problems), file)
    if problems:
        raise ExperimentRefused(file, tuple(problems))
    return experiment


def _parsed(file: Path, content: bytes) -> dict[str, Any]:
    if len(content) > LARGEST:
        raise ExperimentRefused(file, (f"it is larger than {LARGEST} bytes",))
    try:
        text = content.decode()
        tables = _yaml(file, text) if file.suffix in {".yaml", ".yml"} else tomllib.loads(text)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ExperimentRefused(file, (f"it is no TOML in UTF-8: {error}",)) from error
    if not isinstance(tables, dict) or not all(isinstance(key, str) for key in tables):
        raise ExperimentRefused(file, ("it must hold keys such as product and metric",))
    return tables


def _yaml(file: Path, text: str) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ExperimentRefused(file, (f"it is no YAML: {error}",)) from error


def _read(reader: Reader, file: Path) -> Experiment:
    product = reader.string("product")
    beside = file.parent / product
    sample = reader.string("sample") if reader.has("sample") else None
    metric = reader.choice("metric", tuple(CRITERIA), "auc")
    families = reader.strings("families") or None
    for family in families or ():
        if family not in FAMILIES:
            reader.refuse("families", f"names {family!r}; known: {', '.join(FAMILIES)}")
    experiment = Experiment(
        name=reader.name("name") if reader.has("name") else file.stem,
        product=str(beside) if product.endswith(".toml") else product,
        sample=None if sample is None else file.parent / sample,
        features=_features(reader),
        segments=reader.strings("only_segments") or None,
        families=families,
        spaces=_spaces(reader),
        metric=metric,
        costs=_costs(reader, metric),
        folds=_whole(reader, "folds", least=2, most=20),
        noise=_noise(reader),
        trials=_or(_whole(reader, "trials", least=0, most=100_000), TRIALS),
        budget=_budget(reader),
        seed=_or(_whole(reader, "seed", least=0, most=2**31 - 1), 0),
        storage=reader.string("storage") if reader.has("storage") else None,
    )
    for name in experiment.segments or ():
        if name not in SEGMENTS:
            reader.refuse("only_segments", f"names {name!r}; known: {', '.join(SEGMENTS)}")
    for key in OPTIONAL:
        reader.raw(key)
    reader.finish()
    return experiment


def _or(value: int | None, default: int) -> int:
    return default if value is None else value


def _whole(reader: Reader, key: str, *, least: int, most: int) -> int | None:
    if not reader.has(key):
        return None
    value = reader.integer(key)
    if value is not None and not least <= value <= most:
        reader.refuse(key, f"is {value}; write a whole number from {least} to {most}")
        return None
    return value


def _noise(reader: Reader) -> float:
    value = reader.number("noise")
    if value is not None and value < 0:
        reader.refuse("noise", "is below 0; write how many standard errors are noise, such as 1")
    return NOISE if value is None or value < 0 else value


def _budget(reader: Reader) -> float:
    if not reader.has("budget"):
        return BUDGET
    try:
        return parse_duration(str(reader.raw("budget")))
    except DurationRefused:
        reader.refuse("budget", "is no duration; write one such as 90s, 10m or 1h30m")
        return BUDGET


def _costs(reader: Reader, metric: str) -> Mapping[str, float]:
    table = reader.child("costs", required=metric == "profit")
    if table is None:
        return {}
    costs = {}
    for name in ("false_negative", "false_positive"):
        value = table.number(name, required=True)
        if value is not None and value <= 0:
            table.refuse(name, "must be above 0: it is what such an error costs")
        costs[name] = value if value is not None and value > 0 else 1.0
    table.finish()
    return costs


def _features(reader: Reader) -> Mapping[str, tuple[str, ...]]:
    tables = reader.child("segments")
    if tables is None:
        return {}
    found = {}
    for name in (name for name in SEGMENTS if tables.has(name)):
        table = tables.child(name)
        if table is not None:
            found[name] = table.strings("features", required=True)
            table.finish()
    tables.finish()
    return found


def _spaces(reader: Reader) -> Mapping[str, Space]:
    tables = reader.child("spaces")
    if tables is None:
        return SPACES
    spaces = dict(SPACES)
    for family in (name for name in SPACES if tables.has(name)):
        table = tables.child(family)
        if table is not None:
            spaces[family] = {**SPACES[family], **_dimensions(table, family)}
    tables.finish()
    return MappingProxyType(spaces)


def _dimensions(table: Reader, family: str) -> Space:
    found = {}
    for name in table.names():
        if name not in SPACES[family]:
            known = ", ".join(SPACES[family])
            table.refuse(name, f"is not searched for {family}; known: {known}")
            continue
        dimension = read_dimension(table.raw(name))
        if isinstance(dimension, str):
            table.refuse(name, dimension)
        else:
            found[name] = dimension
    return found
