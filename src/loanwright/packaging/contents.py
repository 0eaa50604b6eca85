"""What a package says about the model in it, and the files that every family has."""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.explanation.reasons import reason_catalogue
from loanwright.explanation.reference import KnownInput, KnownSample, score_bands
from loanwright.features.product import Product
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.choosing import choose_rows, records_of
from loanwright.packaging.golden import golden_lines, write_golden
from loanwright.packaging.layout import GOLDEN_ROWS
from loanwright.packaging.write import json_bytes
from loanwright.sampling import Sample
from loanwright.validation.report import Subject

Floats = NDArray[np.float64]

#: Rows whose contributions are measured for the reference, where they are exact and where a
#: family samples them, which takes a thousand times as long.
MOST_EXPLAINED: Final = 5_000
MOST_SAMPLED: Final = 300
LIBRARIES: Final = ("loanwright", "lightgbm", "numba", "numpy", "polars", "scikit-learn", "scipy")
#: Packages of families that are not in `LIBRARIES`.
FAMILY_LIBRARIES: Final[Mapping[str, str]] = {
    "additive": "interpret-core",
    "catboost": "catboost",
    "neural": "torch",
    "xgboost": "xgboost-cpu",
}


def common_files(
    product: Product,
    segment: str,
    assessor: Assessor,
    columns: Mapping[str, NDArray[np.float64]],
    log_odds: NDArray[np.float64],
) -> dict[str, bytes]:
    """Return the files that do not depend on the family.

    Parameters
    ----------
    product, segment
        For whom the model is.
    assessor
        The whole way from vector to score.
    columns
        Raw feature name to the (n,) encoded column of the sample.
    log_odds
        (n,) raw log-odds of the sample, from which the golden rows are chosen.
    """
    rows = choose_rows(columns, product.inputs(segment), log_odds, count=GOLDEN_ROWS)
    records = records_of(product, segment, columns, rows)
    catalogue = reason_catalogue(product, segment)
    return {
        "product.toml": product.text.encode(),
        "calibration.json": json_bytes(assessor.calibration.to_mapping()),
        "scale.json": json_bytes(assessor.scale.to_mapping()),
        "reasons.json": json_bytes({code: text.to_mapping() for code, text in catalogue.items()}),
        "golden.jsonl": write_golden(golden_lines(product, segment, assessor, records)),
    }


def reference_file(
    assessor: Assessor, inputs: tuple[KnownInput, ...], matrix: Floats
) -> dict[str, bytes]:
    """Return ``reference.json``: what the package knows of the sample it has learned from.

    Parameters
    ----------
    assessor
        The whole way from vector to score.
    inputs
        What the development sample held, as ``known_inputs`` returns it.
    matrix
        (n, p) rows whose contributions are measured; of many, some evenly over the risk.
    """
    runtime = assessor.runtime
    sampled = getattr(runtime, "explanation", None) is not None
    most = MOST_SAMPLED if sampled else MOST_EXPLAINED
    order = np.argsort(runtime.log_odds(matrix), kind="stable")
    chosen = np.linspace(0, len(order) - 1, min(most, len(order))).round().astype(np.int64)
    log_odds, contributions = runtime.explain(matrix[order[chosen]])
    scores = assessor.scale.score(assessor.calibration.apply(log_odds))
    known = KnownSample(rows=len(matrix), inputs=inputs, bands=score_bands(scores, contributions))
    return {"reference.json": json_bytes(known.to_mapping())}


def package_facts(
    product: Product, segment: str, family: str, sample: Sample, *, seed: int
) -> dict[str, Any]:
    """Return the manifest of a model without its schema and files."""
    libraries = (*LIBRARIES, *filter(None, (FAMILY_LIBRARIES.get(family),)))
    return {
        "product": {"name": product.name, "hash": product.hash},
        "segment": segment,
        "family": family,
        "features": list(product.segment(segment).features),
        "engine": {"schema": 1},
        "library_versions": {name: version(name) for name in libraries},
        "seed": seed,
        "sample": {
            "hash": sample.hash,
            "rows": len(sample.default),
            "defaults": int(sample.default.sum()),
        },
    }


def report_subject(
    product: Product, segment: str, family: str, sample: Sample, *, seed: int
) -> Subject:
    """Return what the report of a model is about."""
    titled = product.segment(segment).title
    return Subject(
        product=product.name,
        segment=segment,
        family=family,
        title={
            language: f"{product.title.in_language(language)}: {titled.in_language(language)}"
            for language in ("en", "ru")
        },
        seed=seed,
        facts={
            "product file": product.hash,
            "sample": sample.hash,
            "grouped by": product.sample.applicant or "row",
            "ignored columns": ", ".join(sample.ignored) or "none",
        },
    )
