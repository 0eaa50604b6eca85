"""Our own text of a tree ensemble: one line of JSON per tree, sealed by its own SHA-256.

Every float is written with the shortest digits that give it back exactly. The text has one
canonical form and ends with the hash of everything before it, so a damaged file is refused
before its numbers are believed; what remains is checked as if nothing were true of it.
"""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from math import inf
from typing import Any, Final, TypeVar

from loanwright.engine.ensemble import Missing, Split, Tree, TreeEnsemble
from loanwright.errors import Rejected

SCHEMA: Final = 1
_SEAL: Final = ',\n"sha256":"'
_HEADER: Final = ("schema", "averaged", "features", "trees", "sha256")
_COLUMNS: Final = ("feature", "at", "missing", "left", "right", "rows", "leaf", "leaf_rows")
_PER_SPLIT: Final = 6
_ENDLESS: Final = {"inf": inf, "-inf": -inf}
_Item = TypeVar("_Item")


class TreesTextInvalid(Rejected):
    """The trees file cannot be used: {reason} ({where})."""


def write_trees(ensemble: TreeEnsemble) -> str:
    r"""Return the text of an ensemble: the content of ``trees.json``.

    Parameters
    ----------
    ensemble : TreeEnsemble
        Any trees that the engine can run.

    Returns
    -------
    str
        JSON with a line per tree. A split k of a tree asks ``feature[k]`` whether it is at most
        ``at[k]`` (a number, "inf" or "-inf"), or one of the codes ``at[k]`` (a list);
        ``missing[k]`` is ``2 * Missing + missing_left``; children below 0 are leaves, k as
        ``-1 - k``; ``rows`` are development rows. `parse_trees` gives back an equal ensemble.

    Examples
    --------
    >>> from loanwright.engine.ensemble import Split, Tree, TreeEnsemble
    >>> split = Split(feature=0, threshold=0.1, left=-1, right=-2, count=10)
    >>> tree = Tree(splits=(split,), leaf_values=(-0.5, 0.25), leaf_counts=(6, 4))
    >>> text = write_trees(TreeEnsemble(features=("delay",), trees=(tree,)))
    >>> print(text.splitlines()[1][:60])
    {"feature":[0],"at":[0.1],"missing":[4],"left":[-1],"right":
    >>> parse_trees(text).trees == (tree,)
    True
    """
    opening = (
        f'{{"schema":{SCHEMA},"averaged":{_dumped(ensemble.averaged)},'
        f'"features":{_dumped(ensemble.features)},"trees":[\n'
    )
    body = opening + ",\n".join(_dumped(_columns(tree)) for tree in ensemble.trees) + "]"
    return f'{body}{_SEAL}{_hash(body)}"}}\n'


def _dumped(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def _hash(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()


def _columns(tree: Tree) -> dict[str, Sequence[object]]:
    splits = tree.splits
    columns = (
        [split.feature for split in splits],
        [_question(split) for split in splits],
        [2 * int(split.missing) + split.missing_left for split in splits],
        [split.left for split in splits],
        [split.right for split in splits],
        [split.count for split in splits],
        tree.leaf_values,
        tree.leaf_counts,
    )
    return dict(zip(_COLUMNS, columns, strict=True))


def _question(split: Split) -> float | str | list[int]:
    if split.categories is not None:
        return sorted(split.categories)
    if abs(split.threshold) == inf:
        return "inf" if split.threshold > 0 else "-inf"
    return split.threshold


def parse_trees(text: str) -> TreeEnsemble:
    """Return the ensemble whose text this is.

    Parameters
    ----------
    text : str
        What `write_trees` wrote.

    Raises
    ------
    TreesTextInvalid
        If the text is damaged, incomplete, of another schema, or was edited after it was written.
    EnsembleInvalid
        If the numbers read make no trees: cycles, unreachable nodes, rows that do not add up.

    Examples
    --------
    >>> parse_trees("{}")
    Traceback (most recent call last):
    ...
    loanwright.engine.trees_json.TreesTextInvalid: The trees file cannot be used: ...
    """
    mapping = _object(_unsealed(text), names=_HEADER, where="file")
    if mapping["schema"] is not SCHEMA or type(mapping["averaged"]) is not bool:
        raise TreesTextInvalid(reason=f"its schema is not {SCHEMA}", where="file")
    features = _items(mapping, "features", _name, where="file")
    trees = mapping["trees"]
    if type(trees) is not list:
        raise TreesTextInvalid(reason="trees is no list", where="file")
    return TreeEnsemble(
        features=tuple(features),
        trees=tuple(_tree(tree, where=f"tree {place}") for place, tree in enumerate(trees)),
        averaged=mapping["averaged"],
    )


def _unsealed(text: str) -> object:
    body, seal, ending = text.rpartition(_SEAL)
    try:
        if not seal or ending != f'{_hash(body)}"}}\n':
            raise TreesTextInvalid(reason="its content does not match its hash", where="file")
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise TreesTextInvalid(reason="it is no JSON", where="file") from error


def _object(value: object, *, names: tuple[str, ...], where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict) or tuple(value) != names:
        raise TreesTextInvalid(reason=f"it does not hold {', '.join(names)}", where=where)
    return value


def _items(
    mapping: Mapping[str, Any], name: str, read: Callable[[Any], _Item | None], *, where: str
) -> list[_Item]:
    values = mapping[name]
    if type(values) is not list:
        raise TreesTextInvalid(reason=f"{name} is no list", where=where)
    found = [item for item in map(read, values) if item is not None]
    if len(found) != len(values):
        raise TreesTextInvalid(reason=f"{name} holds what does not belong there", where=where)
    return found


def _tree(value: object, *, where: str) -> Tree:
    columns = _object(value, names=_COLUMNS, where=where)
    wholes = {
        name: _items(columns, name, _whole, where=where)
        for name in ("feature", "missing", "left", "right", "rows", "leaf_rows")
    }
    questions = _items(columns, "at", _read_question, where=where)
    if len({len(columns[name]) for name in _COLUMNS[:_PER_SPLIT]}) != 1:
        raise TreesTextInvalid(reason="its columns have different lengths", where=where)
    if not all(0 <= kind < 2 * len(Missing) for kind in wholes["missing"]):
        raise TreesTextInvalid(reason="a kind of missing value is unknown", where=where)
    splits = tuple(
        Split(
            feature=feature,
            threshold=0.0 if isinstance(question, frozenset) else question,
            categories=question if isinstance(question, frozenset) else None,
            missing=Missing(kind >> 1),
            missing_left=bool(kind & 1),
            left=left,
            right=right,
            count=count,
        )
        for question, feature, kind, left, right, count in zip(
            questions, *list(wholes.values())[:-1], strict=True
        )
    )
    return Tree(
        splits=splits,
        leaf_values=tuple(_items(columns, "leaf", _number, where=where)),
        leaf_counts=tuple(wholes["leaf_rows"]),
    )


def _name(value: Any) -> str | None:
    return value if type(value) is str else None


def _whole(value: Any) -> int | None:
    return value if type(value) is int else None


def _number(value: Any) -> float | None:
    return value if type(value) is float else None


def _read_question(value: Any) -> float | frozenset[int] | None:
    if type(value) is list:
        codes = [code for code in value if type(code) is int]
        return frozenset(codes) if sorted(set(codes)) == value else None
    return _ENDLESS.get(value) if type(value) is str else _number(value)
