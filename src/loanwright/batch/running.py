"""A whole run: read, score, write parts, note them, and make one result of them in the end.

Whatever ends a run, the same command goes on after the last whole block. The result is there whole
or not at all.
"""

from __future__ import annotations

import fcntl
import shutil
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, Protocol

from loanwright.batch.blocks import Block, BlockReader, empty_block
from loanwright.batch.errors import ResumeRefused, Stopped, WorkTaken
from loanwright.batch.journal import Done, Journal
from loanwright.batch.results import RejectedRows, Result
from loanwright.batch.scoring import ScoredBlock, Scorer, count_rejected
from loanwright.features.tidying import Habit

WORK: Final = ".parts"
#: Blocks under way for each one that computes: enough that none waits, few enough for the memory.
AHEAD: Final = 2


class Pending(Protocol):
    """A block that is being scored."""

    def result(self) -> ScoredBlock:
        """Wait for it."""
        ...


class Crew(Protocol):
    """Those who score blocks: threads of this process, or other machines.

    Attributes
    ----------
    size
        How many blocks they score at once.
    """

    @property
    def size(self) -> int:
        """Return how many blocks are scored at once."""
        ...

    def submit(self, block: Block) -> Pending:
        """Have a block scored."""
        ...


Hire = Callable[[Scorer], AbstractContextManager[Crew]]


class Threads:
    """Threads of this process; the engine computes outside the interpreter's lock.

    Parameters
    ----------
    scorer
        What they score with.
    size
        How many they are.
    """

    def __init__(self, scorer: Scorer, size: int) -> None:
        self._scorer = scorer
        self._pool = ThreadPoolExecutor(size, thread_name_prefix="score")
        self.size = size

    def submit(self, block: Block) -> Pending:
        """Have a block scored."""
        return self._pool.submit(self._scorer.score, block)

    def __enter__(self) -> Threads:
        return self

    def __exit__(self, *raised: object) -> None:
        """Wait for what is under way, and begin nothing more."""
        self._pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a run is."""

    rows: int
    rejected: int
    share: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """What a run has done.

    Attributes
    ----------
    rows, rejected
        How many rows there were, and how many of them were rejected.
    resumed
        How many of the rows had been done by an earlier run.
    """

    rows: int
    rejected: int
    resumed: int = 0


@dataclass(frozen=True, kw_only=True)
class Run:
    """One table, to be scored into one result.

    Parameters
    ----------
    reader
        The table.
    result, rejected
        Where the good rows go, and where the others are told.
    work
        Directory of the parts and the journal, beside the result.
    about
        What must be the same for the run to go on after an end: hashes and wishes by name.
    advance
        Is told after every block how far the run is.
    stopped
        Is asked between blocks whether to stop.
    """

    reader: BlockReader
    result: Result
    rejected: RejectedRows
    work: Path
    about: Mapping[str, Any]
    advance: Callable[[Progress], None] = field(default=lambda _: None)
    stopped: Callable[[], bool] = field(default=lambda: False)

    def go(
        self,
        prepare: Callable[[Mapping[str, Habit] | None], Scorer],
        hire: Hire,
    ) -> Summary:
        """Score the table, or what an earlier run has left of it.

        Parameters
        ----------
        prepare
            Returns the scorer; it is given the habits of the texts that an earlier run has
            surveyed, or None.
        hire
            Returns a context manager of the crew for a scorer.

        Raises
        ------
        ResumeRefused
            If the input, the model, the policy or the wishes are not those of the run that was
            begun.
        WorkTaken
            If another run is at work here.
        Stopped
            If it was asked to stop; the work that is done is kept.
        """
        with _taken(self.work):
            journal = Journal(self.work, self.about)
            noted = journal.open()
            scorer = prepare(_habits(noted) if noted else None)
            if not noted:
                habits = {name: asdict(habit) for name, habit in scorer.habits.items()}
                journal.begin({"habits": habits})
            resumed = sum(one.rows for one in journal.done)
            with hire(scorer) as crew:
                self._score(journal, scorer, crew)
            self._assemble(journal)
        shutil.rmtree(self.work)
        return _summary(journal, resumed)

    def _score(self, journal: Journal, scorer: Scorer, crew: Crew) -> None:
        start = journal.end if journal.done else None
        if any(one.digest for one in journal.done):
            blocks = self._compared(journal, scorer)
        else:
            blocks = self.reader.blocks(scorer.columns.all, start=start)
        for scored in in_order(blocks, crew, self.stopped):
            self.result.write_part(self.work, scored)
            self.rejected.write_part(self.work, scored)
            bad = count_rejected(scored.rejected)
            done = Done(rows=scored.rows, rejected=bad, end=scored.end, digest=scored.digest)
            journal.append(done)
            self.advance(self._progress(journal))
        if self.stopped() and journal.end.offset < self.reader.size:
            raise Stopped(rows=sum(one.rows for one in journal.done))
        if not journal.done:
            self.result.write_part(self.work, scorer.score(empty_block(scorer.columns.all)))

    def _compared(self, journal: Journal, scorer: Scorer) -> Iterator[Block]:
        """Read from the beginning; what is done must be as it was then."""
        done = journal.done[:]
        for block in self.reader.blocks(scorer.columns.all):
            if block.number >= len(done):
                yield block
            elif block.digest != done[block.number].digest:
                raise ResumeRefused(path=self.work, what=f"the input (block {block.number})")

    def _progress(self, journal: Journal) -> Progress:
        summary = _summary(journal, 0)
        share = journal.end.offset / max(self.reader.size, 1)
        return Progress(rows=summary.rows, rejected=summary.rejected, share=min(share, 1.0))

    def _assemble(self, journal: Journal) -> None:
        blocks = max(len(journal.done), 1)
        self.rejected.assemble(self.work, blocks)
        self.result.assemble(self.work, blocks)


def in_order(
    blocks: Iterator[Block], crew: Crew, stopped: Callable[[], bool]
) -> Iterator[ScoredBlock]:
    """Have blocks scored, some ahead, and return them in their order; stop between two."""
    waiting: deque[Pending] = deque()
    for block in blocks:
        if stopped():
            break
        waiting.append(crew.submit(block))
        if len(waiting) > crew.size * AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


def _habits(noted: Mapping[str, Any]) -> dict[str, Habit]:
    return {
        name: Habit(**{**habit, "nothing": tuple(habit["nothing"])})
        for name, habit in noted["habits"].items()
    }


def _summary(journal: Journal, resumed: int) -> Summary:
    return Summary(
        rows=sum(one.rows for one in journal.done),
        rejected=sum(one.rejected for one in journal.done),
        resumed=resumed,
    )


@contextmanager
def _taken(work: Path) -> Iterator[None]:
    """Hold the directory against other runs; the hold ends with the process, however it ends."""
    work.mkdir(parents=True, exist_ok=True)
    with (work / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise WorkTaken(path=work) from None
        yield
