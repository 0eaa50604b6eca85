"""From the files of a model package to a runtime."""

from collections.abc import Mapping

from loanwright.engine.runtime import Backend, Runtime
from loanwright.errors import Rejected


class ModelFamilyUnknown(Rejected):
    """The engine cannot run models of the family {family}; known: {known}."""


class ModelFilesUnexpected(Rejected):
    """A model of the family {family} is the file {expected}; it was given {found}."""


def load_runtime(family: str, files: Mapping[str, bytes], backend: Backend = "auto") -> Runtime:
    """Return the runtime of a model's native files: ``model.txt`` or ``scorecard.json``."""
    raise NotImplementedError
