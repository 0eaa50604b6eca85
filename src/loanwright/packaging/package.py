"""A verified model package, ready to assess."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from loanwright.calibration.curve import Calibration
from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.reservation import Reservation
from loanwright.drift.profile import Profile
from loanwright.engine.load import FILES as MODEL_FILES
from loanwright.engine.load import load_runtime
from loanwright.engine.runtime import Backend
from loanwright.errors import LoanwrightError
from loanwright.explanation.reasons import never_named
from loanwright.explanation.reference import KnownSample
from loanwright.features.columns import matrix
from loanwright.features.product import Product, parse_product
from loanwright.features.records import Record
from loanwright.packaging.assessor import Assessor
from loanwright.packaging.golden import find_difference, read_golden
from loanwright.packaging.layout import PackageRefused
from loanwright.packaging.verify import VerifiedFiles, read_verified
from loanwright.scaling import Scale

__all__ = ["ModelPackage", "PackageRefused"]

#: What parsers raise on files that were wrong before they were sealed.
UNREADABLE: Final = (
    LoanwrightError,
    ArithmeticError,
    LookupError,
    RecursionError,
    TypeError,
    ValueError,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class ModelPackage:
    """A model whose files were verified and whose golden rows were replayed bit for bit.

    Attributes
    ----------
    hash
        SHA-256 of the manifest, in hexadecimal: the name of the model.
    path
        The directory it was read from; it is not read again.
    manifest
        What the package says about itself.
    product, segment, family
        What it is for, and what kind of model it is.
    features
        Names of the model's inputs, in the order of the matrix.
    assessor
        From the vector to the assessment.
    known_sample
        What it knows of its development sample, None in packages of before that was kept.
    profile
        The development sample as later applicants are compared with it, None likewise.
    """

    hash: str
    path: Path
    manifest: Mapping[str, Any] = field(repr=False)
    product: Product = field(repr=False)
    segment: str
    family: str
    features: tuple[str, ...] = field(repr=False)
    assessor: Assessor = field(repr=False)
    known_sample: KnownSample | None = field(default=None, repr=False)
    profile: Profile | None = field(default=None, repr=False)

    @staticmethod
    def load(path: str | Path, *, backend: Backend = "auto") -> "ModelPackage":
        """Verify and open a package directory.

        First every hash is checked, then the files are parsed, then the golden rows are replayed.

        Parameters
        ----------
        path
            The directory.
        backend
            Of the engine: ``auto``, ``numba`` or ``numpy``; the bits are the same.

        Raises
        ------
        PackageRefused
            If anything differs from what was written at training.

        Examples
        --------
        >>> ModelPackage.load("/nowhere")
        Traceback (most recent call last):
        loanwright.packaging.layout.PackageRefused: The model package /nowhere is refused: ...
        """
        directory = Path(path)
        verified = read_verified(directory)
        try:
            package = _opened(directory, verified, backend)
            lines = read_golden(verified.contents["golden.jsonl"])
            difference = find_difference(package.product, package.segment, package.assessor, lines)
        except UNREADABLE as error:
            raise PackageRefused(path=directory, cause=str(error)) from error
        if difference is not None:
            raise PackageRefused(path=directory, cause=difference)
        return package

    def assess(self, records: Sequence[Record]) -> tuple[Assessment, ...]:
        """Return one assessment for each record, as ``validate_record`` returns them."""
        return self.assessor.assess(matrix(self.product, self.segment, records))

    def assess_matrix(self, matrix: NDArray[np.float64]) -> tuple[Assessment, ...]:
        """Return one assessment for each row of an (n, p) matrix; NaN is missing."""
        return self.assessor.assess(matrix)

    def reference_for(self, cutoff: int) -> tuple[float, ...] | None:
        """Return the mean contributions of the development sample just above a cut-off.

        Parameters
        ----------
        cutoff
            The score from which is approved.

        Returns
        -------
        tuple of float or None
            One for each input; None where the package does not know, or nobody scored so high.
        """
        return None if self.known_sample is None else _reference(self.known_sample, cutoff)

    def reservations(
        self, vector: Sequence[float], record: Record | None = None
    ) -> tuple[Reservation, ...]:
        """Return what the model has not seen the like of in one vector; NaN is missing.

        Parameters
        ----------
        vector
            One row of the matrix.
        record
            What it was computed from. With it, a derived input counts as missing as well where
            none of the features that it is derived from was given.

        Returns
        -------
        tuple of Reservation
            In the order of the inputs; empty where the package does not know its sample.
        """
        if self.known_sample is None:
            return ()
        values = [float(value) for value in vector]
        if record is not None:
            for place, needed in hidden_inputs(self.product, self.segment):
                if all(record.get(name) is None for name in needed):
                    values[place] = float("nan")
        return self.known_sample.reservations(values)

    def reservations_of(
        self, matrix: NDArray[np.float64], records: Sequence[Record] | None = None
    ) -> list[tuple[Reservation, ...]]:
        """Return the reservations of every row of an (n, p) matrix, as `reservations` does."""
        if self.known_sample is None:
            return [()] * len(matrix)
        strange = self.known_sample.strange_rows(matrix).tolist()
        hidden = bool(records) and bool(hidden_inputs(self.product, self.segment))
        return [
            self.reservations(matrix[row], None if records is None else records[row])
            if strange[row] or hidden
            else ()
            for row in range(len(matrix))
        ]


@lru_cache(maxsize=256)
def _reference(known: KnownSample, cutoff: int) -> tuple[float, ...] | None:
    return known.reference_for(cutoff)


@lru_cache(maxsize=256)
def hidden_inputs(product: Product, segment: str) -> tuple[tuple[int, tuple[str, ...]], ...]:
    """Return derived inputs that may have a value though nothing was given, and what they need."""
    return tuple(
        (place, feature.depends_on)
        for place, feature in enumerate(product.model_features(segment))
        if feature.derived
        and all(product.features[name].missing.allowed for name in feature.depends_on)
    )


def _opened(path: Path, verified: VerifiedFiles, backend: Backend) -> ModelPackage:
    manifest, contents = verified.manifest, verified.contents
    family = manifest["family"]
    model = MODEL_FILES[family]
    product = parse_product(contents["product.toml"].decode())
    features = product.segment(manifest["segment"]).features
    if list(features) != manifest["features"]:
        raise ValueError("the features of the manifest are not those of the product")
    return ModelPackage(
        hash=verified.hash,
        path=path,
        manifest=manifest,
        product=product,
        segment=manifest["segment"],
        family=family,
        features=features,
        assessor=Assessor(
            runtime=load_runtime(family, {model: contents[model]}, backend=backend),
            calibration=Calibration.from_mapping(_table(contents, "calibration.json")),
            scale=Scale.from_mapping(_table(contents, "scale.json")),
            features=features,
            unnamed=never_named(product, manifest["segment"]),
        ),
        known_sample=_known_sample(contents, features),
        profile=_profile(contents, features),
    )


def _known_sample(contents: Mapping[str, bytes], features: tuple[str, ...]) -> KnownSample | None:
    if "reference.json" not in contents:
        return None
    return KnownSample.from_mapping(_table(contents, "reference.json"), features)


def _profile(contents: Mapping[str, bytes], features: tuple[str, ...]) -> Profile | None:
    if "profile.json" not in contents:
        return None
    found = Profile.from_mapping(_table(contents, "profile.json"))
    if found.answers is not None and found.answers.features != features:
        raise ValueError("the profile of the sample is that of another model")
    return found


def _table(contents: Mapping[str, bytes], name: str) -> dict[str, Any]:
    table = json.loads(contents[name])
    if not isinstance(table, dict):
        raise TypeError(f"{name} is no JSON object")
    return table
