"""From the native files of a model to its runtime."""

import json
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from loanwright.engine.additive import additive_runtime, parse_additive
from loanwright.engine.blend import BlendRuntime, parse_blend
from loanwright.engine.lightgbm_text import parse_lightgbm
from loanwright.engine.neural import neural_runtime, parse_neural
from loanwright.engine.runtime import Backend, Runtime
from loanwright.engine.scorecard import ScorecardInvalid, ScorecardTable, scorecard_runtime
from loanwright.engine.trees import tree_runtime
from loanwright.engine.trees_json import parse_trees
from loanwright.errors import Rejected

Opener: TypeAlias = Callable[[str, Backend], Runtime]


def _trees_of_lightgbm(text: str, backend: Backend) -> Runtime:
    return tree_runtime(parse_lightgbm(text), backend=backend)


def _trees(text: str, backend: Backend) -> Runtime:
    return tree_runtime(parse_trees(text), backend=backend)


def _scorecard(text: str, backend: Backend) -> Runtime:
    return scorecard_runtime(ScorecardTable.from_mapping(_parsed(text)), backend=backend)


def _additive(text: str, backend: Backend) -> Runtime:
    return additive_runtime(parse_additive(text), backend=backend)


def _neural(text: str, backend: Backend) -> Runtime:
    return neural_runtime(parse_neural(text), backend=backend)


def _blend(text: str, backend: Backend) -> Runtime:
    members = parse_blend(text).members
    return BlendRuntime(
        parts=tuple((one.weight, _open(one.family, one.text, backend)) for one in members)
    )


def _open(family: str, text: str, backend: Backend) -> Runtime:
    if family not in KINDS:
        raise ModelFamilyUnknown(family=family, known=", ".join(KINDS))
    return KINDS[family][1](text, backend)


#: The one native file of each family, and how its text becomes a runtime.
KINDS: Final[Mapping[str, tuple[str, Opener]]] = MappingProxyType(
    {
        "scorecard": ("scorecard.json", _scorecard),
        "logistic": ("additive.json", _additive),
        "additive": ("additive.json", _additive),
        "lightgbm": ("model.txt", _trees_of_lightgbm),
        "xgboost": ("trees.json", _trees),
        "catboost": ("trees.json", _trees),
        "forest": ("trees.json", _trees),
        "blend": ("blend.json", _blend),
        "neural": ("neural.json", _neural),
    }
)

FILES: Final[Mapping[str, str]] = MappingProxyType(
    {family: name for family, (name, _) in KINDS.items()}
)


class ModelFamilyUnknown(Rejected):
    """The engine cannot run models of the family {family}; known: {known}."""


class ModelFilesUnexpected(Rejected):
    """A model of the family {family} is the file {expected}; it was given {found}."""


class ModelFileUnreadable(Rejected):
    """The file {name} is no UTF-8 text."""


def load_runtime(family: str, files: Mapping[str, bytes], backend: Backend = "auto") -> Runtime:
    """Return the runtime of a model's native files.

    Parameters
    ----------
    family : str
        What the model is: a key of `KINDS`.
    files : mapping of str to bytes
        Exactly its native file, such as ``model.txt`` or ``scorecard.json``.
    backend : {"auto", "numba", "numpy"}
        As for `loanwright.engine.trees.tree_runtime`.

    Raises
    ------
    ModelFamilyUnknown, ModelFilesUnexpected, ModelFileUnreadable
        If the family or the files are not these.
    ModelTextInvalid, TreesTextInvalid, EnsembleInvalid, ScorecardInvalid, BlendInvalid,
    NeuralInvalid
        If the model in them is damaged.

    Examples
    --------
    >>> load_runtime("oracle", {})
    Traceback (most recent call last):
    ...
    loanwright.engine.load.ModelFamilyUnknown: The engine cannot run models of the family ...
    """
    if family not in FILES:
        raise ModelFamilyUnknown(family=family, known=", ".join(FILES))
    name = FILES[family]
    if set(files) != {name}:
        found = ", ".join(sorted(files)) or "nothing"
        raise ModelFilesUnexpected(family=family, expected=name, found=found)
    try:
        text = files[name].decode("utf-8")
    except UnicodeDecodeError as error:
        raise ModelFileUnreadable(name=name) from error
    return _open(family, text, backend)


def _parsed(text: str) -> dict[str, Any]:
    try:
        mapping = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ScorecardInvalid(reason="it is no JSON", where="file") from error
    if not isinstance(mapping, dict):
        raise ScorecardInvalid(reason="it is no object", where="file")
    return mapping
