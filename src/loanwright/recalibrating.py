"""A new calibration for a live model, whose ranking stays as it is."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.calibration.anchor import anchor_shift
from loanwright.calibration.curve import Calibration
from loanwright.calibration.fit import Method, choose_calibration, fit_calibration
from loanwright.calibration.venn_abers import venn_abers
from loanwright.engine.load import FILES as MODEL_FILES
from loanwright.errors import Rejected
from loanwright.features.columns import column_specs, matrix_from_columns
from loanwright.metrics.probability import (
    CalibrationLine,
    LineNotFound,
    calibration_line,
    log_loss,
    reliability,
)
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.card import model_card
from loanwright.packaging.contents import common_files, reference_file, report_subject
from loanwright.packaging.groups import protected_groups
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.profiles import profile_file
from loanwright.packaging.verify import VerifiedFiles, read_verified
from loanwright.packaging.write import WrittenPackage, json_bytes, write_package
from loanwright.sampling import Sample, Split, read_sample, split_sample
from loanwright.scaling import Scale
from loanwright.validation.features import feature_summaries
from loanwright.validation.html import render
from loanwright.validation.report import validation_report
from loanwright.validation.samples import ScoredSample

if TYPE_CHECKING:
    import polars as pl

Floats = NDArray[np.float64]
Rows = NDArray[np.int64]

#: The method that leaves the curve as it is, to be anchored alone.
KEEP: Final = "keep"


class RecalibrationRefused(Rejected):
    """The model cannot be recalibrated: {problem}."""


class RankingChanged(Rejected):
    """The new calibration would rank {pairs} neighbouring applicants the other way around."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recalibration:
    """What is wanted, and who answers for it.

    Attributes
    ----------
    by, why
        Who orders it, and on what ground; both are written into the new package.
    method
        ``auto``, ``platt``, ``beta``, ``isotonic``, or ``keep`` for the old curve.
    anchor
        Long-run default rate that the mean probability of the sample shall equal, or None.
    interval
        Whether Venn-Abers intervals are stored with the curve.
    """

    by: str
    why: str
    method: str = "auto"
    anchor: float | None = None
    interval: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class RecalibratedModel:
    """A package with a new calibration.

    Attributes
    ----------
    path, hash
        The new package.
    report
        Its report; ``recalibration`` holds what was done, and figures before and after on rows
        that the new curve has not seen.
    """

    path: Path
    hash: str
    report: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class _Work:
    """Everything that is known about one recalibration."""

    package: ModelPackage
    files: VerifiedFiles
    wish: Recalibration
    sample: Sample
    split: Split
    matrix: Floats
    log_odds: Floats
    curve: Calibration
    seed: int
    trials: tuple[dict[str, Any], ...] = ()

    @property
    def scale(self) -> Scale:
        return self.package.assessor.scale


def recalibrate(
    package_dir: Path,
    table: "pl.DataFrame",
    wish: Recalibration,
    *,
    models_dir: Path,
    seed: int = 0,
) -> RecalibratedModel:
    """Write a package with the same model and a new calibration.

    The newest fifth of the sample (or a drawn one, where the product names no date) is kept from
    the fit and judges both curves. The model file is copied byte for byte; raw log-odds, their
    contributions and the ranking are those of the old package, which is proved on every row.

    Parameters
    ----------
    package_dir
        The package of the live model; it stays as it is.
    table
        polars table with features and labels, of applicants the model has not learned from.
    wish
        What is wanted, and who answers for it.
    models_dir
        Where the new package is written.
    seed
        Of the split and of the folds of "auto".

    Raises
    ------
    RecalibrationRefused
        Where nobody answers for it, or the model has learned from this very sample.
    RankingReversed, CalibrationMethodUnknown, AnchorRefused
        Where the curve cannot be found.
    RankingChanged
        Where rounding would exchange two applicants.
    ColumnsRefused, SampleHasOneClass, TooFewDefaults, SplitRefused, PackageRefused
        Where sample or package do not serve.
    """
    package, files = ModelPackage.load(package_dir), read_verified(package_dir)
    sample = read_sample(package.product, table)
    _refuse_unfit(package, sample, wish)
    split = split_sample(sample.default, applicant=sample.applicant, date=sample.date, seed=seed)
    matrix = matrix_from_columns(package.product, package.segment, sample.columns)
    log_odds = package.assessor.runtime.log_odds(matrix)
    learned = np.sort(np.concatenate([split.development, split.calibration]))
    split = replace(split, development=learned[:0], calibration=learned)
    curve, trials = _curve(package, wish, (log_odds, sample.default), learned, seed)
    _prove_ranking(log_odds, curve)
    work = _Work(
        package=package,
        files=files,
        wish=wish,
        sample=sample,
        split=split,
        matrix=matrix,
        log_odds=log_odds,
        curve=curve,
        seed=seed,
        trials=trials,
    )
    return _written(work, models_dir)


