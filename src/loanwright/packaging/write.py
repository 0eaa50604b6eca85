"""Writing a package: all of it or nothing, and the same bytes for the same model."""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loanwright.packaging.layout import (
    LIMITS,
    MANIFEST,
    SCHEMA,
    SEAL,
    PackageRefused,
    seal_of,
    unfit_files,
)
from loanwright.packaging.verify import read_verified


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenPackage:
    """Where a package lies and what it is called."""

    path: Path
    hash: str


def json_bytes(value: object) -> bytes:
    r"""Return JSON whose bytes depend on nothing but the value: sorted keys, indented, UTF-8.

    Raises
    ------
    ValueError
        If a number is NaN or infinite.

    Examples
    --------
    >>> json_bytes({"b": 1.5, "a": "ё"}).decode()
    '{\n "a": "ё",\n "b": 1.5\n}\n'
    """
    text = json.dumps(value, sort_keys=True, ensure_ascii=False, allow_nan=False, indent=1)
    return f"{text}\n".encode()


def write_package(
    directory: Path, facts: Mapping[str, Any], contents: Mapping[str, bytes]
) -> WrittenPackage:
    """Write a package below a directory of models.

    Parameters
    ----------
    directory
        Where packages live; made when it is not there.
    facts
        The manifest without ``schema`` and ``files``: at least ``product`` (with its ``name``),
        ``segment`` and ``family``; no dates, so that the same model has the same bytes.
    contents
        Every file of the family but manifest and seal.

    Returns
    -------
    WrittenPackage
        Directory ``<product>-<segment>-<family>-<12 hex digits of the hash>``. It appears whole,
        after its files are safely on disk; the same package already there is left as it is, a
        damaged one is exchanged.

    Raises
    ------
    PackageRefused
        If files are missing, unknown or too large.
    """
    _refuse_unfit(directory, facts["family"], contents)
    manifest = json_bytes({**facts, "schema": SCHEMA, "files": _listing(contents)})
    digest = hashlib.sha256(manifest).hexdigest()
    names = (facts["product"]["name"], facts["segment"], facts["family"], digest[:12])
    path = directory / "-".join(names)
    if not _is_intact(path, digest):
        directory.mkdir(parents=True, exist_ok=True)
        _appear(path, {**contents, MANIFEST: manifest, SEAL: seal_of(digest)})
    return WrittenPackage(path=path, hash=digest)


def _refuse_unfit(directory: Path, family: str, contents: Mapping[str, bytes]) -> None:
    differing = unfit_files(family, contents)
    if differing:
        cause = f"files are missing or unknown: {', '.join(differing)}"
        raise PackageRefused(path=directory, cause=cause)
    for name, content in contents.items():
        if len(content) > LIMITS[name]:
            cause = f"{name} is larger than {LIMITS[name]} bytes"
            raise PackageRefused(path=directory, cause=cause)


def _listing(contents: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    return {
        name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        for name, content in contents.items()
    }


def _is_intact(path: Path, digest: str) -> bool:
    if not path.exists():
        return False
    try:
        return read_verified(path).hash == digest
    except PackageRefused:
        return False


def _appear(path: Path, contents: Mapping[str, bytes]) -> None:
    # The temporary directory is a sibling, so that the rename cannot cross file systems.
    temporary = Path(tempfile.mkdtemp(prefix=f".{path.name}-", dir=path.parent))
    try:
        whole = temporary / "package"
        whole.mkdir()
        for name, content in contents.items():
            _write(whole / name, content)
        _settle(whole)
        if path.exists():
            path.rename(temporary / "damaged")
        whole.rename(path)
        _settle(path.parent)
    finally:
        shutil.rmtree(temporary)


def _write(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _settle(directory: Path) -> None:
    """Make the names in a directory durable, where the system can."""
    if os.name != "posix":
        return
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
