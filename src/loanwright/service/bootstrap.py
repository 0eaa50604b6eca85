"""The only place where the service is put together: settings in, a working service out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from loanwright.errors import LoanwrightError
from loanwright.features.product import (
    Product,
    bundled_product,
    bundled_products,
    load_product,
)
from loanwright.service.applicants.service import Applicants
from loanwright.service.applications.service import Applications
from loanwright.service.decisions.service import Decisions
from loanwright.service.jobs.service import Jobs, Progress, Workbench
from loanwright.service.kit.clock import Clock, SystemClock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.messaging.delivery import Events, RelayLoop
from loanwright.service.messaging.in_memory import InMemoryBroker, InMemoryWorkers
from loanwright.service.messaging.relay import Publisher, Relay
from loanwright.service.migrations.steps import current_revision, newest_revision, upgrade
from loanwright.service.origination.intake import Desk
from loanwright.service.origination.later import KIND, Later
from loanwright.service.origination.service import Origination
from loanwright.service.policies.service import Policies
from loanwright.service.registry.packages import Package, PackageStore
from loanwright.service.registry.service import Registry
from loanwright.service.settings import Settings, read_identity_key
from loanwright.service.users.service import Keys


@dataclass(frozen=True, kw_only=True)
class Service:
    """The service, put together."""

    settings: Settings
    database: Database
    clock: Clock
    new_id: Ids
    products: Mapping[str, Product]
    applicants: Applicants
    applications: Applications
    registry: Registry
    policies: Policies
    decisions: Decisions
    keys: Keys
    origination: Origination
    jobs: Jobs
    later: Later
    workbench: Workbench

    def work(self, job_id: str) -> bool:
        """Do a job; False asks to be told of it again a little later."""
        return self.workbench.work(job_id) is not Progress.BUSY

    def relay_loop(self, publisher: Publisher, events: Events) -> RelayLoop:
        """Return what carries messages from the outbox to this publisher."""
        relay = Relay(database=self.database, clock=self.clock, publisher=publisher)
        return RelayLoop(relay, remind=self.jobs.remind, events=events)

    def workers(self, events: Events, *, threads: int) -> InMemoryWorkers:
        """Return threads that do what was accepted for later, where there is no broker."""
        broker = InMemoryBroker()
        # What the process before this one had in memory is announced anew.
        self.jobs.announce()
        return InMemoryWorkers(
            broker=broker,
            relay=self.relay_loop(broker, events),
            handle=self.work,
            events=events,
            threads=threads,
        )

    def check_ready(self) -> dict[str, str]:
        """Return what stands in the way of deciding, by part; empty when nothing does."""
        try:
            revision = current_revision(self.database)
            if revision != newest_revision():
                return {"database": f"its tables are at {revision}, not at {newest_revision()}"}
            live = self.registry.list_live()
        except LoanwrightError as problem:
            return {"database": str(problem)}
        problems = {} if live else {"models": "no model is champion yet"}
        for model in live:
            try:
                self.registry.open(model)
                self.policies.live(model.product)
            except LoanwrightError as problem:
                problems[f"{model.product}.{model.segment}"] = str(problem)
        return problems

    def close(self) -> None:
        """Close what is open."""
        self.database.close()


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    load_package: Callable[[Path], Package] | None = None,
) -> Service:
    """Put the service together; the database must have its tables."""
    clock = clock or SystemClock()
    packages = PackageStore(settings.models_dir, load_package or _package_loader(settings))
    new_id = Ids(clock)
    database = open_database(settings)
    products = read_products(settings)
    registry = Registry(database=database, clock=clock, packages=packages)
    policies = Policies(database=database, clock=clock)
    decisions = Decisions(database=database, registry=registry, policies=policies)
    applications = Applications(database=database)
    applicants = Applicants(
        database=database, clock=clock, new_id=new_id, identity_key=read_identity_key(settings)
    )
    desk = Desk(products=products, applicants=applicants, registry=registry, policies=policies)
    origination = Origination(
        database=database,
        clock=clock,
        new_id=new_id,
        desk=desk,
        applications=applications,
        decisions=decisions,
    )
    jobs = Jobs(database=database, clock=clock, new_id=new_id)
    later = Later(database=database, desk=desk, jobs=jobs, origination=origination)
    return Service(
        settings=settings,
        database=database,
        clock=clock,
        new_id=new_id,
        products=products,
        applicants=applicants,
        applications=applications,
        registry=registry,
        policies=policies,
        decisions=decisions,
        keys=Keys(database=database, clock=clock, new_id=new_id),
        origination=origination,
        jobs=jobs,
        later=later,
        workbench=Workbench(jobs=jobs, handlers={KIND: later.decide}),
    )


def open_database(settings: Settings) -> Database:
    """Open the database of the settings, making its directory where it needs one."""
    if settings.database_url.startswith("sqlite"):
        settings.var_dir.mkdir(parents=True, exist_ok=True)
        _keep_to_owner(settings.database_url)
    return Database(
        settings.database_url, pool=settings.database_pool, timeout=settings.database_timeout
    )


def _keep_to_owner(database_url: str) -> None:
    """Create the file of a new SQLite database so that only its owner can read it."""
    name = make_url(database_url).database
    if name and name != ":memory:" and not name.startswith("file:"):
        Path(name).touch(mode=0o600)


def upgrade_database(settings: Settings) -> None:
    """Bring the tables of the database to what this code needs."""
    database = open_database(settings)
    try:
        upgrade(database)
    finally:
        database.close()


def read_products(settings: Settings) -> dict[str, Product]:
    """Return the products that are offered, by name."""
    files = [file for path in settings.products for file in _product_files(path)]
    names = bundled_products() if settings.bundled_products else ()
    products = [*map(bundled_product, names), *map(load_product, files)]
    return {product.name: product for product in products}


def _product_files(path: Path) -> list[Path]:
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def _package_loader(settings: Settings) -> Callable[[Path], Package]:
    def load(path: Path) -> Package:
        # The engine takes a moment to import; moving tables or making a key does not need it.
        from loanwright.packaging.package import ModelPackage

        return ModelPackage.load(path, backend=settings.engine_backend)

    return load
