"""What a package directory holds, and how large its files may be."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from loanwright.engine.load import FILES as MODEL_FILES
from loanwright.errors import Rejected

SCHEMA: Final = 1
MANIFEST: Final = "manifest.json"
SEAL: Final = "manifest.sha256"
GOLDEN_ROWS: Final = 200

_MEBIBYTE: Final = 1024 * 1024

#: Largest size in bytes, by file; what is larger is refused before it is read.
LIMITS: Final[Mapping[str, int]] = MappingProxyType(
    {
        MANIFEST: _MEBIBYTE,
        SEAL: 256,
        **dict.fromkeys(MODEL_FILES.values(), 256 * _MEBIBYTE),
        "product.toml": 8 * _MEBIBYTE,
        "calibration.json": 8 * _MEBIBYTE,
        "scale.json": _MEBIBYTE,
        "reasons.json": 8 * _MEBIBYTE,
        "report.json": 32 * _MEBIBYTE,
        "report.html": 32 * _MEBIBYTE,
        "card.md": _MEBIBYTE,
        "golden.jsonl": 32 * _MEBIBYTE,
        "reference.json": 32 * _MEBIBYTE,
        "profile.json": 32 * _MEBIBYTE,
    }
)

_COMMON: Final = (
    "product.toml",
    "calibration.json",
    "scale.json",
    "reasons.json",
    "report.json",
    "report.html",
    "card.md",
    "golden.jsonl",
)

#: Files that packages have since some version; older ones are as whole without them.
OPTIONAL: Final = frozenset({"reference.json", "profile.json"})


class PackageRefused(Rejected):
    """The model package {path} is refused: {cause}."""


def content_files(family: str) -> frozenset[str]:
    """Return the names of the files that the manifest of this family lists, optional ones aside.

    Examples
    --------
    >>> "scorecard.json" in content_files("scorecard"), "model.txt" in content_files("scorecard")
    (True, False)
    """
    return frozenset((*_COMMON, MODEL_FILES[family]))


def unfit_files(family: str, names: Iterable[str]) -> list[str]:
    """Return files that a package of this family lacks or must not have, in order.

    Examples
    --------
    >>> unfit_files("scorecard", content_files("scorecard") | {"reference.json"})
    []
    >>> unfit_files("scorecard", content_files("scorecard") | {"model.txt"})
    ['model.txt']
    """
    return sorted(content_files(family) ^ (set(names) - OPTIONAL))


def seal_of(manifest_hash: str) -> bytes:
    r"""Return the content of ``manifest.sha256``, in the format of ``sha256sum``.

    Examples
    --------
    >>> seal_of("ab" * 32)[62:]
    b'ab  manifest.json\n'
    """
    return f"{manifest_hash}  {MANIFEST}\n".encode("ascii")