def _refuse_unfit(package: ModelPackage, sample: Sample, wish: Recalibration) -> None:
    if not wish.by.strip() or not wish.why.strip():
        raise RecalibrationRefused(problem="it needs the name of who orders it, and the ground")
    if wish.method == KEEP and wish.anchor is None and not wish.interval:
        raise RecalibrationRefused(problem="to keep the curve without an anchor is no change")
    # An anchor alone looks at no label.
    learns = wish.method != KEEP or wish.interval
    if learns and package.manifest["sample"]["hash"] == sample.hash:
        problem = "it has learned from this very sample; give it later applicants"
        raise RecalibrationRefused(problem=problem)


def _curve(
    package: ModelPackage,
    wish: Recalibration,
    seen: tuple[Floats, NDArray[Any]],
    learned: Rows,
    seed: int,
) -> tuple[Calibration, tuple[dict[str, Any], ...]]:
    log_odds, default = seen[0][learned], seen[1][learned]
    trials: tuple[dict[str, Any], ...] = ()
    if wish.method == KEEP:
        curve = package.assessor.calibration
    else:
        method: Any = wish.method
        if wish.method == "auto":
            choice = choose_calibration(log_odds, default, seed=seed)
            method, trials = choice.method, tuple(one.to_mapping() for one in choice.trials)
        curve = fit_calibration(log_odds, default, method=_method(method), seed=seed)
    if wish.interval:
        curve = replace(curve, interval=venn_abers(log_odds, default))
    if wish.anchor is not None:
        curve = anchor_shift(curve, seen[0], rate=wish.anchor, by=wish.by, why=wish.why)
    return curve, trials


def _method(name: Any) -> Method:
    method: Method = name
    return method


def _prove_ranking(log_odds: Floats, curve: Calibration) -> None:
    calibrated = curve.apply(np.sort(log_odds))
    fallen = int(np.count_nonzero(np.diff(calibrated) < 0))
    if fallen:
        raise RankingChanged(pairs=fallen)


def _written(work: _Work, models_dir: Path) -> RecalibratedModel:
    package = work.package
    assessor = replace(package.assessor, calibration=work.curve)
    report = _report(work)
    facts = _facts(work)
    name = MODEL_FILES[package.family]
    card = model_card(package.product, facts, report).rstrip("\n")
    contents = {
        name: work.files.contents[name],
        **common_files(
            package.product, package.segment, assessor, work.sample.columns, work.log_odds
        ),
        **_reference(work, assessor),
        "report.json": json_bytes(report),
        "report.html": render(report).encode(),
        "card.md": f"{card}\n\n{_card_section(report['recalibration'])}".encode(),
    }
    written: WrittenPackage = write_package(models_dir, facts, contents)
    return RecalibratedModel(path=written.path, hash=written.hash, report=report)


def _reference(work: _Work, assessor: Assessor) -> dict[str, bytes]:
    """Return what the model knows of its own sample, with scores by the new curve."""
    known = work.package.known_sample
    if known is None:
        return {}
    found = reference_file(assessor, known.inputs, work.matrix[work.split.calibration])
    model = (work.package.product, work.package.segment, assessor)
    return found | profile_file(*model, work.sample.columns, work.matrix)


def _facts(work: _Work) -> dict[str, Any]:
    left_out = ("schema", "files")
    facts = {name: fact for name, fact in work.files.manifest.items() if name not in left_out}
    earlier = facts.get("recalibrated", {})
    instead = {"instead_of": earlier["instead_of"]} if "instead_of" in earlier else {}
    if work.wish.method != KEEP and "calibrated_on" in facts:
        # It is no longer true of the curve; that the model was fitted on more rows still is.
        instead = {"instead_of": facts.pop("calibrated_on")}
    return facts | {
        "recalibrated": {
            **instead,
            "seed": work.seed,
            "from": work.package.hash,
            "by": work.wish.by.strip(),
            "why": work.wish.why.strip(),
            "method": work.curve.method,
            "sample": {
                "hash": work.sample.hash,
                "rows": len(work.sample.default),
                "defaults": int(work.sample.default.sum()),
            },
        }
    }


