"""What is lost, doubled or late when parts of the service die: figures of the fault laboratory."""

import asyncio
import json
import os
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aio_pika
from faultlab.callers import Callers
from faultlab.checker import PREFIX, Findings, check_stored, dead_letters, read_stored
from faultlab.history import Event, History, read_history
from faultlab.laboratory import DATABASE, Laboratory, Part, laboratory
from faultlab.servers import wait_until

RESULTS = Path(__file__).parent / "results"
SEED = 20261121
JOBS_PER_SECOND = 50.0
EVENTS_PER_SECOND = 100.0


@contextmanager
def loaded(
    lab: Laboratory, *, seed: int, now: float, later: float
) -> Iterator[tuple[Callers, History]]:
    """Send applications at steady rates for as long as the block lasts."""
    history = History(lab.root / f"history-{time.monotonic_ns()}.jsonl")
    ports = [int(api.port or 0) for api in lab.apis]
    callers = Callers(ports, lab.token, history, seed=seed, now=now, later=later)
    callers.start()
    try:
        yield callers, history
    finally:
        callers.stop()
        history.close()


def judged(lab: Laboratory, history: History) -> Findings:
    """Compare what was told with what is there."""
    return check_stored(read_history(history.path), read_stored(lab))


def workers_killed(
    seed: int, *, kills: int = 200, every: float = 2.5, most_seconds: float = 1_200.0
) -> dict[str, Any]:
    """Kill random workers under load, as long as others work; each is started again at once."""
    rng = random.Random(seed)
    killed = 0
    with laboratory(workers=4, proxied=False) as lab, ThreadPoolExecutor(4) as starting:
        began = time.monotonic()
        with loaded(lab, seed=seed, now=0, later=JOBS_PER_SECOND) as (callers, history):
            while killed < kills and time.monotonic() - began < most_seconds:
                time.sleep(every)
                chosen = rng.choice(_ready(lab.workers))
                chosen.kill()
                killed += 1
                starting.submit(chosen.start)
            seconds = time.monotonic() - began
        last = time.monotonic()
        lab.wait_until_drained(60)
        terminal = time.monotonic() - last
        found = judged(lab, history)
        waits = _job_seconds(lab)
        attempts = lab.ask("SELECT max(attempts) FROM jobs")[0][0]
    return {
        "kills": killed,
        "seconds": round(seconds, 1),
        "jobs": len(waits),
        "jobs_per_second": round(len(waits) / callers.seconds, 1),
        "turned_away": callers.turned_away,
        **_kept(found),
        "slowest_job_seconds": round(max(waits), 2),
        "p99_job_seconds": round(_share(waits, 0.99), 2),
        "most_attempts": attempts,
        "all_terminal_after_the_load_seconds": round(terminal, 2),
        "reached": not found.violations and max(waits) <= 30 and killed >= 200,
    }


def _ready(parts: Sequence[Part]) -> list[Part]:
    # Where a start takes longer than the time between kills, nobody would ever work.
    enough = len(parts) // 2 + 1
    wait_until(lambda: sum(part.ready for part in parts) >= enough, 120, "the start of workers")
    return [part for part in parts if part.ready]


def postgresql_killed(seed: int, *, rounds: int = 10, acked: int = 10_000) -> dict[str, Any]:
    """Kill the postmaster and its backends under load, again and again."""
    back, healthy = [], []
    with laboratory(proxied=False) as lab:
        with loaded(lab, seed=seed, now=60, later=30) as (callers, history):
            for _ in range(rounds):
                time.sleep(6)
                lab.postgresql.kill()
                back.append(lab.postgresql.start())
                healthy.append(lab.wait_until_well())
            path = history.path
            wait_until(lambda: _acknowledged(path) >= acked, 420, "enough acknowledgements")
        drained = lab.wait_until_drained(60)
        found = judged(lab, history)
    return {
        "rounds": rounds,
        **_kept(found),
        "turned_away": callers.turned_away,
        "database_back_seconds": _summary(back),
        "healthy_after_it_is_back_seconds": _summary(healthy),
        "drained_seconds": round(drained, 2),
        "reached": not found.violations
        and found.counts["acknowledged"] >= acked
        and max(healthy) <= 15,
    }


