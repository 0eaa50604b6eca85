"""Which changes the rules of a policy leave open, found rule by rule and not path by path."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from loanwright.decisioning.language import names_of
from loanwright.decisioning.policy import Policy
from loanwright.decisioning.rule import Rule
from loanwright.explanation.paths_space import Picks, Space
from loanwright.features.columns import decode
from loanwright.features.product import Product
from loanwright.features.program import compile_program, evaluate
from loanwright.features.records import Value


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ReadableRule:
    """A rule that reads features alone, and which moves can change its answer."""

    rule: Rule
    names: tuple[str, ...]
    moves: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Rulebook:
    """The rules of a segment as a search sees them.

    Attributes
    ----------
    readable
        Rules that read nothing but features of the record: whether they fire follows from the
        values that are picked.
    whole
        Whether these are all that the policy asks beside the score; if not, a pick that they
        let pass may still be refused when it is decided.
    """

    product: Product
    segment: str
    space: Space
    readable: tuple[ReadableRule, ...]
    whole: bool

    def lets_pass(self, picks: Picks, among: Collection[int] | None = None) -> NDArray[np.bool_]:
        """Return (n,) whether no readable rule fires, or stays open, for (n, m) picks.

        With ``among``, only rules are asked whose answer depends on these moves.
        """
        passed = np.ones(len(picks), dtype=np.bool_)
        for one in self.readable:
            if among is None or not set(one.moves).isdisjoint(among):
                passed &= self._passes(one, picks)
        return passed

    def blocking(self) -> str | None:
        """Return the code of a rule that fires whatever is changed, None if there is none."""
        present = np.zeros((1, len(self.space.moves)), dtype=np.int64)
        fixed = (one for one in self.readable if not one.moves)
        return next((o.rule.code for o in fixed if not self._passes(o, present)[0]), None)

    def _passes(self, one: ReadableRule, picks: Picks) -> NDArray[np.bool_]:
        """Ask a rule once for each combination of what it reads, not once for each pick."""
        sizes = [len(self.space.moves[place].values) for place in one.moves]
        known, answers = np.zeros(len(picks), dtype=np.int64), 1
        for place, size in zip(one.moves, sizes, strict=True):
            known, answers = known * size + picks[:, place], answers * size
        asked, first, back = np.unique(known, return_index=True, return_inverse=True)
        facts = self._facts(one, picks[first])
        passed = np.array([one.rule.fires(fact) is False for fact in facts], dtype=np.bool_)
        return passed.reshape(len(asked))[back.reshape(-1)]

    def _facts(self, one: ReadableRule, picks: Picks) -> Iterator[dict[str, Value]]:
        program = compile_program(self.product.features, one.names)
        raw = self.space.raw(picks)
        table = evaluate(program, np.stack([raw[name] for name in program.inputs]))
        features = [self.product.features[name] for name in one.names]
        for row in table.tolist():
            yield {f.name: decode(f, value) for f, value in zip(features, row, strict=True)}


def rulebook_of(policy: Policy, product: Product, segment: str, space: Space) -> Rulebook:
    """Return the rules that a search can read ahead.

    Parameters
    ----------
    policy, product, segment
        Whose rules.
    space
        What can be changed.
    """
    rules = [rule for rule in policy.rules if rule.concerns(segment)]
    own = {one.name for one in policy.computed}
    read = [_readable(rule, product, space, own) for rule in rules]
    return Rulebook(
        product=product,
        segment=segment,
        space=space,
        readable=tuple(one for one in read if one is not None),
        whole=None not in read and policy.humility is None and not policy.terms,
    )


def _readable(
    rule: Rule, product: Product, space: Space, own: Collection[str]
) -> ReadableRule | None:
    names = tuple(sorted(names_of(rule.node)))
    features = [product.features.get(name) for name in names]
    needed = {raw for one in features if one is not None for raw in one.depends_on}
    if not names or None in features or not needed <= space.columns.keys() or {*names} & {*own}:
        return None
    moved = [place for place, one in enumerate(space.moves) if one.feature.name in needed]
    return ReadableRule(rule=rule, names=names, moves=tuple(moved))


def changed_record(record: Mapping[str, Value], space: Space, pick: Picks) -> dict[str, Value]:
    """Return the record with the values of one (m,) pick."""
    changed = dict(record)
    for place, move in enumerate(space.moves):
        if pick[place]:
            changed[move.feature.name] = decode(move.feature, float(move.values[pick[place]]))
    return changed
