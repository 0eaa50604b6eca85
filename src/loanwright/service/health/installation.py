"""What is installed here and how it is set, for whoever looks after it; secrets are never told."""

import platform
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr
from pydantic_settings import (
    EnvSettingsSource,
    SecretsSettingsSource,
    TomlConfigSettingsSource,
)
from sqlalchemy import make_url

from loanwright.service.kit.database import Database
from loanwright.service.settings import Settings

PACKAGES: Final = ("fastapi", "uvicorn", "sqlalchemy", "pydantic", "numpy", "numba")


@dataclass(frozen=True, kw_only=True, slots=True)
class SetValue:
    """One setting as it holds.

    Attributes
    ----------
    value
        None where it is secret.
    source
        ``environment``, ``secret``, ``file``, ``given`` by whoever started the service, or
        ``default``.
    """

    name: str
    value: str | None
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Machine:
    """What the service runs on."""

    versions: Mapping[str, str]
    database: str
    revision: str | None
    connections: tuple[int, int]
    disk_free: int
    disk_total: int


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What is installed: its settings, and the machine it runs on."""

    settings: Settings
    database: Database
    revision: Callable[[Database], str | None]

    def list_settings(self) -> list[SetValue]:
        """Return every setting in the order of the reference, with where it comes from."""
        sources = _sources_of(self.settings)
        return [
            SetValue(name=name, value=_plain(name, value), source=sources[name])
            for name in type(self.settings).model_fields
            for value in (getattr(self.settings, name),)
        ]

    def describe(self) -> Machine:
        """Return what the service runs on now."""
        place = self.settings.var_dir.resolve()
        disk = shutil.disk_usage(next(one for one in (place, *place.parents) if one.exists()))
        packages = {name: version(name) for name in PACKAGES}
        own = {"loanwright": version("loanwright"), "python": platform.python_version()}
        return Machine(
            versions={**own, **packages},
            database=self.database.name,
            revision=self.revision(self.database),
            connections=self.database.connections(),
            disk_free=disk.free,
            disk_total=disk.total,
        )


def _sources_of(settings: Settings) -> dict[str, str]:
    kind, given = type(settings), settings.model_fields_set
    found = dict.fromkeys(kind.model_fields, "default") | dict.fromkeys(given, "given")
    files = settings.secrets_dir
    places: list[tuple[str, Mapping[str, Any]]] = [("file", TomlConfigSettingsSource(kind)())]
    if files.is_dir():
        places.append(("secret", SecretsSettingsSource(kind, secrets_dir=files)()))
    places.append(("environment", EnvSettingsSource(kind)()))
    for place, told in places:
        found |= {name: place for name in told if name in given}
    return found


def _plain(name: str, value: Any) -> str | None:
    if isinstance(value, SecretStr):
        return None
    if name == "database_url":
        return make_url(value).render_as_string(hide_password=True)
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={one}" for key, one in value.items())
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, Path | int | float | str) else ""
