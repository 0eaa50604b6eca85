"""Blends: a weighted sum of models that the engine can run, and their runtime."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any, Final

import numpy as np
from numpy.typing import ArrayLike

from loanwright.engine.runtime import FloatArray, Runtime, as_matrix
from loanwright.errors import Rejected

SCHEMA: Final = 1
FAMILY: Final = "blend"
_FILE: Final = ("schema", "members")
_MEMBER: Final = ("family", "weight", "text")


class BlendInvalid(Rejected):
    """The blend cannot be used: {reason} ({where})."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BlendMember:
    """One model of a blend.

    Attributes
    ----------
    family
        What it is: a key of `loanwright.engine.load.KINDS`, never a blend.
    weight
        What its log-odds and contributions are multiplied by; positive, so that what
        a monotone member says stays monotone.
    text
        Its one native file.
    """

    family: str
    weight: float
    text: str

    def __post_init__(self) -> None:
        if self.family == FAMILY:
            raise BlendInvalid(reason="a blend may not hold a blend", where=self.family)
        if not (isfinite(self.weight) and self.weight > 0):
            raise BlendInvalid(reason="a weight is no positive number", where=self.family)


@dataclass(frozen=True, kw_only=True, slots=True)
class BlendTable:
    """The members of a blend, in the order of summation."""

    members: tuple[BlendMember, ...]

    def __post_init__(self) -> None:
        if not self.members:
            raise BlendInvalid(reason="it has no members", where="members")


def write_blend(table: BlendTable) -> str:
    """Return the text of a ``blend.json``; its numbers come back exactly.

    Examples
    --------
    >>> member = BlendMember(family="lightgbm", weight=0.75, text="tree")
    >>> parse_blend(write_blend(BlendTable(members=(member,)))).members == (member,)
    True
    """
    members = [asdict(member) for member in table.members]
    mapping = {"schema": SCHEMA, "members": members}
    return json.dumps(mapping, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def parse_blend(text: str) -> BlendTable:
    """Return the table that the text of a ``blend.json`` holds; members are not opened.

    Raises
    ------
    BlendInvalid
        If the text is no JSON or not such a table.

    Examples
    --------
    >>> parse_blend("{}")
    Traceback (most recent call last):
    ...
    loanwright.engine.blend.BlendInvalid: The blend cannot be used: ...
    """
    try:
        mapping = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BlendInvalid(reason="it is no JSON", where="file") from error
    _check_names(mapping, _FILE, "file")
    if mapping["schema"] != SCHEMA or not isinstance(mapping["members"], list):
        raise BlendInvalid(reason=f"its schema is not {SCHEMA}", where="file")
    members = [_member(entry, place) for place, entry in enumerate(mapping["members"])]
    return BlendTable(members=tuple(members))


def _member(entry: Any, place: int) -> BlendMember:
    where = f"member {place}"
    _check_names(entry, _MEMBER, where)
    if type(entry["family"]) is not str or type(entry["text"]) is not str:
        raise BlendInvalid(reason="a family or its model is no text", where=where)
    if type(entry["weight"]) is not float:
        raise BlendInvalid(reason="a weight is no number", where=where)
    return BlendMember(**entry)


def _check_names(entry: Any, names: tuple[str, ...], where: str) -> None:
    if not isinstance(entry, Mapping) or set(entry) != set(names):
        raise BlendInvalid(reason=f"it does not hold {', '.join(names)}", where=where)


class BlendRuntime:
    """A blend ready to answer: weighted sums, member by member in their order.

    Shapley values are linear in the model, so contributions that are exact for the members are
    exact for the blend. Each operation is one addition or multiplication a number, so a row has
    the same bits alone and in a batch whenever its members have.

    Parameters
    ----------
    parts
        Weight and runtime of each member, all of the same number of columns.

    Raises
    ------
    BlendInvalid
        Where members read matrices of different widths.

    Examples
    --------
    >>> from loanwright.engine.ensemble import Split, Tree, TreeEnsemble
    >>> from loanwright.engine.trees import tree_runtime
    >>> split = Split(feature=0, threshold=1.5, left=-1, right=-2, count=4)
    >>> tree = Tree(splits=(split,), leaf_values=(-1.0, 1.0), leaf_counts=(3, 1))
    >>> one = tree_runtime(TreeEnsemble(features=("delays",), trees=(tree,)), backend="numpy")
    >>> blend = BlendRuntime(parts=((0.5, one), (0.25, one)))
    >>> blend.base, blend.explain([[2.0]])[0].tolist(), blend.explain([[2.0]])[1].tolist()
    (-0.375, [0.75], [[1.125]])
    """

    def __init__(self, *, parts: tuple[tuple[float, Runtime], ...]) -> None:
        if len({runtime.feature_count for _, runtime in parts}) != 1:
            raise BlendInvalid(reason="its members read different matrices", where="members")
        self._parts = parts
        base = 0.0
        for weight, runtime in parts:
            base += weight * runtime.base
        self._base = base

    @property
    def feature_count(self) -> int:
        """Return the number of columns p."""
        return self._parts[0][1].feature_count

    @property
    def base(self) -> float:
        """Return the log-odds of default before any feature is known."""
        return self._base

    @property
    def explanation(self) -> Mapping[str, Any] | None:
        """Return how contributions are sampled, where a member's are; None where all are exact."""
        found = (getattr(runtime, "explanation", None) for _, runtime in self._parts)
        return next((one for one in found if one is not None), None)

    def log_odds(self, matrix: ArrayLike) -> FloatArray:
        """Return the raw log-odds of default, shape (n,), of an (n, p) matrix."""
        rows = as_matrix(matrix, self.feature_count)
        total = np.zeros(len(rows))
        for weight, runtime in self._parts:
            total += weight * runtime.log_odds(rows)
        return total

    def explain(self, matrix: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the raw log-odds (n,) and contributions (n, p) of an (n, p) matrix."""
        rows = as_matrix(matrix, self.feature_count)
        total, contributions = np.zeros(len(rows)), np.zeros(rows.shape)
        for weight, runtime in self._parts:
            log_odds, shares = runtime.explain(rows)
            total += weight * log_odds
            contributions += weight * shares
        return total, contributions
