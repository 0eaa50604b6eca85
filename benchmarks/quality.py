"""How well every family ranks, how honest its probabilities are, and what others would reach.

Three outer folds of every data set, rows alike in everything kept together. Nothing about the
rows held out is known to anything before they are judged: the product file is drafted from the
rows to learn from (``benchmarks/quality_data.py``), families are compared and the champion is
chosen on inner folds of those rows, by the functions that ``loanwright train`` uses, and every
model is calibrated by what it said about rows that the inner folds held out. Unlike ``train``,
which keeps a fifth of its sample for the report, the outer folds are that fifth here.

AUCs are means over the folds. Differences are paired (DeLong) within each fold and joined; the
p-values of a data set are corrected for being several (Holm). Set ``LOANWRIGHT_BENCH_DATA`` to a
directory with the tables that may not be given away; without it the bundled two are measured.
``LOANWRIGHT_BENCH_MINUTES`` ends the measuring early: what was measured so far is told, and the
next run goes on. Seconds are of the processor, divided by its two cores, of inner folds and
final fit.
"""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import numpy as np

from benchmarks.quality_data import Table, available, outer_folds, read
from benchmarks.quality_pieces import FREE, PRICED, Piece, make_pieces, models, piece
from loanwright.calibration.fit import fit_calibration
from loanwright.metrics.calibration_error import calibration_error
from loanwright.metrics.comparison import holm
from loanwright.metrics.probability import brier, calibration_line
from loanwright.models.blending import blend
from loanwright.models.choosing import compare
from loanwright.models.criteria import AUC, fold_gap
from loanwright.models.crossfit import Candidate, OutOfFold, Task
from loanwright.models.registry import FAMILIES
from loanwright.sampling import Fold

CHAMPION, BEST, PLAIN = "champion", "best on inner folds", "plain LightGBM"
CORES: Final = 2
MANY: Final = 10_000
#: Mean AUC to reach, by data set: the champion and the scorecard.
AT_LEAST: Final[Mapping[str, tuple[float, float]]] = MappingProxyType(
    {
        "gmsc": (0.8665, 0.856),
        "heloc": (0.799, 0.793),
        "taiwan": (0.788, 0.769),
        "german": (0.797, 0.789),
    }
)
MOST_SECONDS: Final = 600
SLOPE: Final = (0.95, 1.05)
MOST_ECE: Final = 0.01
MOST_PRICE: Final = 0.007


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a model said about the rows that one outer fold held out.

    Attributes
    ----------
    label, log_odds
        Of these rows; calibrated where the model was.
    calibrated
        Whether it was.
    seconds
        Of inner folds and final fit, on two cores.
    words
        What else is to be told, such as which family a champion is.
    """

    label: Any
    log_odds: Any
    calibrated: bool
    seconds: float
    words: str = ""


def run() -> dict[str, Any]:
    """Measure every data set that is here; pieces measured before are taken from disk."""
    figures: dict[str, Any] = {"targets": []}
    until = time.monotonic() + 60 * float(os.environ.get("LOANWRIGHT_BENCH_MINUTES", "inf"))
    for data in available():
        table = read(data)
        for seed in range(data.repeats):
            make_pieces(table, seed=seed, wanted=models(), until=until)
        figures |= summarise(table, figures["targets"])
    return figures


def summarise(table: Table, targets: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the tables of a data set from the pieces that are there, and add its targets."""
    whole: dict[str, list[Said]] = {}
    folds = [outer_folds(table, seed) for seed in range(table.data.repeats)]
    for seed, divided in enumerate(folds):
        pieces = [_pieces(table, seed, fold) for fold in range(len(divided))]
        there = set.intersection(*(set(one) for one in pieces))
        for (learned, held), found in zip(divided, pieces, strict=True):
            kept = {model: one for model, one in found.items() if model in there}
            for model, one in _all_said(table, learned, held, kept).items():
                whole.setdefault(model, []).append(one)
    if not whole:
        return {}
    rows = _rows(whole)
    targets += _targets(table, rows, whole)
    result: dict[str, Any] = {table.data.title: rows}
    chosen = [one.words for one in whole.get(CHAMPION, [])]
    if chosen:
        counted = {words: chosen.count(words) for words in sorted(set(chosen))}
        result[f"{table.data.title}: champion of each fold"] = counted
    return result


def _pieces(table: Table, seed: int, fold: int) -> dict[str, Piece]:
    found = {model: piece(table, seed=seed, fold=fold, model=model) for model in models()}
    return {model: one for model, one in found.items() if one is not None}


def _all_said(table: Table, learned: Any, held: Any, pieces: dict[str, Piece]) -> dict[str, Said]:
    label, seen = table.label[held], table.label[learned]
    said = {model: _said(one, seen, label) for model, one in pieces.items()}
    families = {model: one for model, one in pieces.items() if one.inner}
    if len(families) < 2:
        return said
    seconds = sum(one.seconds for model, one in said.items() if model in families)
    task = _task(seen, next(iter(families.values())))
    results: list[OutOfFold] = [
        OutOfFold(candidate=Candidate(family=model), log_odds=one.inner, seconds=one.seconds)
        for model, one in families.items()
    ]
    mixed = blend(task, results)
    if mixed is not None:
        weights = mixed.candidate.settings["weights"]
        outer = sum(weight * families[family].outer for family, weight in weights.items())
        whole = _blended(mixed, families, outer, seconds)
        words = ", ".join(f"{family} {weight:.2f}" for family, weight in weights.items())
        said["blend"] = _said(whole, seen, label, words=words)
        results.append(mixed)
    comparison = compare(task, results)
    for name, family in ((CHAMPION, comparison.chosen), (BEST, comparison.best)):
        one = said[family]
        said[name] = Said(
            label=label, log_odds=one.log_odds, calibrated=True, seconds=seconds, words=family
        )
    return said


