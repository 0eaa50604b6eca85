"""The bank of the browser tests: made once for a test run, then copied for whoever wants one.

The scorecards are trained, and the databases filled, once for all processes of a run; a test module
gets copies of its own, which takes less than a second.
"""

import fcntl
import json
import os
import secrets
import shutil
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import uvicorn
from sqlalchemy import create_engine, make_url, text
from tests.servers import POSTGRESQL, server_url

from loanwright.datasets.bundled import load_dataset
from loanwright.lending.reading import bundled_lenders
from loanwright.service.asgi import create_app
from loanwright.service.bootstrap import Service, build, upgrade_database
from loanwright.service.ground import read_offered
from loanwright.service.settings import Settings
from loanwright.training import train

CARD: Final = "credit-card"
LOAN: Final = "instalment-loan"
ROWS: Final = {CARD: 4_000, LOAN: 1_000}
SEGMENTS: Final = ("new", "existing")
CHALLENGER_SEED: Final = 7
STARTING_SECONDS: Final = 20
IDENTITY_KEY: Final = "3f1c0b" * 8
#: The file with the name of a database.
NAME: Final = "database"


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a test may want to open: ids of things in states worth seeing.

    Attributes
    ----------
    users
        Ids by the first part of the login name: ``admin1``, ``manager1`` … ``borrower3``.
    applicants
        Ids; the first three are those of the borrowers.
    decisions, applications
        Ids by outcome, the newest first.
    reviews, offers
        Ids by state.
    secrets
        Names, addresses and numbers of persons: what no address of a page may contain.
    """

    users: Mapping[str, str]
    applicants: Sequence[str]
    decisions: Mapping[str, Sequence[str]]
    applications: Mapping[str, Sequence[str]]
    reviews: Mapping[str, Sequence[str]]
    offers: Mapping[str, Sequence[str]]
    accounts: Sequence[str]
    champion: str
    challenger: str
    failed_job: str
    grant: str
    key: str
    secrets: Sequence[str]


@dataclass(frozen=True, kw_only=True)
class Bank:
    """A filled bank that is served.

    Attributes
    ----------
    memory
        For tours: what a stop has made here, so that it is made once.
    """

    service: Service
    known: Known
    address: str
    memory: dict[str, Any] = field(default_factory=dict)


def bank_settings(directory: Path, database_url: str, models_dir: Path) -> Settings:
    """Return the settings of a bank in a directory."""
    return Settings(
        var_dir=directory,
        database_url=database_url,
        models_dir=models_dir,
        lenders_dir=bundled_lenders(),
        identity_key=IDENTITY_KEY,
        public_per_minute=100_000,
        login_guesses_per_address=1_000,
        webhook_networks=("127.0.0.0/8",),
        # A loaded machine is slow, not wrong; what is quick enough is measured elsewhere.
        gather_timeout=30,
        database_timeout=30,
        lender_seconds=20,
    )


def train_packages(directory: Path) -> None:
    """Train the scorecards of the bank, and a challenger."""
    products, lenders = read_offered(Settings(lenders_dir=bundled_lenders()))
    own = [lent.product.name for one in lenders for lent in one.products if lent.own_model]
    for name in (CARD, LOAN, *own):
        base = products[name].base or name
        train(
            products[name],
            load_dataset(base).head(ROWS[base]),
            models_dir=directory / "champions",
            only=[(segment, "scorecard") for segment in SEGMENTS],
        )
    train(
        products[CARD],
        load_dataset(CARD).slice(ROWS[CARD], ROWS[CARD]),
        models_dir=directory / "challengers",
        only=[("existing", "scorecard")],
        seed=CHALLENGER_SEED,
    )


class Templates:
    """Filled banks to be copied, in a directory that several processes share.

    What is outside that directory, a database of PostgreSQL, goes when the last of them leaves;
    whoever comes later makes it anew.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._models = directory / "models"
        directory.mkdir(parents=True, exist_ok=True)

    def __enter__(self) -> "Templates":
        with self._locked():
            self._count(+1)
        return self

    def __exit__(self, *raised: object) -> None:
        made = self._directory / "postgresql" / NAME
        with self._locked():
            if self._count(-1) == 0 and made.exists():
                _postgresql(f"DROP DATABASE IF EXISTS {made.read_text()} WITH (FORCE)")
                shutil.rmtree(made.parent)

    @contextmanager
    def open(self, kind: str, directory: Path) -> Iterator[tuple[Service, Known]]:
        """Open a copy of the bank on SQLite or PostgreSQL; drop the copy in the end."""
        with self._locked():
            if not self._models.exists():
                part = self._directory / "models.part"
                shutil.rmtree(part, ignore_errors=True)
                train_packages(part)
                part.rename(self._models)
            template = self._directory / kind
            if not (template / "known.json").exists():
                self._make(kind, template)
            shutil.copytree(template, directory, dirs_exist_ok=True)
            url = self._copy_database(kind, template, directory)
        known = Known(**json.loads((directory / "known.json").read_text(encoding="utf-8")))
        service = build(bank_settings(directory, url, self._models))
        try:
            yield service, known
        finally:
            service.close()
            if kind == "postgresql":
                _postgresql(f"DROP DATABASE {make_url(url).database} WITH (FORCE)")

    def _make(self, kind: str, template: Path) -> None:
        from tests.acceptance.web.filling import fill

        shutil.rmtree(template, ignore_errors=True)
        template.mkdir()
        if kind == "sqlite":
            url = f"sqlite:///{template / 'loanwright.db'}"
        else:
            name = f"loanwright_test_bank_{os.getpid()}_{secrets.token_hex(4)}"
            _postgresql(f"CREATE DATABASE {name}")
            (template / NAME).write_text(name)
            url = _address_of(name)
        settings = bank_settings(template, url, self._models)
        upgrade_database(settings)
        service = build(settings)
        try:
            known = fill(service)
        finally:
            service.close()
        (template / "known.json").write_text(json.dumps(vars(known)), encoding="utf-8")

    def _copy_database(self, kind: str, template: Path, directory: Path) -> str:
        if kind == "sqlite":
            return f"sqlite:///{directory / 'loanwright.db'}"
        name = f"loanwright_test_{os.getpid()}_{secrets.token_hex(4)}"
        _postgresql(f"CREATE DATABASE {name} TEMPLATE {(template / 'database').read_text()}")
        return _address_of(name)

    def _count(self, change: int) -> int:
        file = self._directory / "processes"
        count = int(file.read_text() if file.exists() else 0) + change
        file.write_text(str(count))
        return count

    @contextmanager
    def _locked(self) -> Iterator[None]:
        with (self._directory / "lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


@contextmanager
def served(service: Service) -> Iterator[str]:
    """Serve a bank and give its address."""
    config = uvicorn.Config(create_app(service), port=0, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + STARTING_SECONDS
    while not server.started and time.monotonic() < deadline and thread.is_alive():
        time.sleep(0.02)
    assert server.started
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join(STARTING_SECONDS)


def _address_of(name: str) -> str:
    url = make_url(server_url(POSTGRESQL)).set(database=name)
    return url.render_as_string(hide_password=False)


def _postgresql(statement: str) -> None:
    engine = create_engine(make_url(server_url(POSTGRESQL)), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
