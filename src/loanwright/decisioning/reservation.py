"""Where a model is asked about somebody unlike those it has learned from."""

from dataclasses import dataclass
from typing import Final

OUT_OF_RANGE: Final = "humility.out_of_range"
TOO_MANY_MISSING: Final = "humility.too_many_missing"
UNSEEN_CATEGORY: Final = "humility.unseen_category"
UNSEEN_SEGMENT: Final = "humility.unseen_segment"


@dataclass(frozen=True, kw_only=True, slots=True)
class Reservation:
    """One thing that the model has not seen in its development sample.

    Attributes
    ----------
    code
        ``humility.out_of_range``, ``humility.unseen_category``, ``humility.unseen_segment``, or
        ``humility.too_many_missing``: one for each missing input, for the policy to count.
    feature
        The model input concerned, or None.

    Examples
    --------
    >>> Reservation(code=OUT_OF_RANGE, feature="amount").code
    'humility.out_of_range'
    """

    code: str
    feature: str | None = None
