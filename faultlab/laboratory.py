"""A whole lender's service with servers of its own: two API processes, two workers, two proxies."""

import contextlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from faultlab.proxy import FaultProxy
from faultlab.servers import PostgreSQL, RabbitMQ, free_port, wait_until
from loanwright.decisioning.policy import Policy
from loanwright.features.product import bundled_product
from loanwright.service.bootstrap import build, upgrade_database
from loanwright.service.registry.schemas import State
from loanwright.service.settings import Settings

PRODUCT = "credit-card"
ROWS = 3_000
DATABASE = "bank"
COMMAND = [sys.executable, "-c", "from loanwright.cli.main import app; app()"]
CACHE = Path("var") / "faultlab" / "models"
READY_SECONDS = 120.0


@dataclass(eq=False)
class Part:
    """A process of the service that can be killed and started again."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    port: int | None = None
    process: "subprocess.Popen[bytes] | None" = None
    starts: int = 0

    def start(self) -> None:
        """Start it; it is ready a little later."""
        self.starts += 1
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [*COMMAND, *self.command],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self) -> None:
        """Kill it at once."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> int | None:
        """Ask it to end; kill it if it does not."""
        if self.process is None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(25)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    @property
    def ended(self) -> bool:
        """Tell whether it has ended, by itself or not."""
        return self.process is None or self.process.poll() is not None

    @property
    def ready(self) -> bool:
        """Tell whether it can work."""
        if self.ended:
            return False
        if self.port is not None:
            return status_of(f"http://127.0.0.1:{self.port}/health/ready") == 200
        return self.log.read_bytes().count(b'"worker_ready"') >= self.starts

    def wait_until_ready(self) -> float:
        """Wait until it can work; return for how long."""
        return wait_until(self._ready_or_failed, READY_SECONDS, f"the start of {self.name}")

    def _ready_or_failed(self) -> bool:
        if self.ended:
            last = self.log.read_text(encoding="utf-8", errors="replace")[-1_500:]
            raise ChildProcessError(f"{self.name} has ended:\n{last}")
        return self.ready


