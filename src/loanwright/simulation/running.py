"""A whole simulation: blocks are scored and decided side by side, and counted in their order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from loanwright.batch.assessed import Assessed
from loanwright.batch.doubts import reservations_of
from loanwright.batch.facts import facts_of, given_facts
from loanwright.decisioning.money import minor_units
from loanwright.features.columns import facts_from_columns, matrix_from_columns
from loanwright.features.product import Product
from loanwright.simulation.applications import (
    Applications,
    AskedCredit,
    Version,
    check_names,
)
from loanwright.simulation.columns import OutcomeColumns, decide_columns
from loanwright.simulation.errors import NothingToSimulate, PricesRefused
from loanwright.simulation.prices import Lending, Prices, money
from loanwright.simulation.scoring import assess, only
from loanwright.simulation.tally import NOT_BEFORE, REALS, WHOLES, Cells, Tally

#: Blocks that are read ahead of each thread.
AHEAD: Final = 2
ALL: Final = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Counted:
    """What was counted of one version.

    Attributes
    ----------
    version
        The one.
    cells
        By column to group by, and under the empty name of all applications.
    groups
        Values of each column, by their places in the cells.
    """

    version: Version
    cells: Mapping[str, Cells] = field(repr=False)
    groups: Mapping[str, tuple[str, ...]] = field(repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Counts:
    """What was counted of all versions.

    Attributes
    ----------
    versions
        Each with the same applications.
    segments
        By their places in the cells.
    applications, rejected, not_assessable
        How many were counted; could not be read; got no finite answer from a model.
    """

    versions: tuple[Counted, ...]
    segments: tuple[str, ...]
    applications: int
    rejected: int
    not_assessable: int


@dataclass(frozen=True, kw_only=True)
class Simulator:
    """Tries versions on applications.

    Parameters
    ----------
    versions
        To be compared; every one decides every application.
    against
        The version that swap sets compare with; None compares with what was decided then.
    by
        Columns of the applications to group by, besides ``segment`` and ``grade``.
    prices
        What lending costs; None computes no money.
    currency
        Of the amounts in policies' terms, which are whole units.
    product
        Whose terms lay down the credits by which means and payments are computed; None takes
        that of each version.
    """

    versions: Sequence[Version]
    against: Version | None = None
    by: Sequence[str] = ()
    prices: Prices | None = None
    currency: str = "EUR"
    product: Product | None = None

    def __post_init__(self) -> None:
        """Refuse versions that nobody could tell apart."""
        check_names(self.versions)

    def count(
        self,
        blocks: Iterable[Applications],
        *,
        threads: int = 1,
        advance: Callable[[int, float], None] = lambda _rows, _share: None,
        stopped: Callable[[], bool] = lambda: False,
    ) -> Counts:
        """Decide and count all applications.

        Parameters
        ----------
        blocks
            The applications; each block is let go when it is counted.
        threads
            How many blocks are decided side by side; the result is the same.
        advance
            Is told after every block how many rows are done, and the share.
        stopped
            Is asked between blocks; what was counted until then is returned.

        Raises
        ------
        NothingToSimulate
            Where there is no application.
        """
        counter = _Counter(self)
        with ThreadPoolExecutor(threads, thread_name_prefix="simulate") as pool:
            for block in _in_order(blocks, self.judge, pool, threads):
                counter.add(block)
                advance(counter.applications, block.share)
                if stopped():
                    break
        if not counter.applications:
            raise NothingToSimulate(why="nothing was decided yet, or no row could be read")
        return counter.counts()

    def judge(self, block: Applications) -> _Block:
        """Let every version decide a block."""
        tried = [_answers(one, block) for one in self._all]
        good = np.ones(len(block), dtype=np.bool_)
        for _, finite in tried:
            good &= finite
        decided = [
            self._decided(one, block, only(answers, good), good)
            for one, (answers, _) in zip(self._all, tried, strict=True)
        ]
        return _Block(
            segment=block.segment,
            decided=decided[: len(self.versions)],
            before=self._before(block, decided, good),
            known=block.known[good],
            groups={
                name: (block.groups[name].places[good], block.groups[name].names)
                for name in self.by
                if name in block.groups
            },
            share=block.share,
            rejected=block.rejected,
            not_assessable=int((~good).sum()),
        )

    @property
    def _all(self) -> list[Version]:
        extra = self.against
        known = extra is None or any(one is extra for one in self.versions)
        return [*self.versions] if known or extra is None else [*self.versions, extra]

    def _before(
        self, block: Applications, decided: Sequence[_Decided], good: NDArray[np.bool_]
    ) -> NDArray[np.int8]:
        if self.against is not None:
            place = next(at for at, one in enumerate(self._all) if one is self.against)
            return decided[place].outcomes.outcomes
        if block.before is None:
            return np.full(int(good.sum()), NOT_BEFORE, dtype=np.int8)
        return block.before[good]

    def _decided(
        self, version: Version, block: Applications, answers: Assessed, good: NDArray[np.bool_]
    ) -> _Decided:
        product = version.dictionary(block.segment)
        columns = block.columns[product.hash]
        if not good.all():
            columns = {name: column[good] for name, column in columns.items()}
        known = facts_of(
            facts_from_columns(product, block.segment, columns, names=version.policy.names()),
            product.features,
        )
        given = given_facts(self.product or product, version.policy, columns, answers)
        outcomes = decide_columns(
            version.policy,
            segment=block.segment,
            facts={**given, **known},
            assessed=answers,
        )
        return _Decided(
            answers=answers,
            outcomes=outcomes,
            money=self._money(block.asked.only(good), outcomes, answers),
        )

    def _money(
        self, asked: AskedCredit, outcomes: OutcomeColumns, answers: Assessed
    ) -> NDArray[np.int64]:
        if self.prices is None:
            return np.zeros((len(answers.scores), len(WHOLES) - 1), dtype=np.int64)
        lending, lent = lending_of(asked, outcomes, minor_units(self.currency))
        found = money(lending, self.prices, answers.probabilities)
        found[~lent] = 0
        return found


def lending_of(
    asked: AskedCredit, outcomes: OutcomeColumns, minor: int
) -> tuple[Lending, NDArray[np.bool_]]:
    """Return what would be lent, and to whom anything can be.

    What is asked for counts, and where nothing is asked the policy's terms; more than their
    highest amount is not lent.

    Parameters
    ----------
    asked
        Amounts, rates and terms, as far as they are stated.
    outcomes
        With the policy's terms, where it has them.
    minor
        Minor units of one unit of the currency.

    Raises
    ------
    PricesRefused
        Where amount, rate or term is neither stated nor among the policy's terms.
    """
    highest = None if outcomes.amounts is None else outcomes.amounts * minor
    amounts = highest if asked.amounts is None else asked.amounts.astype(np.float64)
    rates = outcomes.rates_bp if asked.rates_bp is None else asked.rates_bp.astype(np.float64)
    for name, known in (("amount", amounts), ("rate", rates), ("term", asked.terms)):
        if known is None:
            raise PricesRefused(problem=f"the {name} is neither stated nor in the policy's terms")
    if highest is not None:
        amounts = np.minimum(amounts, highest)  # type: ignore[arg-type]
    lent = np.isfinite(amounts) & np.isfinite(rates)  # type: ignore[arg-type]
    lending = Lending(
        amounts=np.where(lent, amounts, 1).astype(np.int64),  # type: ignore[arg-type]
        rates_bp=np.where(lent, rates, 0).astype(np.int64),  # type: ignore[arg-type]
        terms=asked.terms,  # type: ignore[arg-type]
    )
    return lending, lent


@dataclass(frozen=True, kw_only=True, slots=True)
class _Decided:
    """What a version makes of a block."""

    answers: Assessed
    outcomes: OutcomeColumns
    money: NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Block:
    """A block that every version has decided."""

    segment: str
    decided: Sequence[_Decided]
    before: NDArray[np.int8]
    known: NDArray[np.int8]
    groups: Mapping[str, tuple[NDArray[np.int64], Sequence[str]]]
    share: float
    rejected: int
    not_assessable: int


class _Counter:
    """Counts blocks in their order."""

    def __init__(self, simulator: Simulator) -> None:
        self._versions = simulator.versions
        columns = (ALL, *simulator.by)
        self._tallies = [{name: Tally(column=name) for name in columns} for _ in self._versions]
        self._segments: dict[str, int] = {}
        self.applications = self._rejected = self._not_assessable = 0

    def add(self, block: _Block) -> None:
        """Count a block."""
        self.applications += len(block.known)
        self._rejected += block.rejected
        self._not_assessable += block.not_assessable
        segment = self._segments.setdefault(block.segment, len(self._segments))
        for tallies, decided in zip(self._tallies, block.decided, strict=True):
            sums = _sums(decided)
            for column, tally in tallies.items():
                tally.add(
                    decided.answers.scores,
                    *sums,
                    group=_group(tally, column, block, decided),
                    segment=np.full(len(block.known), segment, dtype=np.int64),
                    floor=decided.outcomes.floors.astype(np.int64),
                    before=block.before.astype(np.int64),
                    known=block.known.astype(np.int64),
                )

    def counts(self) -> Counts:
        """Return what was counted."""
        return Counts(
            versions=tuple(
                Counted(
                    version=version,
                    cells={name: one.cells() for name, one in tallies.items()},
                    groups={name: one.groups for name, one in tallies.items()},
                )
                for version, tallies in zip(self._versions, self._tallies, strict=True)
            ),
            segments=tuple(self._segments),
            applications=self.applications,
            rejected=self._rejected,
            not_assessable=self._not_assessable,
        )


def _group(tally: Tally, column: str, block: _Block, decided: _Decided) -> NDArray[np.int64]:
    nothing = np.zeros(len(block.known), dtype=np.int64)
    if column == ALL:
        return nothing
    if column == "segment":
        return tally.places(nothing, [block.segment])
    if column == "grade":
        return tally.places(decided.answers.grades, decided.answers.names)
    return tally.places(*block.groups[column])


def _sums(decided: _Decided) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    probable = decided.answers.probabilities
    wholes = np.empty((len(probable), len(WHOLES)), dtype=np.int64)
    wholes[:, 0], wholes[:, 1:] = 1, decided.money
    reals = np.empty((len(probable), len(REALS)))
    reals[:, 0], reals[:, 1] = probable, probable * (1.0 - probable)
    return wholes, reals


def _answers(version: Version, block: Applications) -> tuple[Assessed, NDArray[np.bool_]]:
    """Return what the version's model says, and of which rows it says anything."""
    package = version.packages.get(block.segment)
    if package is None:
        if block.answers is None:
            raise NothingToSimulate(why=f"no model was given for the segment {block.segment}")
        return block.answers, np.ones(len(block), dtype=np.bool_)
    columns = block.columns[package.product.hash]
    matrix = matrix_from_columns(package.product, block.segment, columns)
    answers, finite = assess(package, matrix)
    if version.policy.humility is not None:
        answers = replace(answers, reservations=reservations_of(package, matrix, columns))
    return answers, finite


def _in_order(
    blocks: Iterable[Applications],
    judge: Callable[[Applications], _Block],
    pool: ThreadPoolExecutor,
    threads: int,
) -> Iterator[_Block]:
    waiting: deque[Future[_Block]] = deque()
    for block in blocks:
        waiting.append(pool.submit(judge, block))
        if len(waiting) > threads * AHEAD:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()
