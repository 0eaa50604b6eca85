"""Packages as ONNX files, compared with the engine before they are written."""

import json
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from loanwright.errors import Unavailable
from loanwright.exporting.model import read_model
from loanwright.exporting.parity import Parity, compare
from loanwright.exporting.rows import compared_rows, golden_matrix
from loanwright.features.product import Product
from loanwright.packaging.package import ModelPackage

if TYPE_CHECKING:
    from onnx import ModelProto

NEEDED = ("onnx", "onnxruntime")


class ExportNotInstalled(Unavailable):
    """An ONNX export needs {needs}: add it with pip install 'loanwright[export]'."""


def export_onnx(package: ModelPackage, path: Path, *, raw: bool = False) -> Parity:
    """Write a package's model as an ONNX file, if onnxruntime says what the engine says.

    Parameters
    ----------
    package
        The opened package.
    path
        Where the file is written.
    raw
        Whether to leave calibration and scale out.

    Returns
    -------
    Parity
        How far the file is from the engine, on the golden rows and on thousands of others. It
        is in the file's metadata as well.

    Raises
    ------
    ExportNotInstalled
        Where onnx or onnxruntime is absent.
    ExportDiffers
        If the two differ by more than `loanwright.exporting.parity.TOLERANCE`; nothing is
        written.
    FormatUnfit
        Where the family has no ONNX form.
    """
    missing = [name for name in NEEDED if find_spec(name) is None]
    if missing:
        raise ExportNotInstalled(needs=" and ".join(missing))
    from onnx import helper
    from onnx.checker import check_model

    from loanwright.exporting.onnx_model import onnx_model

    model, facts = read_model(package), _facts(package, raw=raw)
    made = onnx_model(model, package.assessor, raw=raw, facts=facts)
    check_model(made)
    rows = compared_rows(package, model)
    found = run_onnx(made, rows)
    golden_rows = len(golden_matrix(package))
    parity = compare(
        package.assessor, rows, found, golden_rows=golden_rows, dtype="float64"
    ).refuse_unfit("ONNX")
    facts["loanwright.parity"] = json.dumps(parity.to_mapping(), sort_keys=True)
    helper.set_model_props(made, facts)
    path.write_bytes(made.SerializeToString(deterministic=True))
    return parity


def run_onnx(model: "ModelProto", rows: NDArray[np.float64]) -> dict[str, NDArray[Any]]:
    """Return what onnxruntime says about a matrix, by the name of the output."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    names = [one.name for one in session.get_outputs()]
    return dict(zip(names, session.run(names, {"features": rows}), strict=True))


def _facts(package: ModelPackage, *, raw: bool) -> dict[str, str]:
    facts = {
        "package": package.hash,
        "product": package.product.name,
        "segment": package.segment,
        "family": package.family,
        "features": [_described(package.product, name) for name in package.features],
        "outputs": _OUTPUTS if not raw else {"log_odds": _OUTPUTS["log_odds"]},
        "calibrated": not raw,
    }
    return {
        f"loanwright.{name}": fact
        if isinstance(fact, str)
        else json.dumps(fact, ensure_ascii=False, sort_keys=True)
        for name, fact in facts.items()
    }


_OUTPUTS = {
    "log_odds": "raw log-odds of default, before calibration",
    "probability_of_default": "calibrated probability of default",
    "score": "points of the product's scale, higher is safer",
}


def _described(product: Product, name: str) -> dict[str, Any]:
    feature = product.feature(name)
    described: dict[str, Any] = {"name": name, "type": feature.type, "title": feature.title.en}
    if feature.type == "category":
        described["codes"] = list(feature.codes)
    if feature.expression is not None:
        described["computed"] = feature.expression
    return described