@dataclass(kw_only=True)
class Laboratory:
    """Everything that was started, and the way to each of it."""

    root: Path
    postgresql: PostgreSQL
    rabbitmq: RabbitMQ
    to_postgresql: FaultProxy
    to_rabbitmq: FaultProxy
    apis: list[Part] = field(default_factory=list)
    workers: list[Part] = field(default_factory=list)
    token: str = ""
    caller_id: str = ""

    @property
    def parts(self) -> list[Part]:
        """Return the processes of the service."""
        return [*self.apis, *self.workers]

    def settings(self) -> dict[str, str]:
        """Return what the processes are told by their environment, without proxies."""
        return {
            "LOANWRIGHT_DATABASE_URL": self.postgresql.url(database=DATABASE),
            "LOANWRIGHT_BROKER_URL": self.rabbitmq.url(),
            "LOANWRIGHT_VAR_DIR": str(self.root / "bank"),
            "LOANWRIGHT_IDENTITY_KEY": "i" * 32,
            "LOANWRIGHT_MASTER_KEY": "m" * 32,
        }

    def through_proxies(self) -> dict[str, str]:
        """Return the same with a proxy before each server."""
        return {
            **self.settings(),
            "LOANWRIGHT_DATABASE_URL": self.postgresql.url(self.to_postgresql.port, DATABASE),
            "LOANWRIGHT_BROKER_URL": self.rabbitmq.url(self.to_rabbitmq.port),
        }

    def add_parts(self, apis: int, workers: int, *, told: dict[str, str]) -> None:
        """Say which processes there are to be; none of them is started."""
        for number in range(apis):
            port, name = free_port(), f"API {number + 1}"
            own = _environment({**told, "LOANWRIGHT_PORT": str(port)})
            self.apis.append(Part(name, ["serve"], own, self.root / f"api-{number}.log", port))
        for number in range(workers):
            log, name = self.root / f"worker-{number}.log", f"worker {number + 1}"
            self.workers.append(Part(name, ["worker"], _environment(told), log))

    def call(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run a command of `loanwright` against the same database, past the proxies."""
        return subprocess.run(
            [*COMMAND, *arguments],
            env=_environment(self.settings()),
            capture_output=True,
            text=True,
            check=False,
        )

    def ask(self, statement: str) -> list[tuple[Any, ...]]:
        """Ask the database, past the proxies."""
        with self.postgresql.connect(DATABASE) as connection:
            return connection.execute(statement).fetchall()

    def wait_until_well(self, seconds: float = READY_SECONDS) -> float:
        """Wait until every API process decides; return for how long."""
        began = time.monotonic()
        for api in self.apis:
            left = seconds - (time.monotonic() - began)
            wait_until(lambda api=api: self.decides(api), left, f"{api.name} deciding")
        return time.monotonic() - began

    def decides(self, api: Part) -> bool:
        """Tell whether an API process answers an application well."""
        body = {"product": PRODUCT, "features": {"limit": 90_000, "education": "university"}}
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/json",
            "Idempotency-Key": f"probe-{secrets.token_hex(8)}",
        }
        url = f"http://127.0.0.1:{api.port}/v1/applications"
        return status_of(url, json.dumps(body).encode(), headers) == 201

    def wait_until_drained(self, seconds: float) -> float:
        """Wait until nothing is left to do; return for how long."""
        return wait_until(lambda: self.left() == 0, seconds, "finishing every job")

    def left(self) -> int:
        """Return how many jobs have not ended and how many messages wait, together."""
        open_jobs = "SELECT count(*) FROM jobs WHERE state IN ('queued', 'running')"
        waiting = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
        return int(self.ask(open_jobs)[0][0]) + int(self.ask(waiting)[0][0])


def status_of(url: str, body: bytes | None = None, headers: dict[str, str] | None = None) -> int:
    """Return the status of an answer; 0 where there is none."""
    request = urllib.request.Request(url, data=body, headers=headers or {})
    try:
        with urllib.request.urlopen(request, timeout=6) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refusal:
        return refusal.code
    except (OSError, ValueError):
        return 0


@contextlib.contextmanager
def laboratory(
    *, apis: int = 2, workers: int = 2, concurrency: int = 16, proxied: bool = True
) -> Iterator[Laboratory]:
    """Start everything, and stop everything in the end, whatever happens in between.

    What passes the proxies shares one processor core with the callers: figures do without them.
    """
    models = trained_models()
    with contextlib.ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faultlab-")))
        postgresql, rabbitmq = PostgreSQL(root), RabbitMQ(root)
        postgresql.create()
        rabbitmq.create()
        stack.callback(postgresql.stop)
        stack.callback(rabbitmq.stop)
        # The broker takes longest: the tables are made meanwhile.
        broker = stack.enter_context(ThreadPoolExecutor(1)).submit(rabbitmq.start)
        postgresql.start()
        proxies = FaultProxy(postgresql.port), FaultProxy(rabbitmq.port)
        for proxy in proxies:
            stack.callback(proxy.close)
        lab = Laboratory(
            root=root,
            postgresql=postgresql,
            rabbitmq=rabbitmq,
            to_postgresql=proxies[0],
            to_rabbitmq=proxies[1],
        )
        _prepare(lab, models)
        broker.result()
        lab.add_parts(apis, workers, told=lab.through_proxies() if proxied else lab.settings())
        for worker in lab.workers:
            worker.command += ["--concurrency", str(concurrency)]
        for part in lab.parts:
            stack.callback(part.kill)
            part.start()
        stack.callback(_end_together, lab)
        for part in lab.parts:
            part.wait_until_ready()
        yield lab


def _end_together(lab: Laboratory) -> None:
    for proxy in (lab.to_postgresql, lab.to_rabbitmq):
        proxy.heal()
    for part in lab.parts:
        if not part.ended and part.process is not None:
            part.process.send_signal(signal.SIGTERM)
    for part in lab.parts:
        part.stop()


def _prepare(lab: Laboratory, models: Path) -> None:
    """Make the tables, the models, the policy and a key."""
    lab.postgresql.create_database(DATABASE)
    told = lab.settings()
    var_dir = Path(told["LOANWRIGHT_VAR_DIR"])
    shutil.copytree(models, var_dir / "models")
    settings = Settings(
        database_url=told["LOANWRIGHT_DATABASE_URL"],
        var_dir=var_dir,
        identity_key=told["LOANWRIGHT_IDENTITY_KEY"],
        master_key=told["LOANWRIGHT_MASTER_KEY"],
    )
    upgrade_database(settings)
    service = build(settings)
    try:
        for path in sorted((var_dir / "models").iterdir()):
            model = service.registry.register(path, by="faultlab")
            service.registry.promote(model.hash, to=State.CHAMPION, by="faultlab")
        policy = Policy.from_mapping(bundled_product(PRODUCT).policy)
        service.policies.publish(PRODUCT, policy, by="faultlab")
        key, lab.token = service.keys.create("faultlab")
        lab.caller_id = key.id
    finally:
        service.close()


def _environment(told: dict[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LOANWRIGHT_")}
    return {**kept, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **told}


def trained_models() -> Path:
    """Return a directory of really trained packages of the credit card, trained once."""
    product = bundled_product(PRODUCT)
    kept = CACHE / product.hash[:12]
    if kept.is_dir():
        return kept
    from loanwright.datasets.bundled import load_dataset
    from loanwright.training import train

    CACHE.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(dir=CACHE))
    only = [("new", "scorecard"), ("existing", "scorecard")]
    train(product, load_dataset(PRODUCT).head(ROWS), models_dir=draft, only=only)
    with contextlib.suppress(OSError):
        draft.rename(kept)
    return kept
