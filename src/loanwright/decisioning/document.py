"""Strict reading of plain mappings: every refusal names the key."""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any, Final

from loanwright.errors import Rejected

#: The largest whole number that a policy may state.
LARGEST: Final = 10**15


class PolicyRejected(Rejected):
    """The policy is not acceptable at {key}: {problem}."""


class Section:
    """One mapping of a policy document, with the path that leads to it.

    Parameters
    ----------
    content
        What stands there; anything but a mapping with text keys is refused.
    path
        Where it stands, such as ``rules[2].when[0]``; empty for the document itself.
    known
        The only keys that may stand here; None when the keys are names.

    Examples
    --------
    >>> Section({"approve_from": 600}, "cutoffs.new", known=("approve_from",)).integer(
    ...     "approve_from"
    ... )
    600
    """

    def __init__(self, content: object, path: str, *, known: Sequence[str] | None) -> None:
        if not isinstance(content, Mapping):
            raise PolicyRejected(key=path or "(document)", problem="a table is needed")
        self.content: Mapping[str, Any] = content
        self.path = path
        for key in content:
            if not isinstance(key, str) or (known is not None and key not in known):
                expected = f"; known here: {', '.join(known)}" if known is not None else ""
                raise PolicyRejected(key=self.key(key), problem=f"unknown key{expected}")

    def key(self, name: object) -> str:
        """Return the full path of a key."""
        return f"{self.path}.{name}" if self.path else f"{name}"

    def refuse(self, name: str, problem: str) -> PolicyRejected:
        """Return the refusal of one key."""
        return PolicyRejected(key=self.key(name), problem=problem)

    def value(self, name: str) -> Any:
        """Return what stands at a key that must be there."""
        if name not in self.content:
            raise self.refuse(name, "missing")
        return self.content[name]

    def text(self, name: str) -> str:
        """Return a text that is not blank."""
        value = self.value(name)
        if not isinstance(value, str) or not value.strip():
            raise self.refuse(name, "a text is needed")
        return value

    def integer(self, name: str) -> int:
        """Return an integer (a boolean is none)."""
        value = self.value(name)
        if type(value) is not int:
            raise self.refuse(name, f"an integer is needed, not {value!r}")
        return self._within_limits(name, value)

    def number(self, name: str) -> float:
        """Return a finite number (a boolean is none)."""
        value = self.value(name)
        if type(value) is int:
            return self._within_limits(name, value)
        if not isinstance(value, float) or not isfinite(value):
            raise self.refuse(name, f"a number is needed, not {value!r}")
        return value

    def _within_limits(self, name: str, value: int) -> int:
        # Beyond this a float no longer holds every whole number, and in the end none at all.
        if not -LARGEST <= value <= LARGEST:
            raise self.refuse(name, f"a number within ±{LARGEST:.0e} is needed")
        return value

    def boolean(self, name: str) -> bool:
        """Return true or false."""
        value = self.value(name)
        if not isinstance(value, bool):
            raise self.refuse(name, f"true or false is needed, not {value!r}")
        return value

    def choice(self, name: str, among: Sequence[str]) -> Any:
        """Return one of the words that may stand here."""
        value = self.value(name)
        if value not in among:
            raise self.refuse(name, f"one of {', '.join(among)} is needed, not {value!r}")
        return value

    def has(self, name: str) -> bool:
        """Return whether the key is there."""
        return name in self.content

    def items(self, name: str) -> list[tuple[str, object]]:
        """Return the members of a list, each with its full path."""
        value = self.value(name)
        if isinstance(value, (str, bytes)) or not isinstance(value, Sequence):
            raise self.refuse(name, "a list is needed")
        return [(f"{self.key(name)}[{place}]", member) for place, member in enumerate(value)]

    def section(self, name: str, *, known: Sequence[str] | None) -> "Section":
        """Return the mapping that stands at a key."""
        return Section(self.value(name), self.key(name), known=known)
