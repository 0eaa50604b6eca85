"""The checks of `loanwright doctor --deep`: they take longer, and compute decisions again."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from loanwright.cli.checkup import Check, Finding, is_made
from loanwright.errors import LoanwrightError

if TYPE_CHECKING:
    from loanwright.service.bootstrap import Service
    from loanwright.service.kit.database import Database
    from loanwright.service.settings import Settings

OTHERS = stat.S_IRWXG | stat.S_IRWXO
OLD_POSTGRESQL = 14
KEY_FILES = ("identity.key", "master.key")
MOST_WAIT_SECONDS = 60.0
MOST_UNSEALED = 10_000
ANYWHERE = {"0.0.0.0", "::"}  # noqa: S104


def deep_checks(last: int) -> dict[str, Check]:
    """Return the checks, by what they are about; the last decisions are computed again."""
    return {
        "settings": check_settings,
        "keys": check_keys,
        "broker": check_broker,
        "integrity": check_integrity,
        "policies": _with_service(check_policies),
        "backlog": _with_service(check_backlog),
        "audit": _with_service(check_audit),
        "replay": _with_service(partial(check_replay, last=last)),
    }


def _with_service(check: "Callable[[Service], Iterator[Finding]]") -> Check:
    """Return a check that is made only where opening the service changes nothing."""

    def checked(settings: "Settings") -> Iterator[Finding]:
        with _opened(settings) as service:
            if service is not None:
                yield from check(service)

    return checked


@contextmanager
def _opened(settings: "Settings") -> "Iterator[Service | None]":
    from loanwright.service.bootstrap import build, open_database
    from loanwright.service.migrations.steps import current_revision, newest_revision

    missing = [path for path in _key_files(settings) if not path.exists()]
    if missing or not is_made(settings):
        yield None
        return
    database = open_database(settings)
    try:
        newest = current_revision(database) == newest_revision()
    finally:
        database.close()
    if not newest:
        yield None
        return
    service = build(settings.model_copy(update={"otel_endpoint": None}))
    try:
        yield service
    finally:
        service.close()


def check_settings(settings: "Settings") -> Iterator[Finding]:
    """Look at what was set, by name, and at what is open to everybody."""
    chosen = sorted(settings.model_fields_set)
    yield Finding(about="settings", state="ok", what=", ".join(chosen) or "all by default")
    if settings.metrics_public:
        yield Finding(
            about="metrics",
            state="warning",
            what="whoever reaches the service can read /metrics",
            remedy="Let the proxy hide it, or unset metrics_public.",
        )
    if settings.host in ANYWHERE and not settings.allowed_hosts:
        yield Finding(
            about="names",
            state="warning",
            what=f"on {settings.host} the service answers under any name",
            remedy="Set allowed_hosts to the names it is asked for.",
        )


def check_keys(settings: "Settings") -> Iterator[Finding]:
    """Look whether keys are there, and whether anybody else can read them."""
    for path in _key_files(settings):
        if not path.exists():
            # Before the first start there is nothing that they could be missing for.
            yield Finding(
                about=path.name,
                state="wrong" if is_made(settings) else "ok",
                what="it is missing" if is_made(settings) else "made at the first start",
                remedy="Bring it back from its copy: without it applicants are strangers."
                if is_made(settings)
                else "",
            )
    directory = settings.secrets_dir
    kept = [*_private_files(settings)]
    exposed = [path for path in kept if path.stat().st_mode & OTHERS]
    if directory.is_dir() and not os.access(directory, os.R_OK):
        yield Finding(about="secrets", state="wrong", what=f"{directory} cannot be read")
    yield Finding(
        about="file modes",
        state="wrong" if exposed else "ok",
        what=", ".join(f"others can read {path}" for path in exposed)
        or f"{len(kept)} private files are their owner's alone",
        remedy=f"chmod 600 {' '.join(map(str, exposed))}" if exposed else "",
    )


def _key_files(settings: "Settings") -> list[Path]:
    given = (settings.identity_key, settings.master_key)
    return [
        settings.var_dir / name for name, key in zip(KEY_FILES, given, strict=True) if key is None
    ]


def _private_files(settings: "Settings") -> Iterator[Path]:
    from sqlalchemy import make_url

    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and is_made(settings):
        yield Path(url.database or "")
    yield from sorted(settings.var_dir.glob("*.key"))
    yield from sorted(settings.spool_dir.glob("*"))


def check_broker(settings: "Settings") -> Iterator[Finding]:
    """Look whether the broker answers, and whether its queue loses nothing."""
    from loanwright.service.messaging.inspection import inspect_broker

    if settings.broker_url is None:
        yield Finding(about="broker", state="ok", what="none is set; this process works itself")
        return
    found = inspect_broker(settings.broker_url.get_secret_value(), settings.broker_prefix)
    yield Finding(about="broker", state="ok", what=found.product)
    remedies = {
        "missing": ("warning", "Start a worker: it declares the queue."),
        "different": ("wrong", "Drain the queue, delete it, and start a worker: it declares it."),
    }
    state, remedy = remedies.get(found.queue, ("ok", ""))
    told = f"{found.waiting} messages wait" if found.queue == "sound" else f"it is {found.queue}"
    yield Finding(about="queue", state=state, what=told, remedy=remedy)  # type: ignore[arg-type]
    if found.dead:
        yield Finding(
            about="dead letters",
            state="warning",
            what=f"{found.dead} messages were given up",
            remedy="loanwright jobs list --state failed; loanwright jobs redrive --all",
        )


def check_integrity(settings: "Settings") -> Iterator[Finding]:
    """Read the whole database file, or what PostgreSQL says of its own care."""
    from loanwright.service.bootstrap import open_database

    if not is_made(settings):
        return
    database = open_database(settings)
    try:
        yield from (_sqlite if database.name == "sqlite" else _postgresql)(database)
    finally:
        database.close()


def _sqlite(database: "Database") -> Iterator[Finding]:
    from sqlalchemy import text

    with database.read() as connection:
        told = connection.execute(text("PRAGMA integrity_check(3)")).scalars().all()
        orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
    sound = list(told) == ["ok"] and not orphans
    yield Finding(
        about="integrity",
        state="ok" if sound else "wrong",
        what="every page is sound" if sound else f"{'; '.join(told)}, {len(orphans)} orphans",
        remedy="" if sound else "Restore it from a backup.",
    )


def _postgresql(database: "Database") -> Iterator[Finding]:
    from sqlalchemy import text

    with database.read() as connection:
        number = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
        checksums = connection.execute(text("SHOW data_checksums")).scalar_one()
        failures = connection.execute(
            text("SELECT coalesce(sum(checksum_failures), 0) FROM pg_stat_database")
        ).scalar_one()
    yield Finding(
        about="PostgreSQL version",
        state="ok" if number >= OLD_POSTGRESQL else "warning",
        what=str(number),
        remedy="" if number >= OLD_POSTGRESQL else "It is no longer mended: move to a newer one.",
    )
    state = "wrong" if failures else ("ok" if checksums == "on" else "warning")
    yield Finding(
        about="page checksums",
        state=state,  # type: ignore[arg-type]
        what=f"{checksums}, {failures} failures",
        remedy={
            "ok": "",
            "warning": "With the server stopped: pg_checksums --enable",
            "wrong": "A disk gives back other bytes than it was given: restore from a backup.",
        }[state],
    )


def check_policies(service: "Service") -> Iterator[Finding]:
    """Look whether every product that is decided has a policy and its models."""
    live = service.registry.list_live()
    for name in sorted({model.product for model in live}):
        try:
            policy = service.policies.live(name)
        except LoanwrightError as problem:
            yield Finding(
                about=f"policy of {name}",
                state="wrong",
                what=str(problem),
                remedy="Start once with loanwright serve --product FILE: it publishes the policy.",
            )
        else:
            yield Finding(about=f"policy of {name}", state="ok", what=f"{policy.hash[:12]} is live")
    for model in live:
        package = service.registry.open(model)
        yield Finding(
            about=f"champion of {model.product} ({model.segment})",
            state="ok",
            what=f"{package.hash[:12]} ({model.family}), hashes and golden rows agree",
        )


def check_backlog(service: "Service") -> Iterator[Finding]:
    """Look whether anything waits that should not."""
    count, oldest = service.jobs.outbox.waiting()
    late = oldest is not None and oldest > MOST_WAIT_SECONDS
    yield Finding(
        about="outbox",
        state="warning" if late else "ok",
        what=f"{count} messages wait" + (f", the oldest for {oldest:.0f} s" if oldest else ""),
        remedy="Start a service or a worker that reaches the broker." if late else "",
    )
    jobs = service.jobs.count_unfinished()
    failed = jobs.get("failed", 0)
    yield Finding(
        about="jobs",
        state="warning" if failed else "ok",
        what=", ".join(f"{number} {state}" for state, number in jobs.items()),
        remedy="loanwright jobs list --state failed; loanwright jobs redrive --all"
        if failed
        else "",
    )
    spooled = sorted(service.settings.spool_dir.glob("*"))
    if spooled:
        yield Finding(
            about="spool",
            state="warning",
            what=f"{len(spooled)} files wait in {service.settings.spool_dir}",
            remedy="loanwright spool list; loanwright spool replay",
        )


def check_audit(service: "Service") -> Iterator[Finding]:
    """Look whether the audit log is sealed as it grows."""
    from sqlalchemy import inspect, text

    with service.database.read() as connection:
        tables = set(inspect(connection).get_table_names())
        if not {"audit_entries", "audit_seals"} <= tables:
            return
        entries = connection.execute(text("SELECT count(*) FROM audit_entries")).scalar_one()
        sealed = connection.execute(
            text('SELECT coalesce(sum("count"), 0) FROM audit_seals')
        ).scalar_one()
    unsealed = entries - sealed
    behind = unsealed > MOST_UNSEALED
    yield Finding(
        about="audit log",
        state="warning" if behind else "ok",
        what=f"{entries} entries, {unsealed} of them not sealed yet",
        remedy="Start a service or a worker: it seals what was written." if behind else "",
    )


def check_replay(service: "Service", *, last: int) -> Iterator[Finding]:
    """Compute the last decisions again and compare every bit."""
    latest = islice(service.decisions.replay_all(at_once=max(last, 1)), last)
    results = [one for one in latest if not one.erased]
    different = []
    for result in results:
        if not result.equal:
            fields = ", ".join(one.field for one in result.differences)
            different.append(f"{result.decision_id} ({fields})")
    yield Finding(
        about="replay",
        state="wrong" if different else "ok",
        what=f"not the same again: {'; '.join(different)}"
        if different
        else f"the last {len(results)} decisions come out the same, bit for bit",
        remedy="loanwright replay DECISION says what differs, and why." if different else "",
    )
