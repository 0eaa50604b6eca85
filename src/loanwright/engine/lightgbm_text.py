"""LightGBM's text format of a model, read without LightGBM.

Nothing in the text is trusted: every number, length, child and feature is checked, since the
compiled kernels run without checks of their own.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, TypeVar

from loanwright.engine.ensemble import Missing, Split, Tree, TreeEnsemble
from loanwright.errors import Rejected

OBJECTIVES: Final = ("binary sigmoid:1", "cross_entropy")
_CATEGORICAL, _DEFAULT_LEFT, _KNOWN_BITS = 1, 2, 15
_WORD = 32
_MOST_FEATURES = 1 << 16
_Number = TypeVar("_Number", int, float)


class ModelTextInvalid(Rejected):
    """The model text cannot be used: {reason} ({where})."""


def parse_lightgbm(text: str) -> TreeEnsemble:
    """Return the trees written in a LightGBM text model.

    Parameters
    ----------
    text : str
        What ``Booster.model_to_string`` or ``save_model`` wrote, version 4, of a binary objective.

    Returns
    -------
    TreeEnsemble
        Its trees in order; ``averaged`` for a random forest.

    Raises
    ------
    ModelTextInvalid
        If the text is damaged, has several classes, linear leaves or another objective.
    EnsembleInvalid
        If the numbers read make no trees: cycles, unreachable nodes, counts that do not add up.

    Examples
    --------
    >>> parse_lightgbm("tree")
    Traceback (most recent call last):
    ...
    loanwright.engine.lightgbm_text.ModelTextInvalid: The model text cannot be used: ...
    """
    body, end, _ = text.partition("\nend of trees")
    if not end or not body.startswith("tree\n"):
        raise ModelTextInvalid(reason="it does not begin with 'tree' or has no end", where="text")
    blocks = body.split("\nTree=")
    header = _Block.read(blocks[0], where="header")
    features = _features(header)
    _check_header(header, trees=len(blocks) - 1)
    trees = tuple(_tree(block, index, len(features)) for index, block in enumerate(blocks[1:]))
    return TreeEnsemble(features=features, trees=trees, averaged="average_output" in header.flags)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Block:
    """The ``name=value`` lines of the header or of one tree."""

    where: str
    values: dict[str, str]
    flags: frozenset[str]

    @classmethod
    def read(cls, text: str, *, where: str) -> "_Block":
        values: dict[str, str] = {}
        flags: set[str] = set()
        for line in filter(None, text.split("\n")):
            name, equals, value = line.partition("=")
            if not equals:
                flags.add(line)
            elif name in values:
                raise ModelTextInvalid(reason=f"{name} is written twice", where=where)
            else:
                values[name] = value
        return cls(where=where, values=values, flags=frozenset(flags))

    def text(self, name: str) -> str:
        if name not in self.values:
            raise ModelTextInvalid(reason=f"{name} is missing", where=self.where)
        return self.values[name]

    def whole(self, name: str, *, most: int, default: str | None = None) -> int:
        text = self.text(name) if default is None else self.values.get(name, default)
        number = self._parsed(name, [text], int)[0]
        if not 0 <= number <= most:
            raise ModelTextInvalid(reason=f"{name} is out of range", where=self.where)
        return number

    def wholes(self, name: str, *, length: int) -> list[int]:
        return self._list(name, length, int)

    def floats(self, name: str, *, length: int) -> list[float]:
        return self._list(name, length, float)

    def _list(self, name: str, length: int, kind: Callable[[str], _Number]) -> list[_Number]:
        words = self.text(name).split(" ") if length else []
        if len(words) != length:
            raise ModelTextInvalid(reason=f"{name} has {len(words)} numbers", where=self.where)
        return self._parsed(name, words, kind)

    def _parsed(
        self, name: str, words: Sequence[str], kind: Callable[[str], _Number]
    ) -> list[_Number]:
        try:
            if any("_" in word or not word.isascii() for word in words):
                raise ValueError(name)
            numbers = [kind(word) for word in words]
        except ValueError as error:
            raise ModelTextInvalid(reason=f"{name} is no number", where=self.where) from error
        if any(number != number for number in numbers):
            raise ModelTextInvalid(reason=f"{name} is not a number", where=self.where)
        return numbers


def _features(header: _Block) -> tuple[str, ...]:
    count = header.whole("max_feature_idx", most=_MOST_FEATURES) + 1
    names = tuple(header.text("feature_names").split(" "))
    if len(names) != count:
        raise ModelTextInvalid(reason=f"{len(names)} names for {count} features", where="header")
    return names


def _check_header(header: _Block, *, trees: int) -> None:
    if header.text("version") != "v4":
        raise ModelTextInvalid(reason="its version is not v4", where="header")
    if header.text("num_class") != "1" or header.text("num_tree_per_iteration") != "1":
        raise ModelTextInvalid(reason="it has several classes", where="header")
    if header.text("objective") not in OBJECTIVES:
        raise ModelTextInvalid(reason="its objective gives no log-odds", where="header")
    if len(header.text("tree_sizes").split()) != trees or not trees:
        raise ModelTextInvalid(reason="trees are missing", where="header")


def _tree(text: str, index: int, features: int) -> Tree:
    number, _, body = text.partition("\n")
    where = f"tree {index}"
    if number != str(index):
        raise ModelTextInvalid(reason="it is out of order", where=where)
    block = _Block.read(body, where=where)
    if block.whole("is_linear", most=1, default="0"):
        raise ModelTextInvalid(reason="its leaves are linear", where=where)
    leaves = block.whole("num_leaves", most=1 << 20)
    return Tree(
        splits=_splits(block, leaves - 1, features),
        leaf_values=tuple(block.floats("leaf_value", length=leaves)),
        leaf_counts=tuple(block.wholes("leaf_count", length=leaves)) if leaves > 1 else (0,),
    )


def _splits(block: _Block, length: int, features: int) -> tuple[Split, ...]:
    if length < 1:
        return ()
    sets = _category_sets(block)
    columns = zip(
        block.wholes("split_feature", length=length),
        block.floats("threshold", length=length),
        block.wholes("decision_type", length=length),
        block.wholes("left_child", length=length),
        block.wholes("right_child", length=length),
        block.wholes("internal_count", length=length),
        strict=True,
    )
    return tuple(_split(block, sets, features, *numbers) for numbers in columns)


def _split(block: _Block, sets: Sequence[frozenset[int]], features: int, *numbers: float) -> Split:
    feature, threshold, decision, left, right, count = numbers
    kind = int(decision)
    missing = kind >> 2
    if not 0 <= feature < features or not 0 <= kind <= _KNOWN_BITS or missing > Missing.NAN:
        raise ModelTextInvalid(reason="a split is out of range", where=block.where)
    categories = None
    if kind & _CATEGORICAL:
        if threshold not in range(len(sets)):
            raise ModelTextInvalid(reason="a set of categories is missing", where=block.where)
        categories = sets[int(threshold)]
    return Split(
        feature=int(feature),
        threshold=0.0 if categories is not None else threshold,
        categories=categories,
        missing=Missing(missing),
        missing_left=bool(kind & _DEFAULT_LEFT),
        left=int(left),
        right=int(right),
        count=int(count),
    )


def _category_sets(block: _Block) -> list[frozenset[int]]:
    count = block.whole("num_cat", most=1 << 20)
    if not count:
        return []
    bounds = block.wholes("cat_boundaries", length=count + 1)
    words = block.wholes("cat_threshold", length=bounds[-1])
    rising = all(low <= high for low, high in pairwise(bounds))
    if bounds[0] != 0 or not rising or not all(0 <= word < 1 << _WORD for word in words):
        raise ModelTextInvalid(reason="the sets of categories are damaged", where=block.where)
    return [
        frozenset(
            _WORD * place + bit
            for place, word in enumerate(words[low:high])
            for bit in range(_WORD)
            if word >> bit & 1
        )
        for low, high in pairwise(bounds)
    ]
