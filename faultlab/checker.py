"""Eight invariants, checked when everything has healed."""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aio_pika
import httpx

from faultlab.callers import digest_of
from faultlab.history import Asked, Event, by_key
from faultlab.laboratory import Laboratory

PREFIX = "loanwright"
MOST_REPEATED = 100


@dataclass(kw_only=True)
class Stored:
    """What the database holds, as far as the invariants speak of it."""

    decided: Mapping[str, str]
    decisions: frozenset[str]
    twice: Sequence[str]
    jobs: Mapping[str, tuple[str, str | None, str]]
    waiting: int


@dataclass(kw_only=True)
class Findings:
    """What was found: counts to print, and every violation by its invariant."""

    counts: dict[str, Any] = field(default_factory=dict)
    violations: list[str] = field(default_factory=list)


def read_stored(lab: Laboratory) -> Stored:
    """Read the database."""
    used = "SELECT key, decision_id FROM idempotency_keys WHERE caller_id = '{}'"
    twice = "SELECT application_id FROM decisions GROUP BY application_id HAVING count(*) > 1"
    jobs = "SELECT id, state, result, coalesce(key, id) FROM jobs"
    return Stored(
        decided=dict(lab.ask(used.format(lab.caller_id))),
        decisions=frozenset(str(row[0]) for row in lab.ask("SELECT id FROM decisions")),
        twice=[str(row[0]) for row in lab.ask(twice)],
        jobs={str(row[0]): (row[1], row[2], row[3]) for row in lab.ask(jobs)},
        waiting=int(lab.ask("SELECT count(*) FROM outbox WHERE published_at IS NULL")[0][0]),
    )


def check_stored(events: Sequence[Event], stored: Stored) -> Findings:
    """Compare what callers were told with what is there: I1, I2, I3, I5, and I8 within it."""
    asked, found = by_key(events), Findings()
    acknowledged = {key: one for key, one in asked.items() if one.acknowledged}
    lost = [key for key, one in acknowledged.items() if not _is_there(key, one, stored)]
    known = [key for key in stored.decided if not key.startswith("probe-")]
    doubled = _doubled(stored, known)
    unfinished = [job for job, row in stored.jobs.items() if row[0] not in ("done", "failed")]
    changed = [key for key, one in asked.items() if len({a.digest for a in one.answers}) > 1]
    found.counts = {
        "asked": len(asked),
        "acknowledged": len(acknowledged),
        "lost": len(lost),
        "duplicated": len(doubled),
        "unknown": sum(not one.acknowledged and not one.refused for one in asked.values()),
        "refused": sum(one.refused for one in asked.values()),
        "attempts in doubt": sum(one.doubtful for one in asked.values()),
        "decisions": len(stored.decisions),
    }
    found.violations += [f"I1 {key} was acknowledged and is not there" for key in lost]
    found.violations += [f"I2 {name} was decided twice" for name in doubled]
    found.violations += [f"I2 {key} was never asked" for key in known if key not in asked]
    found.violations += [f"I3 {job} has not ended" for job in unfinished]
    found.violations += [
        f"I3 {job} failed" for job, row in stored.jobs.items() if row[0] == "failed"
    ]
    if stored.waiting:
        found.violations.append(f"I5 {stored.waiting} messages wait in the outbox")
    found.violations += [f"I8 {key} was answered in two ways" for key in changed]
    return found


def _is_there(key: str, one: Asked, stored: Stored) -> bool:
    decision = stored.decided.get(key)
    if decision is None or decision not in stored.decisions:
        return False
    for answer in one.answers:
        if one.mode == "now" and answer.found != decision:
            return False
        if one.mode == "later":
            state, result, own = stored.jobs.get(answer.found, ("", None, ""))
            if (state, result, own) != ("done", decision, key):
                return False
    return True


def _doubled(stored: Stored, known: Sequence[str]) -> list[str]:
    shared = [stored.decided[key] for key in known]
    reused = sorted({one for one in shared if shared.count(one) > 1}) if _repeats(shared) else []
    # A decision that belongs to no key was made for somebody who had one already.
    orphans = sorted(stored.decisions - set(stored.decided.values()))
    return [*stored.twice, *reused, *orphans]


def _repeats(values: Sequence[str]) -> bool:
    return len(set(values)) != len(values)


def check_all(lab: Laboratory, events: Sequence[Event], *, seed: int) -> Findings:
    """Check all eight, on a laboratory that has healed."""
    found = check_stored(events, read_stored(lab))
    found.counts["repeated"] = _check_repeats(lab, events, found, seed)
    _check_command(lab, found, "I6", ("replay", "--all"))
    if lab.call("audit", "--help").returncode == 0:
        _check_command(lab, found, "I4", ("audit", "verify"))
    else:
        found.counts["I4"] = "there is no audit log"
    letters = asyncio.run(dead_letters(lab.rabbitmq.url()))
    found.counts["dead letters"] = len(letters)
    found.violations += [f"I7 {one} has no reason" for one, reason in letters if not reason]
    return found


def _check_command(lab: Laboratory, found: Findings, name: str, arguments: tuple[str, ...]) -> None:
    ended = lab.call(*arguments)
    lines = (ended.stdout + ended.stderr).strip().splitlines() or ["(nothing)"]
    found.counts[name] = lines[-1].strip()
    if ended.returncode != 0:
        found.violations.append(f"{name} {' '.join(arguments)}: {lines[-1]}")


def _check_repeats(lab: Laboratory, events: Sequence[Event], found: Findings, seed: int) -> int:
    """Send again what was in doubt, and a sample of the rest; each must get the same answer."""
    asked = by_key(events)
    doubtful = [key for key, one in asked.items() if one.doubtful and one.acknowledged]
    others = [key for key, one in asked.items() if not one.doubtful and one.acknowledged]
    draw = random.Random(seed)
    chosen = draw.sample(doubtful, min(len(doubtful), MOST_REPEATED))
    chosen += draw.sample(others, min(len(others), MOST_REPEATED))
    headers = {"Authorization": f"Bearer {lab.token}", "Content-Type": "application/json"}
    with httpx.Client(timeout=20, headers=headers) as client:
        for key in chosen:
            one, port = asked[key], draw.choice(lab.apis).port
            prefer = {"Prefer": "respond-async"} if one.mode == "later" else {}
            url = f"http://127.0.0.1:{port}/v1/applications"
            answer = client.post(url, content=one.body, headers={"Idempotency-Key": key, **prefer})
            good = answer.status_code in (201, 202)
            if not good or digest_of(one.mode, answer) != one.answers[0].digest:
                found.violations.append(f"I8 {key} is answered otherwise when it is repeated")
    return len(chosen)


async def dead_letters(url: str) -> list[tuple[str, str]]:
    """Return the dead letters, each with why it died, and leave them where they are."""
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        try:
            queue = await channel.declare_queue(f"{PREFIX}.dead", passive=True)
        except aio_pika.exceptions.AMQPException:
            return []
        found = []
        while (letter := await queue.get(fail=False)) is not None:
            found.append((letter.body.decode("ascii", "replace"), reason_of(letter.headers)))
        return found


def reason_of(headers: Mapping[str, Any]) -> str:
    """Return why a letter died."""
    deaths: Any = headers.get("x-death") or [{}]
    return str(deaths[0].get("reason", ""))
