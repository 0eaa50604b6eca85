"""The way of one piece of work through the service, for whoever collects traces."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

#: Told inside a span what came of it.
Tell = Callable[..., None]


class Traces(Protocol):
    """Notes spans of time; names, ids and counts only."""

    def request(self, headers: Mapping[bytes, bytes]) -> AbstractContextManager[Tell]:
        """Open the span of a request, inside the caller's trace if it names one."""
        ...

    def span(self, name: str, **facts: Any) -> AbstractContextManager[Tell]:
        """Open a span inside the present one."""
        ...

    def here(self) -> Any:
        """Return where we are, to be continued in another thread; None when nobody collects."""
        ...

    def batch(self, name: str, origins: Sequence[Any]) -> AbstractContextManager[Tell]:
        """Open the span of work that many have asked for: inside the first, linked to the rest."""
        ...

    def job(self, name: str, job_ids: Sequence[str]) -> AbstractContextManager[Tell]:
        """Open a span of work on jobs, in the trace that each job has of its own."""
        ...

    def ordered(self, job_id: str) -> None:
        """Link the present span to the trace of a job."""
        ...

    def committing(self) -> AbstractContextManager[AbstractContextManager[Any]]:
        """Return what spans a commit: entered before the transaction, and what it gives inside."""
        ...

    def close(self) -> None:
        """Send what is still here."""
        ...


def _nothing(**_facts: Any) -> None:
    """Tell nobody."""


_NOWHERE: AbstractContextManager[Tell] = nullcontext(_nothing)
_NO_COMMIT: AbstractContextManager[AbstractContextManager[Any]] = nullcontext(nullcontext())


class NoTraces:
    """Nobody collects traces: every span is the same nothing."""

    def request(self, headers: Mapping[bytes, bytes]) -> AbstractContextManager[Tell]:  # noqa: ARG002
        """Open nothing."""
        return _NOWHERE

    def span(self, name: str, **facts: Any) -> AbstractContextManager[Tell]:  # noqa: ARG002
        """Open nothing."""
        return _NOWHERE

    def here(self) -> Any:
        """Return nothing."""
        return None

    def batch(self, name: str, origins: Sequence[Any]) -> AbstractContextManager[Tell]:  # noqa: ARG002
        """Open nothing."""
        return _NOWHERE

    def job(self, name: str, job_ids: Sequence[str]) -> AbstractContextManager[Tell]:  # noqa: ARG002
        """Open nothing."""
        return _NOWHERE

    def ordered(self, job_id: str) -> None:
        """Link nothing."""

    def committing(self) -> AbstractContextManager[AbstractContextManager[Any]]:
        """Open nothing."""
        return _NO_COMMIT

    def close(self) -> None:
        """Send nothing."""
