"""What is checked of a model before somebody approves it."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias

from loanwright.service.registry.packages import Package
from loanwright.service.registry.schemas import Check, CheckResult, Model

REPORT: Final = "report.json"
RESULTS: Final = {"ok": CheckResult.PASSED}
#: Says what it knows of a model.
Inspector: TypeAlias = Callable[[Model], Iterable[Check]]


def inspect_package(package: Package) -> Iterator[Check]:
    """Say what the package proves of itself: its parity, and the checks of its report."""
    said = "It gives the bits of its golden rows on this machine."
    yield Check(name="parity", result=CheckResult.PASSED, said=said)
    path = package.path / REPORT
    if not path.is_file():
        yield Check(name="report", result=CheckResult.NOT_DONE, said="The package has no report.")
        return
    for one in json.loads(path.read_bytes()).get("checks", ()):
        yield Check(
            name=f"report.{one['code']}"[:60],
            result=RESULTS.get(one["result"], CheckResult.ATTENTION),
            said=str(one["value"]),
        )