def _report(work: _Work) -> dict[str, Any]:
    package, sample, split = work.package, work.sample, work.split
    before = json.loads(work.files.contents["report.json"])
    seed = int(package.manifest["seed"])
    named = (("calibration", split.calibration), (split.judged_name, split.judged))
    report = validation_report(
        subject=report_subject(package.product, package.segment, package.family, sample, seed=seed),
        split=split.to_mapping(),
        samples=tuple(_scored(work, name, rows) for name, rows in named),
        scale=work.scale,
        features=feature_summaries(
            column_specs(package.product, package.segment),
            work.matrix[split.calibration],
            sample.default[split.calibration],
            titles={
                feature.name: feature.title.to_mapping()
                for feature in package.product.model_features(package.segment)
            },
            importance={one["name"]: one["importance"] for one in before.get("features", ())},
        ),
        calibration=work.curve,
    )
    return report | {"protected_groups": _groups(work), "recalibration": _done(work)}


def _scored(work: _Work, name: str, rows: Rows) -> ScoredSample:
    calibrated = work.curve.apply(work.log_odds[rows])
    return ScoredSample(
        name=name,
        default=work.sample.default[rows],
        probability=work.scale.probability(calibrated),
        score=work.scale.score(calibrated),
    )


def _groups(work: _Work) -> list[dict[str, Any]]:
    judged = work.split.judged
    columns = {name: column[judged] for name, column in work.sample.columns.items()}
    probability = work.scale.probability(work.curve.apply(work.log_odds[judged]))
    return protected_groups(work.package.product, columns, work.sample.default[judged], probability)


def _done(work: _Work) -> dict[str, Any]:
    """Return what was done, and what it did on rows that the new curve has not seen."""
    judged = work.split.judged
    default, raw = work.sample.default[judged], work.log_odds[judged]
    curves = {"before": work.package.assessor.calibration, "after": work.curve}
    return {
        **asdict(work.wish),
        "from": work.package.hash,
        "method": work.curve.method,
        "trials": list(work.trials),
        "anchors": [
            {"rate_before": one.rate_before, "rate_after": one.rate_after, "shift": one.shift}
            | {"by": one.by, "why": one.why}
            for one in work.curve.anchors
        ],
        "same_ranking": {"rows": len(work.log_odds), "exchanged": 0},
        "default_rate": round(float(default.mean()), 6),
        **{
            name: _figures(default, work.scale.probability(curve.apply(raw)))
            for name, curve in curves.items()
        },
    }


def _figures(default: NDArray[Any], probability: Floats) -> dict[str, Any]:
    line = _line(default, probability)
    return {
        "mean_probability": round(float(probability.mean()), 6),
        "log_loss": log_loss(default, probability).to_mapping(),
        "calibration_slope": line and line.slope.to_mapping(),
        "calibration_in_the_large": line and line.in_the_large.to_mapping(),
        "expected_calibration_error": round(reliability(default, probability).ece, 6),
    }


def _line(default: NDArray[Any], probability: Floats) -> CalibrationLine | None:
    # Where the model says the same of everybody there is none.
    try:
        return calibration_line(default, probability)
    except LineNotFound:
        return None


def _card_section(done: Mapping[str, Any]) -> str:
    before, after = done["before"], done["after"]
    lines = [
        "## Recalibrated",
        "",
        f"The model of package `{done['from'][:12]}` with a new calibration ({done['method']}), "
        f"ordered by {done['by']}: {done['why']}. The model file is the same to the last byte and "
        "no two applicants have exchanged places. The features' figures above are of the new "
        "sample. On rows that the new curve has not seen:",
        "",
        "| figure | before | after |",
        "|---|---:|---:|",
        f"| mean probability (default rate {done['default_rate']:.4f}) "
        f"| {before['mean_probability']:.4f} | {after['mean_probability']:.4f} |",
    ]
    for name in ("log_loss", "calibration_slope", "calibration_in_the_large"):
        title = name.replace("_", " ")
        told = (
            "—" if one[name] is None else f"{one[name]['value']:.4f}" for one in (before, after)
        )
        lines.append(f"| {title} | {' | '.join(told)} |")
    for anchor in done["anchors"]:
        lines += [
            "",
            f"Anchored by {anchor['by']}: mean probability from {anchor['rate_before']:.4f} to "
            f"{anchor['rate_after']:.4f} ({anchor['why']}).",
        ]
    return "\n".join(lines) + "\n"
