"""Load the bundled tables, each checked against its SHA-256."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Final

from loanwright.errors import NotFound, Rejected

if TYPE_CHECKING:
    import polars as pl


class DatasetUnknown(NotFound):
    """There is no bundled data set {dataset}. Known data sets: {known}."""


class DatasetDamaged(Rejected):
    """Data set {dataset} differs from the one that was published with this version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DatasetInfo:
    """Where a table comes from and what may be done with it.

    Attributes
    ----------
    name
        Name of the data set and of the product that it trains.
    title, publisher
        What it is and who published it.
    licence, attribution, citation
        Terms, the line that must accompany copies, and the source to cite.
    doi
        Digital object identifier of the publication.
    rows, default_rate
        Number of rows and share of bad ones.
    currency
        Unit of the amounts.
    sha256
        Of the parquet file.
    """

    name: str
    title: str
    publisher: str
    licence: str
    attribution: str
    citation: str
    doi: str
    rows: int
    default_rate: float
    currency: str
    sha256: str


_INFOS: Final = {
    "credit-card": DatasetInfo(
        name="credit-card",
        title="Default of credit card clients, Taiwan, 2005",
        publisher="UCI Machine Learning Repository, data set 350",
        licence="CC BY 4.0",
        attribution="Default of Credit Card Clients, I-Cheng Yeh, 2009, UCI, CC BY 4.0; columns "
        "renamed and codes cleaned by Loanwright.",
        citation="Yeh, I.-C. and Lien, C.-H. (2009): The comparisons of data mining techniques for "
        "the predictive accuracy of probability of default of credit card clients. Expert Systems "
        "with Applications 36(2), 2473-2480.",
        doi="10.24432/C55S3H",
        rows=30_000,
        default_rate=0.2212,
        currency="TWD",
        sha256="80dd8833ab43136179db7267cd06b65c50d18b9010450b860a21b10c2bb7c257",
    ),
    "instalment-loan": DatasetInfo(
        name="instalment-loan",
        title="Instalment loans of a German bank, 1973-1975",
        publisher="UCI Machine Learning Repository, Statlog (German Credit Data)",
        licence="CC BY 4.0",
        attribution="Statlog (German Credit Data), Hans Hofmann, 1994, UCI, CC BY 4.0; columns "
        "renamed and labels corrected (Groemping 2019) by Loanwright.",
        citation="Hofmann, H. (1994): Statlog (German Credit Data). UCI Machine Learning "
        "Repository. Labels after Groemping, U. (2019): South German Credit Data: Correcting a "
        "Widely Used Data Set. Report 4/2019, Beuth University of Applied Sciences Berlin.",
        doi="10.24432/C5NC77",
        rows=1_000,
        default_rate=0.3,
        currency="DEM",
        sha256="6d44e41e61d8949ff9a92747b9f857d794168d6ec525e4918cc6894f1a03719c",
    ),
}


def list_datasets() -> tuple[str, ...]:
    """Return the names of the bundled data sets.

    Examples
    --------
    >>> list_datasets()
    ('credit-card', 'instalment-loan')
    """
    return tuple(_INFOS)


def dataset_info(name: str) -> DatasetInfo:
    """Return the provenance of a bundled data set.

    Raises
    ------
    DatasetUnknown
        If there is no such data set.

    Examples
    --------
    >>> info = dataset_info("credit-card")
    >>> info.rows, info.default_rate, info.licence
    (30000, 0.2212, 'CC BY 4.0')
    """
    if name not in _INFOS:
        raise DatasetUnknown(dataset=name, known=", ".join(_INFOS))
    return _INFOS[name]


def load_dataset(name: str) -> pl.DataFrame:
    """Load a bundled data set; needs polars (the ``train`` extra).

    Returns
    -------
    DataFrame
        Features under the names of the bundled product, ``applicant`` (rows of one person share
        it) and ``default`` (1 = bad).

    Raises
    ------
    DatasetUnknown
        If there is no such data set.
    DatasetDamaged
        If the file is not the one that was published.

    Examples
    --------
    >>> load_dataset("instalment-loan").shape
    (1000, 23)
    """
    import polars as pl

    return pl.read_parquet(io.BytesIO(read_checked(dataset_info(name))))


def read_checked(info: DatasetInfo) -> bytes:
    """Return the bytes of a bundled file.

    Raises
    ------
    DatasetDamaged
        If their SHA-256 is not the stated one.
    """
    file = resources.files("loanwright.datasets") / f"{info.name}.parquet"
    content = file.read_bytes()
    if hashlib.sha256(content).hexdigest() != info.sha256:
        raise DatasetDamaged(dataset=info.name)
    return content
