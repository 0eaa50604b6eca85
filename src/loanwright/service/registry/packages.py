"""Where the bytes of the models are: verified packages, held in memory by their hash."""

import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from loanwright.decisioning.assessment import Assessment
from loanwright.decisioning.reservation import Reservation
from loanwright.errors import Rejected, Unavailable
from loanwright.features.product import Product


class PackageMissing(Unavailable):
    """The package of model {model_hash} is not at {path}; bring it back from a backup."""


class PackageExchanged(Rejected):
    """The package at {path} is not model {model_hash} but {found}."""


class Package(Protocol):
    """A verified model package."""

    @property
    def hash(self) -> str:
        """Return the SHA-256 of its manifest."""
        ...

    @property
    def path(self) -> Path:
        """Return its directory."""
        ...

    @property
    def product(self) -> Product:
        """Return the dictionary it was trained with."""
        ...

    @property
    def segment(self) -> str:
        """Return the segment it is for."""
        ...

    @property
    def family(self) -> str:
        """Return the family of its model."""
        ...

    @property
    def features(self) -> tuple[str, ...]:
        """Return the names of its inputs."""
        ...

    @property
    def manifest(self) -> Mapping[str, Any]:
        """Return its manifest."""
        ...

    def assess_matrix(self, matrix: npt.NDArray[np.float64]) -> Sequence[Assessment]:
        """Return one assessment for each row."""
        ...

    def reservations_of(
        self,
        matrix: npt.NDArray[np.float64],
        records: Sequence[Mapping[str, Any]] | None = None,
    ) -> Sequence[tuple[Reservation, ...]]:
        """Return, for each row, what the model has not seen the like of."""
        ...

    def reference_for(self, cutoff: int) -> tuple[float, ...] | None:
        """Return the mean contributions of the development sample just above a cut-off."""
        ...


class PackageStore:
    """Loads packages once; what was loaded has passed its parity gate."""

    def __init__(self, directory: Path, load: Callable[[Path], Package]) -> None:
        self._directory = directory
        self._load = load
        self._held: dict[str, Package] = {}
        self._turn = threading.Lock()

    def get(self, model_hash: str, place: str) -> Package:
        """Return the package with this hash, loading it from its place when it is not held."""
        held = self._held.get(model_hash)
        return held if held is not None else self._read(model_hash, place)

    def open(self, path: Path) -> Package:
        """Load the package in a directory, whatever its hash, and hold it."""
        package = self._load(path)
        self._held[package.hash] = package
        return package

    def place_of(self, path: Path) -> str:
        """Return how the registry names a directory: relative inside the models directory."""
        whole, root = path.resolve(), self._directory.resolve()
        return str(whole.relative_to(root)) if whole.is_relative_to(root) else str(whole)

    def _read(self, model_hash: str, place: str) -> Package:
        path = self._directory / place
        with self._turn:
            if model_hash in self._held:
                return self._held[model_hash]
            if not path.is_dir():
                raise PackageMissing(model_hash=model_hash, path=path)
            package = self._load(path)
            if package.hash != model_hash:
                raise PackageExchanged(path=path, model_hash=model_hash, found=package.hash)
            self._held[model_hash] = package
            return package
