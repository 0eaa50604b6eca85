"""From the native files of a model to its runtime."""

import json
from collections.abc import Mapping
from typing import Any, Final

from loanwright.engine.lightgbm_text import parse_lightgbm
from loanwright.engine.runtime import Backend, Runtime
from loanwright.engine.scorecard import ScorecardInvalid, ScorecardTable, scorecard_runtime
from loanwright.engine.trees import tree_runtime
from loanwright.errors import Rejected

FILES: Final = {"lightgbm": "model.txt", "scorecard": "scorecard.json"}


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
    family : {"lightgbm", "scorecard"}
        What the model is.
    files : mapping of str to bytes
        Exactly its native files: ``model.txt`` or ``scorecard.json``.
    backend : {"auto", "numba", "numpy"}
        As for `loanwright.engine.trees.tree_runtime`.

    Raises
    ------
    ModelFamilyUnknown, ModelFilesUnexpected, ModelFileUnreadable
        If the family or the files are not these.
    ModelTextInvalid, EnsembleInvalid, ScorecardInvalid
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
    if family == "lightgbm":
        return tree_runtime(parse_lightgbm(text), backend=backend)
    return scorecard_runtime(ScorecardTable.from_mapping(_parsed(text)), backend=backend)


def _parsed(text: str) -> dict[str, Any]:
    try:
        mapping = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ScorecardInvalid(reason="it is no JSON", where="file") from error
    if not isinstance(mapping, dict):
        raise ScorecardInvalid(reason="it is no object", where="file")
    return mapping