def _blended(mixed: OutOfFold, families: dict[str, Piece], outer: Any, seconds: float) -> Piece:
    first = next(iter(families.values()))
    return Piece(
        model="blend",
        inner=mixed.log_odds,
        inner_rows=first.inner_rows,
        outer=outer,
        seconds=seconds,
        processor=seconds * CORES,
    )


def _said(one: Piece, seen: Any, label: Any, *, words: str = "") -> Said:
    log_odds = one.outer
    if one.inner:
        rows = np.concatenate(one.inner_rows)
        log_odds = fit_calibration(np.concatenate(one.inner), seen[rows]).apply(log_odds)
    return Said(
        label=label,
        log_odds=np.asarray(log_odds),
        calibrated=bool(one.inner),
        seconds=one.processor / CORES,
        words=words,
    )


def _task(seen: Any, one: Piece) -> Task:
    folds = tuple(Fold(fit=rows, judged=rows) for rows in one.inner_rows)
    return Task(matrix=np.empty((len(seen), 0)), default=seen, columns=(), folds=folds)


def _rows(said: dict[str, list[Said]]) -> list[dict[str, Any]]:
    rows = [_row(model, folds) for model, folds in sorted(said.items(), key=_order)]
    if PLAIN not in said:
        return rows
    others = [row for row in rows if row["model"] != PLAIN]
    gaps = [_gap(said[row["model"]], said[PLAIN]) for row in others]
    for row, gap, p in zip(others, gaps, holm([gap.p_value for gap in gaps]), strict=True):
        row["better than plain LightGBM by"] = f"{gap.value:+.4f}"
        row["standard error"] = f"{gap.error:.4f}"
        row["p (Holm)"] = f"{p:.2g}"
    return rows


def _order(pair: tuple[str, list[Said]]) -> tuple[int, str]:
    model = pair[0]
    family = model.removesuffix(FREE)
    known = (CHAMPION, BEST, *FAMILIES)
    place = known.index(family) if family in known else len(known)
    return place, model


def _gap(first: list[Said], second: list[Said]) -> Any:
    # Repeats judge the same rows again: only the first draw is tested, or errors would shrink.
    labels = tuple(one.label for one in first[:3])
    said = [tuple(one.log_odds for one in folds[:3]) for folds in (first, second)]
    return fold_gap(AUC(), labels, said[0], said[1])


def _row(model: str, folds: list[Said]) -> dict[str, Any]:
    aucs = [AUC().value(one.label, one.log_odds) for one in folds]
    row = {
        "model": model,
        "folds": len(folds),
        "mean AUC": f"{np.mean(aucs):.4f}",
        "SD": f"{np.std(aucs, ddof=1):.4f}",
        "slope": "–",
        "ECE": "–",
        "Brier": "–",
        "seconds": round(float(np.mean([one.seconds for one in folds])), 1),
        "better than plain LightGBM by": "–",
        "standard error": "–",
        "p (Holm)": "–",
    }
    if folds[0].calibrated:
        label = np.concatenate([one.label for one in folds])
        risk = 1 / (1 + np.exp(-np.concatenate([one.log_odds for one in folds])))
        row["slope"] = f"{calibration_line(label, risk).slope.value:.3f}"
        row["ECE"] = f"{calibration_error(label, risk, replicates=100).ece.value:.4f}"
        row["Brier"] = f"{brier(label, risk).value:.4f}"
    return row


def _targets(
    table: Table, rows: list[dict[str, Any]], said: dict[str, list[Said]]
) -> list[dict[str, Any]]:
    found = {row["model"]: row for row in rows}
    title, result = table.data.title, []

    def add(what: str, wanted: str, value: str, reached: bool) -> None:
        answer = "yes" if reached else "no"
        row = {"data": title, "what": what, "wanted": wanted, "measured": value}
        result.append(row | {"reached": answer})

    champion, scorecard = found.get(CHAMPION), found.get("scorecard")
    wanted = AT_LEAST.get(table.data.name)
    for what, row, place in (("champion", champion, 0), ("scorecard", scorecard, 1)):
        if row and wanted:
            value = row["mean AUC"]
            add(f"AUC, {what}", f"≥ {wanted[place]}", value, float(value) >= wanted[place])
    if champion and PLAIN in found:
        gap = champion["better than plain LightGBM by"]
        many = len(table.label) >= MANY
        sure = float(champion["p (Holm)"]) < 0.05
        told = f"{gap} (p {champion['p (Holm)']})"
        threshold = "> 0, p < 0.05" if many else "> 0"
        add("champion less plain LightGBM", threshold, told, float(gap) > 0 and (sure or not many))
    if champion and len(table.label) >= MANY:
        slope, ece = float(champion["slope"]), float(champion["ECE"])
        add("calibration slope", "0.95–1.05", f"{slope:.3f}", SLOPE[0] <= slope <= SLOPE[1])
        add("ECE", f"≤ {MOST_ECE}", f"{ece:.4f}", ece <= MOST_ECE)
    if champion:
        seconds = champion["seconds"]
        add("seconds to the champion", f"≤ {MOST_SECONDS}", f"{seconds:.0f}", seconds <= 600)
    for family in PRICED:
        free = said.get(f"{family}{FREE}")
        if free and family in said:
            gap = _gap(free, said[family])
            price = gap.value / float(found[f"{family}{FREE}"]["mean AUC"])
            add(f"price of directions, {family}", "≤ 0.7 %", f"{price:.2%}", price <= MOST_PRICE)
    return result
