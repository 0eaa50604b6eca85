"""Every operation, asked by everybody, as described and not: what is answered, and how.

Cases are drawn by schemathesis and hypothesis from the description itself, as it says and as it
does not say; a third kind spoils bodies in ways that no schema can express. All are sent to the
whole service in this process, on SQLite and on PostgreSQL, and every answer is held against the
description. `tests/integration/http/test_description.py` does the same with fewer cases.
"""

import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import schemathesis
from schemathesis import GenerationMode
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks

from benchmarks.hostile_cases import Hostile, draw, good, spoil
from benchmarks.hostile_world import PRINCIPALS, World, live_in
from benchmarks.http import fresh_postgresql
from loanwright.datasets.bundled import load_dataset
from loanwright.decisioning.policy import Policy
from loanwright.features.product import bundled_product
from loanwright.service.asgi import describe
from loanwright.service.bootstrap import build, upgrade_database
from loanwright.service.settings import Settings
from loanwright.training import train

SEED = 2_026
DRAWN, SPOILED = 6, 6
ALWAYS, OTHERS = PRINCIPALS[:2], PRINCIPALS[2:]
WARM = 1_000
REFUSED, SERVER_ERROR = 300, 500
ROWS = 3_000
#: The service's own default.
PATIENCE = 4.0
CARD = bundled_product("credit-card")
INVALID = [
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
]


@dataclass
class Tally:
    """What was answered."""

    statuses: Counter[int] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    principals: Counter[str] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    succeeded: set[str] = field(default_factory=set)
    broken: dict[str, list[str]] = field(
        default_factory=lambda: {"server_error": [], "undocumented": [], "invalid": []}
    )
    slowest: float = 0.0
    slowest_at: str = ""
    memory: list[float] = field(default_factory=list)

    @property
    def cases(self) -> int:
        """Return how many answers there were."""
        return self.statuses.total()

    @property
    def growth(self) -> float:
        """Return by how many megabytes the memory of this process grew once it was warm."""
        return max(self.memory) - self.memory[0] if self.memory else 0.0

    def take(self, one: Hostile, principal: str, answer: Any, seconds: float) -> None:
        """Hold one answer against the description."""
        method, path = one.operation
        at = f"{method} {path} ({one.mode}, {principal}): {answer.status_code}"
        self.statuses[answer.status_code] += 1
        self.modes[one.mode] += 1
        self.principals[principal] += 1
        self.operations[f"{method} {path}"] += 1
        if answer.status_code < REFUSED:
            self.succeeded.add(f"{method} {path}")
        if seconds > self.slowest:
            self.slowest, self.slowest_at = seconds, at
        if answer.status_code >= SERVER_ERROR:
            self.broken["server_error"].append(f"{at} {answer.text[:300]}")
        for kind, held in (
            ("undocumented", [checks.status_code_conformance]),
            ("invalid", INVALID),
        ):
            try:
                one.case.validate_response(answer, checks=held)
            except FailureGroup as failure:
                why = "; ".join(str(each)[:300] for each in failure.exceptions)
                self.broken[kind].append(f"{at} {why}")
        if self.cases % WARM == 0:
            self.memory.append(_resident())


def attack(world: World, cases: list[Hostile], tally: Tally, *, others: int = 2) -> None:
    """Send every case as some principals, each operation's changes to things of its own."""
    fresh: tuple[str, str] | None = None
    for place, one in enumerate(cases):
        method = one.operation[0]
        if method != "GET" and one.operation != fresh:
            fresh = one.operation
            world.fill()
        start = others * place
        turn = [OTHERS[(start + step) % len(OTHERS)] for step in range(others)]
        for principal in (*ALWAYS, *turn):
            prepared = one.prepare(world.known, world.headers(principal))
            answer, seconds = world.send(prepared)
            tally.take(one, principal, answer, seconds)


def draw_all(*, drawn: int, spoiled: int) -> list[Hostile]:
    """Return cases of every operation."""
    described = describe([CARD]).openapi()
    description = schemathesis.openapi.from_dict(described)
    cases: list[Hostile] = []
    for place, (method, path) in enumerate(operations(described)):
        operation, salt = description[path][method], SEED + place
        right = good(operation, method, path)
        cases += [right, *spoil(right, number=spoiled, salt=salt)]
        for mode in GenerationMode:
            cases += draw(operation, mode, number=drawn, salt=salt)
    return cases


