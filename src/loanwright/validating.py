"""Validating a package on a table: sixteen chapters, whatever the table is able to tell."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from loanwright.features.columns import columns_from_table
from loanwright.packaging.golden import find_difference, read_golden
from loanwright.packaging.package import ModelPackage
from loanwright.packaging.study import Fitted, Study
from loanwright.packaging.verify import read_verified
from loanwright.sampling import Sample, Split, read_sample, split_sample
from loanwright.validation.evidence import (
    Circumstances,
    Evidence,
    Floats,
    Implementation,
    Model,
    Rival,
    Rows,
)
from loanwright.validation.full import Progress, assemble_report
from loanwright.validation.html import render
from loanwright.validation.page import render_full

if TYPE_CHECKING:
    import polars as pl

#: One default has no spread, so that no interval can be computed.
LEAST_OF_EACH: Final = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """What may be given beside package and sample; whatever is absent leaves a chapter unsaid.

    Attributes
    ----------
    decisions, outcomes, reference
        polars tables: decisions with overrides, monthly performance, and the applicants for whom
        the model was made.
    champion
        The package to beat.
    jurisdiction
        Whose fairness rules apply; ``off`` applies none.
    report_date, owner, validator, tier
        Day of the report (YYYY-MM-DD), who answers for the model, who validated it, materiality.
    """

    decisions: "pl.DataFrame | None" = None
    outcomes: "pl.DataFrame | None" = None
    reference: "pl.DataFrame | None" = None
    champion: ModelPackage | None = None
    jurisdiction: str = "off"
    report_date: str | None = None
    owner: str | None = None
    validator: str | None = None
    tier: str | None = None


def validate(
    package: ModelPackage,
    table: "pl.DataFrame",
    *,
    beside: Beside | None = None,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Return the full validation report of a package on a table.

    Where the table is the one the model was made from, its samples are found again and the model
    is judged on the rows it has not seen. Any other table is judged whole, as a fresh sample.

    Parameters
    ----------
    package
        An opened package.
    table
        polars table with the features of the product and the label.
    beside
        Decisions, outcomes, a reference sample, a champion, and who stands behind the report.
    progress
        Called with the name of each chapter and the share that is done.

    Returns
    -------
    dict
        As `loanwright.validation.full.assemble_report` returns it.

    Raises
    ------
    ColumnsRefused, SampleHasOneClass, TooFewDefaults
        Where the table cannot be judged. Two defaults are enough: what cannot be computed from
        them is said to be not available.
    PackageRefused
        Where the package on disk is no longer the one that was opened.
    """
    return assemble_report(gather_evidence(package, table, beside=beside), progress=progress)


def gather_evidence(
    package: ModelPackage, table: "pl.DataFrame", *, beside: Beside | None = None
) -> Evidence:
    """Return everything that the chapters look at, read and checked."""
    given = beside or Beside()
    sample = read_sample(package.product, table, least=LEAST_OF_EACH)
    seed = int(package.manifest["seed"])
    return Evidence(
        product=package.product,
        segment=package.segment,
        model=model_of(package),
        identity=_identity(package, sample),
        columns=sample.columns,
        default=sample.default,
        applicant=sample.applicant,
        date=sample.date,
        samples=find_samples(package.manifest, sample),
        seed=seed,
        beside=_circumstances(package, given),
    )


def model_of(package: ModelPackage) -> Model:
    """Return what answers in a package."""
    return Model(
        family=package.family,
        runtime=package.assessor.runtime,
        calibration=package.assessor.calibration,
        scale=package.assessor.scale,
    )


def find_samples(manifest: Mapping[str, Any], sample: Sample) -> dict[str, Rows]:
    """Return the samples of the table that made a model; any other is one fresh sample.

    A table that trained the model, or gave it a new calibration, is found again by its hash. The
    same rows in another order, or fewer of them, make another hash: nothing tells them apart from
    fresh ones.
    """
    renewed = manifest.get("recalibrated", {})
    if manifest["sample"]["hash"] == sample.hash:
        split = _split(sample, int(manifest["seed"]))
        if "calibrated_on" in manifest or "instead_of" in renewed:
            # Folds calibrated it: the model has learned from the calibration rows as well.
            return {"development": _learned(split), split.judged_name: split.judged}
        return {
            "development": split.development,
            "calibration": split.calibration,
            split.judged_name: split.judged,
        }
    if renewed and renewed["sample"]["hash"] == sample.hash:
        split = _split(sample, int(renewed.get("seed", 0)))
        return {"calibration": _learned(split), split.judged_name: split.judged}
    return {"fresh": np.arange(len(sample.default))}