def rabbitmq_killed(seed: int, *, rounds: int = 3, away: float = 5.0) -> dict[str, Any]:
    """Kill the broker under load; decisions that are wanted now must not notice."""
    up, drained, outages = [], [], []
    with laboratory(proxied=False) as lab:
        with loaded(lab, seed=seed, now=40, later=40) as (callers, history):
            for _ in range(rounds):
                time.sleep(6)
                outages.append([time.time(), 0.0])
                lab.rabbitmq.kill()
                time.sleep(away)
                up.append(lab.rabbitmq.start())
                outages[-1][1] = time.time()
                drained.append(_caught_up(lab, outages[-1][1]))
        lab.wait_until_drained(60)
        found = judged(lab, history)
        events = read_history(history.path)
        restarted = sum(part.starts - 1 for part in lab.parts)
    return {
        "rounds": rounds,
        **_kept(found),
        "turned_away": callers.turned_away,
        "synchronous_while_away": _between(events, outages, "ok"),
        "synchronous_failed_while_away": _between(events, outages, "info"),
        "synchronous_failed_at_all": sum(e.kind == "info" and e.mode == "now" for e in events),
        "broker_up_seconds": _summary(up),
        "drained_after_it_is_up_seconds": _summary(drained),
        "processes_restarted": restarted,
        "reached": not found.violations
        and _between(events, outages, "info") == 0
        and max(drained) <= 30,
    }


def _caught_up(lab: Laboratory, moment: float) -> float:
    """Wait until every job that was accepted before this moment has ended."""
    when = datetime.fromtimestamp(moment, UTC).isoformat()
    left = (
        f"SELECT count(*) FROM jobs WHERE state IN ('queued', 'running') AND created_at < '{when}'"
    )
    return wait_until(lambda: lab.ask(left)[0][0] == 0, 90, "draining")


def _between(events: Sequence[Event], spans: Sequence[Sequence[float]], kind: str) -> int:
    return sum(
        event.kind == kind and event.mode == "now" and begin <= event.at <= end
        for event in events
        for begin, end in spans
    )


def delays(seed: int, *, seconds: float = 25.0) -> dict[str, Any]:
    """Measure how long accepted work takes, and how long messages wait for the relay."""
    with laboratory(proxied=False) as lab:
        with loaded(lab, seed=seed, now=0, later=JOBS_PER_SECOND) as (callers, _):
            time.sleep(seconds)
        lab.wait_until_drained(60)
        waits, at_50 = _job_seconds(lab), _lags(lab, 0)
        first = int(lab.ask("SELECT max(sequence) FROM outbox")[0][0])
        events_per_second = _put_events(lab, seconds=seconds)
        lab.wait_until_drained(60)
        at_100 = _lags(lab, first)
    p95 = round(_share(waits, 0.95) * 1000)
    p99 = round(_share(at_100, 0.99) * 1000)
    return {
        "jobs": len(waits),
        "jobs_per_second": round(len(waits) / callers.seconds, 1),
        "turned_away": callers.turned_away,
        "accepted_to_done_p50_ms": round(_share(waits, 0.5) * 1000),
        "accepted_to_done_p95_ms": p95,
        "accepted_to_done_p99_ms": round(_share(waits, 0.99) * 1000),
        "relay_lag_beside_the_jobs_p99_ms": round(_share(at_50, 0.99) * 1000),
        "events": len(at_100),
        "events_per_second": round(events_per_second, 1),
        "relay_lag_p50_ms": round(_share(at_100, 0.5) * 1000),
        "relay_lag_p99_ms": p99,
        "reached": p95 <= 1000 and p99 <= 1000 and events_per_second >= 0.95 * EVENTS_PER_SECOND,
    }


def _put_events(lab: Laboratory, *, seconds: float) -> float:
    """Put events into the outbox, each in a transaction of its own; return how many a second."""
    put = "INSERT INTO outbox (topic, subject, created_at) VALUES ('jobs', 'job_none', now())"
    began, number = time.monotonic(), 0
    with lab.postgresql.connect(DATABASE) as connection:
        while (due := number / EVENTS_PER_SECOND) < seconds:
            time.sleep(max(0.0, began + due - time.monotonic()))
            connection.execute(put)
            number += 1
    return number / (time.monotonic() - began)


def repeated(seed: int, *, jobs: int = 1_000, times: int = 3) -> dict[str, Any]:
    """Deliver every message again, three times, and poison one: nothing may change."""
    with laboratory(proxied=False) as lab:
        with loaded(lab, seed=seed, now=0, later=40) as (_, history):
            path = history.path
            wait_until(lambda: _acknowledged(path) >= jobs, 120, "enough jobs")
        lab.wait_until_drained(60)
        before = _counts(lab)
        names = [str(row[0]) for row in lab.ask("SELECT id FROM jobs ORDER BY id LIMIT 1000")]
        asyncio.run(_publish(lab.rabbitmq.url(), names * times))
        wait_until(lambda: asyncio.run(_waiting(lab.rabbitmq.url())) == 0, 120, "telling all")
        time.sleep(2)
        after, found = _counts(lab), judged(lab, history)
        poison = _poison(lab, names[0])
    return {
        "messages_delivered_again": len(names) * times,
        "rows_before": before,
        "rows_after": after,
        "changed": before != after,
        **_kept(found),
        "poison": poison,
        "reached": before == after and not found.violations and poison["reached"],
    }


