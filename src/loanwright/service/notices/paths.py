"""What would have led to another outcome, in words; nothing where it cannot be proved."""

from collections.abc import Mapping
from typing import Any, Final

from loanwright.decisioning.policy import Policy
from loanwright.explanation.paths import PathLimits
from loanwright.explanation.paths_words import path_text
from loanwright.features.text import Text
from loanwright.service.registry.packages import Package

#: Long enough that the search ends by itself: the same decision gives the same paths.
SECONDS: Final = 10.0


def paths_in_words(
    package: Package, policy: Policy, record: Mapping[str, Any]
) -> tuple[Text, ...] | None:
    """Return the changes that would have led to an approval; None where that is not known."""
    # The engine takes a moment to import; whoever only issues other notices does not need it.
    from loanwright.packaging.package import ModelPackage
    from loanwright.packaging.paths import paths_to_approval

    if not isinstance(package, ModelPackage):
        return None
    found = paths_to_approval(package, policy, record, limits=PathLimits(seconds=SECONDS))
    if found.status == "proved_none":
        return ()
    if found.status != "found":
        return None
    return tuple(map(path_text, found.paths))
