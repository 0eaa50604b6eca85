"""Full decisions over HTTP: everything durable, beside `mlflow models serve` of the same model."""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import create_engine, make_url, text

from benchmarks.load import Outcome, WriteRequest, closed_loop, open_loop
from benchmarks.reference_service import FEATURES, train_reference, write_reference

SECONDS = 8.0
WARM_SECONDS = 2.0
CONNECTIONS = 64
OPEN_CONNECTIONS = 128
PER_SECOND = 500.0
POSTGRESQL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
LABELS = {
    "postgresql": "PostgreSQL, hot route",
    "postgresql_ordinary": "PostgreSQL, ordinary route",
    "sqlite": "SQLite, hot route",
    "sqlite_ordinary": "SQLite, ordinary route",
    "mlflow": "mlflow models serve (prediction only, nothing stored)",
}


@dataclass(frozen=True, kw_only=True)
class Target:
    """A server that answers, and how it is asked."""

    port: int
    write: WriteRequest


def run(names: tuple[str, ...] = tuple(LABELS), rounds: int = 2) -> dict[str, Any]:
    """Measure every server in turn, twice over, on the cores that the database uses too."""
    figures: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        booster = train_reference()
        write_reference(root, booster)
        for _ in range(rounds):
            for name in names:
                with SERVERS[name](root, booster) as target:
                    figures[name].append(measure(target))
    medians = {name: _median(results) for name, results in figures.items()}
    print_table(medians)
    return {"connections": CONNECTIONS, "open_per_second": PER_SECOND, "servers": medians}


def measure(target: Target) -> dict[str, Any]:
    """Measure one server, closed loop and open loop."""
    closed_loop(target.write, port=target.port, connections=16, seconds=WARM_SECONDS)
    most = closed_loop(
        _after(target.write, 10_000_000),
        port=target.port,
        connections=CONNECTIONS,
        seconds=SECONDS,
    )
    paced = open_loop(
        _after(target.write, 20_000_000),
        port=target.port,
        connections=OPEN_CONNECTIONS,
        seconds=SECONDS,
        per_second=PER_SECOND,
    )
    return {"closed": _checked(most), "open": _checked(paced)}


def _after(write: WriteRequest, first: int) -> WriteRequest:
    return lambda number: write(first + number)


def _checked(outcome: Outcome) -> dict[str, Any]:
    if outcome.broken or any(status >= 300 for status in outcome.statuses):
        raise RuntimeError(f"not every request was answered well: {outcome.summary()}")
    return outcome.summary()


@contextmanager
def served(root: Path, url: str, *, hot: bool) -> Iterator[Target]:
    """Start our service on a database and stop it in the end."""
    command = [sys.executable, "-m", "benchmarks.reference_service", str(root), url]
    environment = {**os.environ, "LOANWRIGHT_HOT_ROUTE": str(hot).lower()}
    log = (root / "log.jsonl").open("wb")
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment) as process, log:
        assert process.stdout is not None
        ready, address, token = process.stdout.readline().decode().split()
        assert ready == "ready"
        # What is logged must go somewhere, as it would: into a file.
        relay = subprocess.Popen(["cat"], stdin=process.stdout, stdout=log)
        try:
            port = int(address.rpartition(":")[2])
            yield Target(port=port, write=applications(token))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(30)
            relay.wait(30)


def applications(token: str) -> WriteRequest:
    """Return what writes applications, no two alike."""
    random = np.random.default_rng(7)
    rows = random.normal(size=(512, FEATURES)).round(4).tolist()
    features = [json.dumps({f"x{n}": value for n, value in enumerate(row)}) for row in rows]
    salt = os.urandom(4).hex()
    head = (
        "POST /v1/applications HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nIdempotency-Key: {salt}-%d\r\nContent-Length: %d\r\n\r\n"
    )

    def write(number: int) -> bytes:
        stated = features[number % len(features)]
        named = f'{{"document_number":"{salt}{number}"}}'
        body = f'{{"product":"reference","applicant":{named},"features":{stated}}}'
        return (head % (number, len(body)) + body).encode()

    return write


