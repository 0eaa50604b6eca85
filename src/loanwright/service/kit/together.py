"""Calls of several threads become one call for all of them."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Generic, TypeVar

from loanwright.errors import LoanwrightError

Item = TypeVar("Item")
Result = TypeVar("Result")


class Together(Generic[Item, Result]):
    """Answers each caller by a call for everybody who waits at that moment.

    Whoever comes first calls for itself alone. Whoever comes while that lasts waits, and the next
    call is for all of them: one transaction in place of many. What is refused or unavailable is so
    for everybody; after any other failure each is tried alone, so that it strikes one only.

    Examples
    --------
    >>> Together(lambda items: [item * 2 for item in items])(21)
    42
    """

    def __init__(
        self, run: Callable[[Sequence[Item]], Sequence[Result]], *, most: int = 64
    ) -> None:
        self._run = run
        self._most = most
        self._waiting: deque[tuple[Item, Future[Result]]] = deque()
        self._turn = threading.Lock()

    def __call__(self, item: Item) -> Result:
        """Return the result for this item, or raise what the call for it raised."""
        answer: Future[Result] = Future()
        self._waiting.append((item, answer))
        while not answer.done():
            with self._turn:
                if not answer.done():
                    self._call()
        return answer.result()

    def _call(self) -> None:
        number = min(len(self._waiting), self._most)
        self._answer([self._waiting.popleft() for _ in range(number)])

    def _answer(self, batch: Sequence[tuple[Item, Future[Result]]]) -> None:
        try:
            results = self._run([item for item, _ in batch])
        except LoanwrightError as failure:
            _fail(batch, failure)
        except BaseException as failure:
            if len(batch) > 1 and isinstance(failure, Exception):
                for one in batch:
                    self._answer([one])
                return
            _fail(batch, failure)
            if not isinstance(failure, Exception):
                raise
        else:
            for (_, answer), result in zip(batch, results, strict=True):
                answer.set_result(result)


def _fail(batch: Sequence[tuple[object, Future[Result]]], failure: BaseException) -> None:
    for _, answer in batch:
        answer.set_exception(failure)