def operations(described: dict[str, Any]) -> list[tuple[str, str]]:
    """Return every operation of a description."""
    return [(method, path) for path, methods in described["paths"].items() for method in methods]


def run() -> dict[str, Any]:
    """Attack the service on each database."""
    started = time.perf_counter()
    cases = draw_all(drawn=DRAWN, spoiled=SPOILED)
    print(f"drew {len(cases)} in {time.perf_counter() - started:.0f} s", flush=True)
    found = {}
    with tempfile.TemporaryDirectory() as directory:
        root = Path(directory)
        models = root / "models"
        train_models(models)
        for name in ("sqlite", "postgresql"):
            tally = Tally()
            with database(name, root) as url, serving(url, root / name, models) as world:
                attack(world, cases, tally)
                for each in world.log.failed[:5]:
                    print(each, flush=True)
            found[name] = tally
            for kind, one in tally.broken.items():
                print(f"{name} {kind}: {len(one)}", *sorted(set(one))[:60], sep="\n  ", flush=True)
    return summarize(found)


def summarize(found: dict[str, Tally]) -> dict[str, Any]:
    """Return the figures."""
    whole = sum((one.statuses for one in found.values()), Counter[int]())
    asked = set().union(*(one.operations for one in found.values()))
    succeeded = set().union(*(one.succeeded for one in found.values()))
    return {
        "cases": whole.total(),
        "operations": len(asked),
        "operations that succeeded for somebody": len(succeeded),
        "principals": len(PRINCIPALS),
        "answers of 500 and more": sum(n for status, n in whole.items() if status >= SERVER_ERROR),
        "answers with an undocumented status": _count(found, "undocumented"),
        "answers that break their schema": _count(found, "invalid"),
        "slowest answer, ms": round(max(one.slowest for one in found.values()) * 1_000),
        "slowest": max(found.values(), key=lambda one: one.slowest).slowest_at,
        "load of the machine in the last 15 minutes": round(os.getloadavg()[2], 1),
        "growth of memory, MB": round(max(one.growth for one in found.values()), 1),
        "databases": [{"database": name, "cases": one.cases} for name, one in found.items()],
        "statuses": [{"status": str(s), "answers": n} for s, n in sorted(whole.items())],
        "callers": _table("caller", (one.principals for one in found.values())),
        "kinds": _table("kind", (one.modes for one in found.values())),
    }


def _count(found: dict[str, Tally], kind: str) -> int:
    return sum(len(one.broken[kind]) for one in found.values())


def _table(head: str, counts: Iterator[Counter[str]]) -> list[dict[str, Any]]:
    return [{head: name, "cases": n} for name, n in sum(counts, Counter[str]()).items()]


def train_models(directory: Path) -> None:
    """Train the two scorecards that decide, and one that does not."""
    table = load_dataset("credit-card")
    only = (("new", "scorecard"), ("existing", "scorecard"))
    train(CARD, table.head(ROWS), models_dir=directory, only=only)
    train(CARD, table.tail(ROWS), models_dir=directory, only=only[:1])


@contextmanager
def database(name: str, root: Path) -> Iterator[str]:
    """Return the URL of a database of our own."""
    own = nullcontext(f"sqlite:///{root / 'hostility.db'}")
    with own if name == "sqlite" else fresh_postgresql() as url:
        yield url


@contextmanager
def serving(
    url: str, var_dir: Path, models_dir: Path, *, patience: float = PATIENCE
) -> Iterator[World]:
    """Serve on a database, with models that decide; whoever waits longer is answered 503."""
    settings = Settings(
        database_url=url,
        var_dir=var_dir,
        models_dir=models_dir,
        identity_key="k" * 32,
        webhook_networks=(ip_network("127.0.0.0/8"),),
        login_guesses_in_all=1_000_000,
        gather_timeout=patience,
        database_timeout=patience,
    )
    upgrade_database(settings)
    service = build(settings)
    for path in sorted(models_dir.iterdir()):
        service.registry.register(path, by="maker")
    # All are approved, so that there is something to offer.
    cutoffs = {name: {"approve_from": 2, "refer_from": 1} for name in CARD.policy["cutoffs"]}
    lenient = Policy.from_mapping({**CARD.policy, "cutoffs": cutoffs})
    service.policies.publish("credit-card", lenient, by="maker")
    with live_in(service) as world:
        yield world


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4_096 / 1e6
