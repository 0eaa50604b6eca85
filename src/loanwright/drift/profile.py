"""Profiles: all that drift needs to know of a sample, as large for ten rows as for ten million."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Self

from loanwright.drift.effect import Answers
from loanwright.drift.errors import GridsDiffer, ProfileRefused
from loanwright.drift.tally import Tally

SCHEMA: Final = 1


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Profile:
    """What was counted of a sample.

    Attributes
    ----------
    rows
        Its size.
    tallies
        By feature.
    answers
        What a model said of its rows; None where none was asked.
    """

    rows: int
    tallies: Mapping[str, Tally] = field(repr=False)
    answers: Answers | None = field(default=None, repr=False)

    def plus(self, other: "Profile") -> "Profile":
        """Return the profile of both samples together."""
        if set(self.tallies) != set(other.tallies):
            raise GridsDiffer(feature=", ".join(set(self.tallies) ^ set(other.tallies)))
        answers = self.answers
        if answers is not None and other.answers is not None:
            answers = answers.plus(other.answers)
        return Profile(
            rows=self.rows + other.rows,
            tallies={name: one.plus(other.tallies[name]) for name, one in self.tallies.items()},
            answers=answers,
        )

    def to_mapping(self) -> dict[str, Any]:
        """Return plain values, as ``profile.json`` of a package holds them."""
        return {
            "schema": SCHEMA,
            "rows": self.rows,
            "features": [one.to_mapping() for one in self.tallies.values()],
            "answers": None if self.answers is None else self.answers.to_mapping(),
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Self:
        """Return what `to_mapping` wrote.

        Raises
        ------
        ProfileRefused
            If it is no such mapping.

        Examples
        --------
        >>> Profile.from_mapping({"schema": 2})
        Traceback (most recent call last):
        ...
        loanwright.drift.errors.ProfileRefused: The profile of a sample cannot be used: its ...
        """
        if mapping.get("schema") != SCHEMA:
            raise ProfileRefused(problem=f"its schema is not {SCHEMA}")
        try:
            tallies = [Tally.from_mapping(one) for one in mapping["features"]]
            said = mapping["answers"]
            return cls(
                rows=int(mapping["rows"]),
                tallies={one.grid.name: one for one in tallies},
                answers=None if said is None else Answers.from_mapping(said),
            )
        except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise ProfileRefused(problem=f"it is malformed ({error!r})") from error


@dataclass(frozen=True, kw_only=True, slots=True)
class Reference:
    """The sample that chunks are compared with.

    Attributes
    ----------
    name
        What people call it.
    profile
        What was counted of it.
    """

    name: str
    profile: Profile


@dataclass(frozen=True, kw_only=True, slots=True)
class Chunk:
    """A sample that is compared: a file, a week or a month of decisions.

    Attributes
    ----------
    name
        What people call it.
    profile
        What was counted of it, in the bins of the reference.
    """

    name: str
    profile: Profile