def _poison(lab: Laboratory, name: str) -> dict[str, Any]:
    for worker in lab.workers:
        worker.stop()
    asyncio.run(_publish(lab.rabbitmq.url(), [name]))
    deliveries = asyncio.run(_refuse(lab.rabbitmq.url()))
    for worker in lab.workers:
        worker.start()
        worker.wait_until_ready()
    letters = asyncio.run(dead_letters(lab.rabbitmq.url()))
    return {
        "deliveries": deliveries,
        "dead_letters": len(letters),
        "reasons": sorted({reason for _, reason in letters}),
        "reached": deliveries == 21 and [reason for _, reason in letters] == ["delivery_limit"],
    }


async def _refuse(url: str) -> int:
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.get_queue(f"{PREFIX}.jobs")
        deliveries = silent = 0
        while silent < 20:
            message = await queue.get(fail=False)
            if message is None:
                silent += 1
                await asyncio.sleep(0.1)
                continue
            deliveries, silent = deliveries + 1, 0
            await message.reject(requeue=True)
        return deliveries


async def _publish(url: str, names: Sequence[str]) -> None:
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
        exchange = channel.default_exchange
        for first in range(0, len(names), 200):
            await asyncio.gather(
                *(
                    exchange.publish(
                        aio_pika.Message(name.encode(), delivery_mode=2),
                        routing_key=f"{PREFIX}.jobs",
                        mandatory=True,
                    )
                    for name in names[first : first + 200]
                )
            )


async def _waiting(url: str) -> int:
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue(f"{PREFIX}.jobs", passive=True)
        return int(queue.declaration_result.message_count or 0)


def _counts(lab: Laboratory) -> dict[str, int]:
    """Return how many rows there are of whatever a decision writes."""
    tables = [
        str(row[0])
        for row in lab.ask("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    ]
    wanted = (
        "jobs",
        "decisions",
        "applications",
        "applicants",
        "idempotency_keys",
        "audit_entries",
    )
    names = sorted(name for name in tables if name.startswith(wanted))
    return {name: int(lab.ask(f"SELECT count(*) FROM {name}")[0][0]) for name in names}


def _acknowledged(path: Path) -> int:
    return len({event.key for event in read_history(path) if event.kind == "ok"})


def _job_seconds(lab: Laboratory, since: int = 0) -> list[float]:
    statement = (
        "SELECT extract(epoch FROM finished_at - created_at) FROM jobs "
        f"WHERE finished_at IS NOT NULL AND sequence > {since}"
    )
    return [float(row[0]) for row in lab.ask(statement)]


def _lags(lab: Laboratory, since: int) -> list[float]:
    statement = (
        "SELECT extract(epoch FROM published_at - created_at) FROM outbox "
        f"WHERE published_at IS NOT NULL AND sequence > {since}"
    )
    return [float(row[0]) for row in lab.ask(statement)]


def _kept(found: Findings) -> dict[str, Any]:
    names = ("asked", "acknowledged", "lost", "duplicated", "unknown")
    return {name: found.counts[name] for name in names} | {
        "violations": found.violations[:5],
    }


def _summary(values: Sequence[float]) -> dict[str, float]:
    return {"median": round(statistics.median(values), 2), "max": round(max(values), 2)}


def _share(values: Sequence[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


FIGURES: dict[str, Callable[[int], dict[str, Any]]] = {
    "workers": workers_killed,
    "postgresql": postgresql_killed,
    "rabbitmq": rabbitmq_killed,
    "delays": delays,
    "repeated": repeated,
}


def run() -> dict[str, Any]:
    """Measure every figure."""
    return {name: measured(name, SEED) for name in FIGURES}


def measured(name: str, seed: int) -> dict[str, Any]:
    """Measure one figure, and say what else the machine was doing."""
    before = os.getloadavg()[0]
    found = FIGURES[name](seed)
    return {"seed": seed, "load_before": round(before, 1), **found}


def measure(name: str, seed: int) -> int:
    """Measure one figure, keep it beside the others and return the exit code."""
    from benchmarks.__main__ import describe_machine

    if name not in FIGURES:
        print(f"There is no figure {name}; known: {', '.join(FIGURES)}")
        return 2
    began = time.perf_counter()
    figure = measured(name, seed)
    path = RESULTS / "durability.json"
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"figures": {}}
    figure["seconds_taken"] = round(time.perf_counter() - began, 1)
    kept = {
        "benchmark": "durability",
        "machine": describe_machine(),
        "figures": {**kept["figures"], name: figure},
    }
    path.write_text(json.dumps(kept, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    print(json.dumps(figure, indent=2))
    return 0 if figure["reached"] else 1
