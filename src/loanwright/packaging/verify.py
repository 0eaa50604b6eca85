"""Reading a package so that no parser sees a byte whose hash was not checked."""

import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loanwright.engine.load import FILES as MODEL_FILES
from loanwright.packaging.layout import (
    LIMITS,
    MANIFEST,
    SCHEMA,
    SEAL,
    PackageRefused,
    seal_of,
    unfit_files,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifiedFiles:
    """The bytes of a package, every one of them covered by ``hash``.

    Attributes
    ----------
    hash
        SHA-256 of the manifest, in hexadecimal; the manifest holds those of all other files.
    manifest
        The parsed manifest.
    contents
        File name to bytes, manifest and seal left out.
    """

    hash: str
    manifest: Mapping[str, Any]
    contents: Mapping[str, bytes]


def read_verified(path: Path) -> VerifiedFiles:
    """Read a package directory whole, or refuse it.

    Parameters
    ----------
    path
        The directory.

    Returns
    -------
    VerifiedFiles
        What was read; the files are not read again, so a later change on disk changes nothing.

    Raises
    ------
    PackageRefused
        If a file is missing, unknown, too large, no plain file, or differs from its hash.

    Examples
    --------
    >>> read_verified(Path("/nowhere"))
    Traceback (most recent call last):
    loanwright.packaging.layout.PackageRefused: The model package /nowhere is refused: ...
    """
    try:
        names = _plain_files(path)
        return _verified(path, names)
    except OSError as error:
        raise PackageRefused(path=path, cause=f"it cannot be read ({error})") from error


def _plain_files(path: Path) -> frozenset[str]:
    with os.scandir(path) as entries:
        found = list(entries)
    for entry in found:
        if entry.name not in LIMITS:
            raise PackageRefused(path=path, cause=f"it holds an unknown file, {entry.name!r}")
        if not entry.is_file(follow_symlinks=False):
            raise PackageRefused(path=path, cause=f"{entry.name} is not a plain file")
    return frozenset(entry.name for entry in found)


def _verified(path: Path, names: frozenset[str]) -> VerifiedFiles:
    for name in (MANIFEST, SEAL):
        if name not in names:
            raise PackageRefused(path=path, cause=f"{name} is missing")
    content = _read(path, MANIFEST)
    digest = hashlib.sha256(content).hexdigest()
    if _read(path, SEAL) != seal_of(digest):
        raise PackageRefused(path=path, cause=f"{MANIFEST} differs from {SEAL}")
    manifest = _parsed(path, content)
    listed = _listed(path, manifest)
    for name in sorted(names ^ {MANIFEST, SEAL, *listed}):
        what = "missing" if name in listed else "not in the manifest"
        raise PackageRefused(path=path, cause=f"{name} is {what}")
    return VerifiedFiles(
        hash=digest, manifest=manifest, contents=dict(_checked(path, listed, manifest))
    )


def _parsed(path: Path, content: bytes) -> dict[str, Any]:
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise PackageRefused(path=path, cause=f"{MANIFEST} is no JSON ({error})") from error
    if not isinstance(manifest, dict) or manifest.get("schema") != SCHEMA:
        raise PackageRefused(path=path, cause=f"the schema of {MANIFEST} is not {SCHEMA}")
    return manifest


def _listed(path: Path, manifest: Mapping[str, Any]) -> frozenset[str]:
    family, files = manifest.get("family"), manifest.get("files")
    if not isinstance(family, str) or family not in MODEL_FILES:
        raise PackageRefused(path=path, cause=f"the family {family!r} is not known")
    # The list is closed, so a name can lead nowhere but into the directory.
    if not isinstance(files, dict) or unfit_files(family, files):
        cause = f"{MANIFEST} does not list the files of the family {family}"
        raise PackageRefused(path=path, cause=cause)
    return frozenset(files)


def _checked(
    path: Path, listed: frozenset[str], manifest: Mapping[str, Any]
) -> Iterator[tuple[str, bytes]]:
    for name in sorted(listed):
        stated, content = manifest["files"][name], _read(path, name)
        found = {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}
        if stated != found:
            raise PackageRefused(path=path, cause=f"{name} differs from its SHA-256 or size")
        yield name, content


def _read(path: Path, name: str) -> bytes:
    # The entry may have been exchanged since it was listed: never follow a link, never block.
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
    with os.fdopen(os.open(path / name, flags | getattr(os, "O_BINARY", 0)), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise PackageRefused(path=path, cause=f"{name} is not a plain file")
        content = file.read(LIMITS[name] + 1)
    if len(content) > LIMITS[name]:
        raise PackageRefused(path=path, cause=f"{name} is larger than {LIMITS[name]} bytes")
    return content
