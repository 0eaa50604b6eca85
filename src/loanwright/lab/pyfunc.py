"""A model package as an MLflow ``pyfunc``: a table in; PD, score and grade out."""

from pathlib import Path
from typing import Any

import polars as pl

from loanwright.errors import Rejected
from loanwright.features.columns import columns_from_table, matrix_from_columns
from loanwright.packaging.package import ModelPackage


class PackageMissing(Rejected):
    """There is no model package in {path}."""


class PackageModel:
    """What ``mlflow.pyfunc.load_model`` wraps.

    Parameters
    ----------
    package
        The verified package that answers.
    """

    def __init__(self, package: ModelPackage) -> None:
        self.package = package

    def predict(self, model_input: Any, params: Any = None) -> Any:  # noqa: ARG002
        """Return a table with probability_of_default, score and grade for each row.

        Parameters
        ----------
        model_input
            A pandas table with the raw inputs of the product, each in the column that the
            product file names; other columns are left alone.
        params
            Not used; MLflow passes it.

        Returns
        -------
        pandas.DataFrame
            With the index of the input.
        """
        product, segment = self.package.product, self.package.segment
        table = pl.DataFrame(
            {name: _values(model_input[name]) for name in model_input.columns}, strict=False
        )
        columns = columns_from_table(product, table)
        matrix = matrix_from_columns(product, segment, columns)
        found = self.package.assess_matrix(matrix)
        return type(model_input)(
            {
                "probability_of_default": [one.probability_of_default for one in found],
                "score": [one.score for one in found],
                "grade": [one.grade for one in found],
            },
            index=model_input.index,
        )


def _values(column: Any) -> list[Any]:
    # pandas has several kinds of nothing; none of them equals itself.
    missing = column.isna().to_list()
    pairs = zip(column.to_list(), missing, strict=True)
    return [None if absent else value for value, absent in pairs]


def _load_pyfunc(path: str) -> PackageModel:
    """Return the model of the package below this path; MLflow calls it by this name."""
    place = Path(path)
    inside = [place, *sorted(place.iterdir())] if place.is_dir() else []
    for directory in inside:
        if (directory / "manifest.json").is_file():
            return PackageModel(ModelPackage.load(directory))
    raise PackageMissing(path=path)
