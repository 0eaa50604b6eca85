"""Who gets which arm: decided by a hash, so that nobody has to remember it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from loanwright.experiments.errors import SplitRefused

WHOLE: Final = 10_000
"""A share is a whole number of ten-thousandths; the shares of an experiment add up to this."""

_BITS: Final = 256
_VERSION: Final = "loanwright.split.1"


@dataclass(frozen=True, kw_only=True, slots=True)
class Split:
    """How the applicants of an experiment are shared among its arms.

    Parameters
    ----------
    experiment
        Name of the experiment; another name shares the same applicants out anew.
    salt
        Drawn once for each experiment, so that nobody can work out beforehand who gets what.
    shares
        Of each arm, in their order, in ten-thousandths; they add up to 10,000.

    Notes
    -----
    With ``h`` the SHA-256 of the UTF-8 text ``loanwright.split.1``, experiment, salt and applicant,
    joined by the character U+001F and read as one big-endian whole number,

        place = floor(h · 10,000 / 2²⁵⁶)

    is one of 0, 1, … 9,999, and the arm is the first whose shares, added up to it, exceed the
    place. Each place has the same probability but for less than 2⁻²⁴², so that the shares hold in
    expectation; and nothing but this text enters, so that it is the same in every version,
    process and language.

    Examples
    --------
    >>> split = Split(experiment="longer-history", salt="7f3a", shares=(5_000, 5_000))
    >>> [split.arm_of(f"applicant {number}") for number in range(8)]
    [0, 1, 1, 0, 0, 0, 0, 1]
    """

    experiment: str
    salt: str
    shares: Sequence[int]

    def __post_init__(self) -> None:
        """Refuse shares by which some applicant would have no arm, or two."""
        if len(self.shares) < 2:
            raise SplitRefused(problem="there are fewer than two arms")
        if any(share < 1 for share in self.shares):
            raise SplitRefused(problem="a share is less than one ten-thousandth")
        if sum(self.shares) != WHOLE:
            raise SplitRefused(problem=f"they add up to {sum(self.shares)}, not to {WHOLE}")

    def arm_of(self, applicant: str) -> int:
        """Return the number of the arm of an applicant, the first one being 0."""
        place = place_of(applicant, experiment=self.experiment, salt=self.salt)
        return next(number for number, end in enumerate(accumulate(self.shares)) if place < end)


def place_of(applicant: str, *, experiment: str, salt: str) -> int:
    """Return where between 0 and 9,999 an applicant lies in an experiment.

    Examples
    --------
    >>> place_of("applicant 0", experiment="longer-history", salt="7f3a")
    1448
    """
    text = "\x1f".join((_VERSION, experiment, salt, applicant))
    number = int.from_bytes(hashlib.sha256(text.encode()).digest(), "big")
    return number * WHOLE >> _BITS