def _learned(split: Split) -> Rows:
    return np.sort(np.concatenate([split.development, split.calibration]))


def _split(sample: Sample, seed: int) -> Split:
    return split_sample(sample.default, applicant=sample.applicant, date=sample.date, seed=seed)


def evidence_of(study: Study, fitted: Fitted, *, stored: Mapping[str, Any]) -> Evidence:
    """Return what the chapters look at for a model that is about to be packaged.

    Parameters
    ----------
    study, fitted
        The training run and the model.
    stored
        Its brief report, with the comparison of families where there was one.
    """
    split = study.split
    samples = {"development": fitted.development, split.judged_name: split.judged}
    if not np.isin(fitted.calibration, fitted.development).any():
        samples["calibration"] = fitted.calibration
    return Evidence(
        product=study.product,
        segment=fitted.segment,
        model=Model(
            family=fitted.family,
            runtime=fitted.assessor.runtime,
            calibration=fitted.assessor.calibration,
            scale=fitted.assessor.scale,
        ),
        identity={"product_file": study.product.hash, "trained_on": study.sample.hash},
        columns=study.sample.columns,
        default=study.sample.default,
        applicant=study.sample.applicant,
        date=study.sample.date,
        samples=samples,
        seed=study.seed,
        beside=Circumstances(stored=stored),
    )


def _identity(package: ModelPackage, sample: Sample) -> dict[str, Any]:
    manifest = package.manifest
    return {
        "package": package.hash,
        "product_file": manifest["product"]["hash"],
        "trained_on": manifest["sample"]["hash"],
        "sample": sample.hash,
        "library_versions": dict(manifest["library_versions"]),
    }


def _circumstances(package: ModelPackage, given: Beside) -> Circumstances:
    verified = read_verified(package.path)
    rival = given.champion
    return Circumstances(
        report_date=given.report_date,
        owner=given.owner,
        validator=given.validator,
        tier=given.tier,
        jurisdiction=given.jurisdiction,
        decisions=given.decisions,
        outcomes=given.outcomes,
        reference=_reference(package, given.reference),
        champion=None
        if rival is None
        else Rival(name=f"{rival.family} {rival.hash[:12]}", segment=rival.segment,
                   model=model_of(rival)),
        implementation=_replayed(package, verified.contents["golden.jsonl"]),
        stored=_stored(package.path),
    )  # fmt: skip


def _reference(package: ModelPackage, table: "pl.DataFrame | None") -> dict[str, Floats] | None:
    return None if table is None else columns_from_table(package.product, table)


def _replayed(package: ModelPackage, golden: bytes) -> Implementation:
    lines = read_golden(golden)
    difference = find_difference(package.product, package.segment, package.assessor, lines)
    return Implementation(verified=True, golden_rows=len(lines), difference=difference)


def _stored(path: Path) -> Mapping[str, Any]:
    import json

    found: Mapping[str, Any] = json.loads((path / "report.json").read_bytes())
    return found


def validate_fitted(
    study: Study, fitted: Fitted, report: Mapping[str, Any], *, progress: Progress | None = None
) -> dict[str, Any]:
    """Return the full report of a model that is about to be packaged, from its training run.

    Parameters
    ----------
    study, fitted
        The training run and the model.
    report
        Its brief report; what it says of families compared goes into chapter 9.
    progress
        As in `validate`.
    """
    return assemble_report(evidence_of(study, fitted, stored=report), progress=progress)


def report_page(report: Mapping[str, Any]) -> str:
    """Return the page of a package's report: of its ``full`` one where it has one."""
    return render_full(report["full"]) if "full" in report else render(report)