@contextmanager
def on_sqlite(root: Path, *, hot: bool) -> Iterator[Target]:
    """Serve from a SQLite file of its own."""
    file = root / f"bench-{os.urandom(4).hex()}.db"
    with served(root, f"sqlite:///{file}", hot=hot) as target:
        yield target
    file.unlink()


@contextmanager
def on_postgresql(root: Path, *, hot: bool) -> Iterator[Target]:
    """Serve from a PostgreSQL database of its own."""
    with fresh_postgresql() as url, served(root, url, hot=hot) as target:
        yield target


@contextmanager
def fresh_postgresql() -> Iterator[str]:
    """Make a PostgreSQL database of our own, dropped in the end."""
    url = make_url(os.environ.get("LOANWRIGHT_TEST_POSTGRES_URL", POSTGRESQL))
    name = f"loanwright_bench_{os.urandom(4).hex()}"
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    try:
        yield url.set(database=name).render_as_string(hide_password=False)
    finally:
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name} WITH (FORCE)"))
        engine.dispose()


@contextmanager
def on_mlflow(root: Path, booster: Any) -> Iterator[Target]:
    """Serve the same model by mlflow's own scoring server, as `mlflow models serve` starts it."""
    import mlflow.lightgbm

    model = root / "mlflow"
    if not model.exists():
        mlflow.lightgbm.save_model(booster, model, pip_requirements=[])
    port = _free_port()
    options = ["--host", "127.0.0.1", "--port", str(port), "--workers", "1"]
    command = [sys.executable, "-m", "uvicorn", *options, "mlflow.pyfunc.scoring_server.app:app"]
    environment = {**os.environ, "__pyfunc_model_path__": str(model), "OMP_NUM_THREADS": "1"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, env=environment, **quiet) as process:
        try:
            _wait_for(port)
            yield Target(port=port, write=invocations())
        finally:
            process.terminate()
            process.wait(30)


def invocations() -> WriteRequest:
    """Return what asks mlflow for predictions."""
    random = np.random.default_rng(7)
    rows = random.normal(size=(512, FEATURES)).round(4).tolist()
    columns = [f"x{n}" for n in range(FEATURES)]
    bodies = [json.dumps({"dataframe_split": {"columns": columns, "data": [r]}}) for r in rows]
    requests = [
        (
            "POST /invocations HTTP/1.1\r\nHost: bench\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode()
        for body in bodies
    ]
    return lambda number: requests[number % len(requests)]


SERVERS: dict[str, Callable[[Path, Any], Any]] = {
    "postgresql": lambda root, _: on_postgresql(root, hot=True),
    "postgresql_ordinary": lambda root, _: on_postgresql(root, hot=False),
    "sqlite": lambda root, _: on_sqlite(root, hot=True),
    "sqlite_ordinary": lambda root, _: on_sqlite(root, hot=False),
    "mlflow": on_mlflow,
}


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait_for(port: int, seconds: float = 60.0) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(port)


def _median(results: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        kind: {
            name: round(float(np.median([one[kind][name] for one in results])), 2)
            for name in ("per_second", "p50_ms", "p99_ms", "p999_ms")
        }
        for kind in ("closed", "open")
    }


def print_table(figures: dict[str, dict[str, Any]]) -> None:
    """Print the figures as a Markdown table."""
    print(
        f"| server | decisions/s, {CONNECTIONS} connections | p50 ms | p99 ms | "
        f"p50 ms at {PER_SECOND:.0f}/s | p99 ms at {PER_SECOND:.0f}/s |"
    )
    print("|---|---|---|---|---|---|")
    for name, one in figures.items():
        most, paced = one["closed"], one["open"]
        print(
            f"| {LABELS[name]} | {most['per_second']:,.0f} | {most['p50_ms']} | {most['p99_ms']} "
            f"| {paced['p50_ms']} | {paced['p99_ms']} |"
        )


if __name__ == "__main__":
    run()
