"""When a policy asks a person instead of trusting the model."""

from collections.abc import Sequence
from dataclasses import dataclass

from loanwright.decisioning.reservation import (
    OUT_OF_RANGE,
    TOO_MANY_MISSING,
    UNSEEN_CATEGORY,
    Reservation,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Humility:
    """Which reservations refer an application.

    Parameters
    ----------
    out_of_range
        A number outside the range of the sample that the model was developed on.
    most_missing
        The largest share of the model's inputs that may be missing, 0 to 1; None asks nothing.
    unseen_categories
        A code that the development sample did not hold.
    unseen_segments
        A segment without cutoffs; otherwise it is an error.
    """

    out_of_range: bool = False
    most_missing: float | None = None
    unseen_categories: bool = False
    unseen_segments: bool = False

    def heeded(self, reservations: Sequence[Reservation], inputs: int) -> tuple[Reservation, ...]:
        """Return the reservations that refer an application to a person.

        Parameters
        ----------
        reservations
            What the package said.
        inputs
            Number of the model's inputs.

        Returns
        -------
        tuple
            In the order given; all that is missing becomes one reservation without a feature.

        Examples
        --------
        >>> missing = [Reservation(code=TOO_MANY_MISSING, feature=name) for name in "ab"]
        >>> [len(Humility(most_missing=most).heeded(missing, 4)) for most in (0.5, 0.4)]
        [0, 1]
        """
        asked = {OUT_OF_RANGE: self.out_of_range, UNSEEN_CATEGORY: self.unseen_categories}
        heeded = [each for each in reservations if asked.get(each.code)]
        missing = sum(each.code == TOO_MANY_MISSING for each in reservations)
        if self.most_missing is not None and missing > self.most_missing * inputs:
            heeded.append(Reservation(code=TOO_MANY_MISSING))
        return tuple(heeded)
