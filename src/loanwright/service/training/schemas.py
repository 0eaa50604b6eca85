"""Training runs as values."""

from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingWish:
    """What is to be trained, and how long.

    Attributes
    ----------
    families
        Which to compare; empty compares every one that is installed.
    segments
        For whom; empty trains all of the product.
    budget
        Seconds for all of it.
    trials
        Trials for each family that is searched; None leaves it to the size of the table.
    """

    product: str
    kind: str
    families: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    budget: int = 600
    trials: int | None = None
    seed: int = 0

    def options(self) -> list[str]:
        """Return the wish as options of the command."""
        found = ["--budget", f"{self.budget}s", "--seed", str(self.seed)]
        if self.families:
            found += ["--families", ",".join(self.families)]
        if self.segments:
            found += ["--segments", ",".join(self.segments)]
        if self.trials is not None:
            found += ["--trials", str(self.trials)] if self.trials else ["--no-search"]
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class TrainingPayload:
    """What a worker needs to train: where the table lies, and what is wished."""

    place: str
    wish: TrainingWish = field(repr=False)
