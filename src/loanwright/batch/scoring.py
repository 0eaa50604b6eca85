"""From a block of rows to PD, score, grade, outcome and four reasons, as for one application."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from loanwright.batch.assessed import Assessed
from loanwright.batch.blocks import Block, BlockReader, Place
from loanwright.batch.choosing import ChosenColumns
from loanwright.batch.deciding import NO_REASON, OUTCOMES, Decider
from loanwright.batch.doubts import reservations_of
from loanwright.batch.encoding import Encoder
from loanwright.batch.errors import ColumnNameTaken, RejectedField
from loanwright.batch.facts import given_facts
from loanwright.decisioning.decide import MOST_REASONS
from loanwright.decisioning.policy import Policy
from loanwright.decisioning.reservation import Reservation
from loanwright.errors import LoanwrightError
from loanwright.explanation.reasons import reason_text
from loanwright.features.columns import facts_from_columns, matrix_from_columns
from loanwright.features.product import Product
from loanwright.features.tidying import Habit, Survey
from loanwright.packaging.basis import reference_of
from loanwright.packaging.package import ModelPackage

LINE: Final = "line"
REASONS: Final = tuple(f"reason_{place}" for place in range(1, MOST_REASONS + 1))
TEXTS: Final = tuple(f"{name}_text" for name in REASONS)
ANSWERS: Final = ("probability_of_default", "score", "grade", "outcome", *REASONS, *TEXTS)
NOT_ASSESSABLE: Final = "The model gives no finite answer for this row."


@dataclass(frozen=True, kw_only=True, slots=True)
class ScoredBlock:
    """The answers for one block.

    Attributes
    ----------
    number
        The block's.
    frame
        One row for each good one, in their order: what passes through, or the line, then
        ``probability_of_default``, ``score``, ``grade``, ``outcome``, ``reason_1`` to
        ``reason_4`` and, where asked for, their texts.
    rejected
        What is wrong with the other rows, by line.
    rows
        How many rows there were, good and bad.
    end
        Where the next block begins.
    digest
        The block's.
    """

    number: int
    frame: pl.DataFrame = field(repr=False)
    rejected: tuple[RejectedField, ...]
    rows: int
    end: Place
    digest: str = ""


@dataclass(frozen=True, kw_only=True)
class Scorer:
    """A package and a policy, ready for the blocks of one table.

    Parameters
    ----------
    package
        The model, its product and segment.
    policy
        The rule book.
    columns
        What of the table is what, as ``choose_columns`` returns it.
    habits
        How its texts are written, as ``survey`` returns it.
    language
        Language of the reasons' texts beside their codes; empty for codes alone.
    numbered
        Whether the answers begin with the line of their row.
    product
        What lays down credits and names means; None takes the dictionary of the package.

    Raises
    ------
    ColumnNameTaken
        If a column that passes through is called as one of the answers.
    SegmentHasNoCutoffs
        If the policy does not know the segment.
    """

    package: ModelPackage = field(repr=False)
    policy: Policy = field(repr=False)
    columns: ChosenColumns
    habits: Mapping[str, Habit] = field(default_factory=dict)
    language: str = ""
    numbered: bool = True
    product: Product | None = None

    def __post_init__(self) -> None:
        """Refuse before the work begins what would fail in its midst."""
        self.policy.cutoff_outcome(self.package.segment, 0)
        for column in self.columns.kept:
            if column in (*ANSWERS, LINE):
                raise ColumnNameTaken(column=column)

    def score(self, block: Block) -> ScoredBlock:
        """Return the answers for a block; bad rows are told apart, good ones go on.

        Every number has the bits that the row would get alone; outcome and reasons are those of
        ``loanwright.decisioning.decide``.
        """
        encoded = self._encoder.encode(block)
        rows, rejected = encoded.kept, [*block.rejected, *encoded.rejected]
        product, segment = self.package.product, self.package.segment
        matrix = matrix_from_columns(product, segment, encoded.columns)
        answer = self._assess(matrix)
        if not answer.good.all():
            rejected += [_not_assessable(line) for line in block.lines[rows[~answer.good]].tolist()]
            rows, matrix = rows[answer.good], matrix[answer.good]
            kept = {name: column[answer.good] for name, column in encoded.columns.items()}
            answer = answer.only_good()
        else:
            kept = dict(encoded.columns)
        facts = facts_from_columns(product, segment, kept, names=self.policy.names())
        assessed = self._assessed_as(answer, reservations_of(self.package, matrix, kept))
        given = given_facts(self.product or product, self.policy, kept, assessed)
        decided = self._decider.decide(assessed, answer.contributions, facts, given)
        frame = self._frame(block, rows, answer)
        frame = frame.with_columns(
            pl.Series("outcome", [str(one) for one in OUTCOMES]).gather(decided.outcomes),
            *self._reasons(decided.reasons),
        )
        return ScoredBlock(
            number=block.number,
            frame=frame,
            rejected=tuple(sorted(rejected, key=lambda one: one.line)),
            rows=block.rows,
            end=block.end,
            digest=block.digest,
        )

    def _assessed_as(
        self, answer: _Answer, reservations: Sequence[Sequence[Reservation]]
    ) -> Assessed:
        scale = self.package.assessor.scale
        return Assessed(
            scores=answer.scores,
            probabilities=answer.probabilities,
            grades=scale.grade_index(answer.scores),
            names=tuple(grade.name for grade in scale.grades),
            inputs=self.package.features,
            reservations=reservations,
        )

    def _frame(self, block: Block, rows: NDArray[np.int64], answer: _Answer) -> pl.DataFrame:
        scale = self.package.assessor.scale
        names = pl.Series("grade", [grade.name for grade in scale.grades], dtype=pl.String)
        whole = len(rows) == len(block.frame)
        frame = block.frame if whole else block.frame[rows]
        passed = [frame.get_column(name) for name in self.columns.kept]
        lines = [pl.Series(LINE, block.lines[rows])] if self.numbered else []
        return pl.DataFrame(
            [
                *lines,
                *passed,
                pl.Series("probability_of_default", answer.probabilities),
                pl.Series("score", answer.scores),
                names.gather(scale.grade_index(answer.scores)),
            ]
        )

    def _reasons(self, reasons: NDArray[np.int32]) -> list[pl.Series]:
        vocabularies = [(REASONS, self._decider.codes)]
        if self.language:
            vocabularies.append((TEXTS, self._texts))
        columns = []
        for names, words in vocabularies:
            known = pl.Series([*words, None], dtype=pl.String)
            for place, name in enumerate(names):
                at = np.where(reasons[:, place] == NO_REASON, len(words), reasons[:, place])
                columns.append(known.gather(at).alias(name))
        return columns

    @cached_property
    def _encoder(self) -> Encoder:
        return Encoder(
            product=self.package.product,
            segment=self.package.segment,
            columns=self.columns.features,
            habits=self.habits,
        )

    @cached_property
    def _decider(self) -> Decider:
        return Decider(
            policy=self.policy,
            segment=self.package.segment,
            dictionary=self.package.product.features,
            features=self.package.features,
            reference=reference_of(self.package, self.policy, self.package.segment),
            unnamed=self.package.assessor.unnamed,
        )

    @cached_property
    def _texts(self) -> tuple[str, ...]:
        product = self.package.product
        texts = []
        for reason in self._decider.reasons:
            text = reason_text(product, reason, policy=self.policy)
            texts.append(text.in_language(self.language))
        return tuple(texts)

    def _assess(self, matrix: NDArray[np.float64]) -> _Answer:
        """Assess all rows at once; where that fails, halves, so that a bad row fails alone."""
        try:
            return self._assessed(matrix)
        except LoanwrightError:
            if len(matrix) < 2:
                return _Answer.none(*matrix.shape)
        middle = len(matrix) // 2
        return _Answer.joined(self._assess(matrix[:middle]), self._assess(matrix[middle:]))

    def _assessed(self, matrix: NDArray[np.float64]) -> _Answer:
        assessor = self.package.assessor
        log_odds, contributions = assessor.runtime.explain(matrix)
        calibrated = assessor.calibration.apply(log_odds)
        total = log_odds + assessor.runtime.base + contributions.sum(axis=1)
        return _Answer(
            probabilities=assessor.scale.probability(calibrated),
            scores=assessor.scale.score(calibrated),
            contributions=contributions,
            good=np.isfinite(total),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Answer:
    """What the model says of n rows, and for which of them it says something."""

    probabilities: NDArray[np.float64]
    scores: NDArray[np.int64]
    contributions: NDArray[np.float64]
    good: NDArray[np.bool_]

    @staticmethod
    def none(rows: int, width: int) -> _Answer:
        return _Answer(
            probabilities=np.zeros(rows),
            scores=np.zeros(rows, dtype=np.int64),
            contributions=np.zeros((rows, width)),
            good=np.zeros(rows, dtype=bool),
        )

    @staticmethod
    def joined(one: _Answer, other: _Answer) -> _Answer:
        return _Answer(
            probabilities=np.concatenate([one.probabilities, other.probabilities]),
            scores=np.concatenate([one.scores, other.scores]),
            contributions=np.concatenate([one.contributions, other.contributions]),
            good=np.concatenate([one.good, other.good]),
        )

    def only_good(self) -> _Answer:
        return _Answer(
            probabilities=self.probabilities[self.good],
            scores=self.scores[self.good],
            contributions=self.contributions[self.good],
            good=self.good[self.good],
        )


def _not_assessable(line: int) -> RejectedField:
    code = "row_not_assessable"
    return RejectedField(line=line, field="", code=code, message=NOT_ASSESSABLE)


def survey(reader: BlockReader, columns: Sequence[str]) -> dict[str, Habit]:
    """Return how each column of texts is written; reads them all once, block by block."""
    texts = reader.texts(columns)
    surveys = {name: Survey() for name in texts}
    if texts:
        for block in reader.blocks(texts):
            for name, one in surveys.items():
                one.add(block.frame.get_column(name))
    return {name: one.habit() for name, one in surveys.items()}


def score_blocks(
    reader: BlockReader, scorer: Scorer, *, start: Place | None = None
) -> Iterator[ScoredBlock]:
    """Score a table block by block, from a place between two blocks on.

    Parameters
    ----------
    reader
        The table.
    scorer
        As for this table: its columns chosen, its habits surveyed.
    start
        ``ScoredBlock.end`` of the last block that is done; None for the beginning.
    """
    return map(scorer.score, reader.blocks(scorer.columns.all, start=start))


def count_rejected(rejected: Iterable[RejectedField]) -> int:
    """Return how many rows were rejected, each with one problem or more."""
    return len({one.line for one in rejected})
