"""The checks of `loanwright doctor`: each looks at one thing and says what to do."""

import os
import shutil
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from loanwright.errors import LoanwrightError

if TYPE_CHECKING:
    from loanwright.service.kit.database import Database
    from loanwright.service.settings import Settings

OLDEST_PYTHON = (3, 11)
SAFE_SQLITE = (3, 51, 3)
FULL = 2
DURABLE_SETTINGS = ("fsync", "full_page_writes", "synchronous_commit")
LITTLE_DISK = 1 << 30
VERY_LITTLE_DISK = 100 << 20
BUILT = datetime(2026, 1, 1, tzinfo=UTC)
MOST_SKEW_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a check found.

    Attributes
    ----------
    about
        What was looked at.
    state
        `ok`, `warning` (it works, mind it) or `wrong` (it must be mended).
    what, remedy
        What was found, and what to do about it.
    """

    about: str
    state: Literal["ok", "warning", "wrong"]
    what: str
    remedy: str = ""


Check: TypeAlias = "Callable[[Settings], Iterator[Finding]]"


def check_all(settings: "Settings", more: Mapping[str, Check] | None = None) -> list[Finding]:
    """Run every check; one that cannot look says so and does not stop the others."""
    checks: tuple[tuple[str, Check], ...] = (
        ("Python", check_python),
        ("compiled engine", check_engine),
        ("disk", check_disk),
        ("clock", check_clock),
        ("database", check_database),
        ("packages", check_packages),
        *(more or {}).items(),
    )
    findings: list[Finding] = []
    for about, check in checks:
        try:
            findings.extend(check(settings))
        except (LoanwrightError, OSError) as problem:
            findings.append(Finding(about=about, state="wrong", what=str(problem)))
    return findings


def check_python(_settings: "Settings") -> Iterator[Finding]:
    """Look at the interpreter and at what is installed."""
    fresh = sys.version_info >= OLDEST_PYTHON
    yield Finding(
        about="Python",
        state="ok" if fresh else "wrong",
        what=".".join(map(str, sys.version_info[:3])),
        remedy="" if fresh else "Install Python 3.11 or newer.",
    )
    try:
        what = f"installed, LightGBM {version('lightgbm')}, polars {version('polars')}"
    except PackageNotFoundError:
        what = "not installed; serving does not need it"
    yield Finding(about="train extra", state="ok", what=what)


def check_engine(_settings: "Settings") -> Iterator[Finding]:
    """Look whether compiled code can be kept, so that a start need not compile."""
    from numba.core import config

    chosen = getattr(config, "CACHE_DIR", "")
    place = Path(chosen or Path(__file__).parent.parent / "engine")
    if os.access(place, os.W_OK):
        yield Finding(about="compiled engine", state="ok", what="its code is kept on disk")
        return
    yield Finding(
        about="compiled engine",
        state="warning",
        what=f"{place} cannot be written: every start may compile anew",
        remedy="Set NUMBA_CACHE_DIR to a directory that can be written.",
    )


def check_disk(settings: "Settings") -> Iterator[Finding]:
    """Look at the space that is left where the service writes."""
    place = next(
        p for p in (settings.var_dir.resolve(), *settings.var_dir.resolve().parents) if p.exists()
    )
    free = shutil.disk_usage(place).free
    writable = os.access(place, os.W_OK)
    state: Literal["ok", "warning", "wrong"] = "ok" if free >= LITTLE_DISK else "warning"
    if free < VERY_LITTLE_DISK or not writable:
        state = "wrong"
    yield Finding(
        about="disk",
        state=state,
        what=f"{free / (1 << 30):.1f} GiB free in {place}" + ("" if writable else ", not writable"),
        remedy="" if state == "ok" else "Free some space, or point LOANWRIGHT_VAR_DIR elsewhere.",
    )


def check_clock(_settings: "Settings") -> Iterator[Finding]:
    """Look whether the clock can be right: decisions are dated by it."""
    now = datetime.now(UTC)
    if now < BUILT:
        yield Finding(
            about="clock",
            state="wrong",
            what=f"it says {now:%Y-%m-%d %H:%M} UTC, which is past",
            remedy="Set the clock; keep it right with NTP.",
        )
        return
    started, steady = time.time(), time.monotonic()
    time.sleep(0.05)
    drift = abs((time.time() - started) - (time.monotonic() - steady))
    steady_enough = drift < MOST_SKEW_SECONDS
    yield Finding(
        about="clock",
        state="ok" if steady_enough else "warning",
        what=f"{now:%Y-%m-%d %H:%M:%S} UTC" + ("" if steady_enough else ", and it jumps"),
        remedy="" if steady_enough else "Keep the clock right with NTP.",
    )


def check_database(settings: "Settings") -> Iterator[Finding]:
    """Look at the database: does it answer, is it durable, are its tables the newest."""
    from loanwright.service.bootstrap import open_database
    from loanwright.service.migrations.steps import current_revision, newest_revision

    if not is_made(settings):
        yield Finding(
            about="database",
            state="warning",
            what=f"there is none yet ({settings.database_url})",
            remedy="Run: loanwright serve, or loanwright db upgrade",
        )
        return
    database = open_database(settings)
    try:
        look = _check_sqlite if database.name == "sqlite" else _check_postgresql
        yield from look(database)
        revision, newest = current_revision(database), newest_revision()
        yield Finding(
            about="tables",
            state="ok" if revision == newest else "wrong",
            what=f"at {revision or 'base'}" + ("" if revision == newest else f", not at {newest}"),
            remedy="" if revision == newest else "Run: loanwright db upgrade",
        )
    finally:
        database.close()


def is_made(settings: "Settings") -> bool:
    """Tell whether there is a database to look at: a look must not make its file."""
    from sqlalchemy import make_url

    url = make_url(settings.database_url)
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


def _check_sqlite(database: "Database") -> Iterator[Finding]:
    from sqlalchemy import text

    with database.read() as connection:
        journal = connection.execute(text("PRAGMA journal_mode")).scalar_one()
        synchronous = connection.execute(text("PRAGMA synchronous")).scalar_one()
        whole = connection.execute(text("PRAGMA quick_check(1)")).scalar_one()
    buggy = sqlite3.sqlite_version_info < SAFE_SQLITE
    exposed = buggy and journal == "wal"
    note = " (older than 3.51.3: its WAL can be corrupted, so it is not used)" if buggy else ""
    yield Finding(
        about="SQLite",
        state="wrong" if exposed else "ok",
        what=f"{sqlite3.sqlite_version}, journal {journal}{'' if exposed else note}",
        remedy="Run PRAGMA journal_mode = TRUNCATE, or use SQLite 3.51.3." if exposed else "",
    )
    durable = synchronous >= FULL
    yield Finding(
        about="durability",
        state="ok" if durable else "wrong",
        what=f"synchronous = {synchronous}",
        remedy="" if durable else "Remove what sets synchronous below FULL.",
    )
    sound = whole == "ok"
    yield Finding(
        about="database file",
        state="ok" if sound else "wrong",
        what="sound" if sound else str(whole),
        remedy="" if sound else "Restore it from a backup.",
    )


def _check_postgresql(database: "Database") -> Iterator[Finding]:
    from sqlalchemy import text

    with database.read() as connection:
        server = connection.execute(text("SHOW server_version")).scalar_one()
        values = {
            name: connection.execute(text(f"SHOW {name}")).scalar_one() for name in DURABLE_SETTINGS
        }
        now = connection.execute(text("SELECT extract(epoch FROM clock_timestamp())")).scalar_one()
    yield Finding(about="PostgreSQL", state="ok", what=str(server))
    off = [name for name, value in values.items() if value == "off"]
    yield Finding(
        about="durability",
        state="wrong" if off else "ok",
        what=", ".join(f"{name} = {value}" for name, value in values.items()),
        remedy=f"Set {', '.join(off)} to on: a crash can lose decisions that were answered."
        if off
        else "",
    )
    skew = abs(float(now) - time.time())
    yield Finding(
        about="clock of the database",
        state="ok" if skew < MOST_SKEW_SECONDS else "warning",
        what=f"{skew:.1f} s from this machine's",
        remedy="" if skew < MOST_SKEW_SECONDS else "Keep both clocks right with NTP.",
    )


def check_packages(settings: "Settings") -> Iterator[Finding]:
    """Verify every model package: its hashes and its golden rows."""
    from loanwright.packaging.package import ModelPackage

    found = sorted(path.parent for path in settings.models_dir.glob("*/manifest.json"))
    if not found:
        yield Finding(
            about="packages",
            state="warning",
            what=f"none in {settings.models_dir}",
            remedy="Train some: loanwright train PRODUCT SAMPLE, or loanwright demo",
        )
    for path in found:
        try:
            package = ModelPackage.load(path, backend="auto")
        except LoanwrightError as problem:
            yield Finding(
                about=path.name,
                state="wrong",
                what=str(problem),
                remedy="Restore it from a backup, or train it again.",
            )
        else:
            yield Finding(about=path.name, state="ok", what=f"verified, {package.hash[:12]}")
