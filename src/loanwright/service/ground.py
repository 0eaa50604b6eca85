"""What every room of the service stands on: settings, database, clock, ids, log, keys, figures."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import make_url

from loanwright.features.product import (
    Product,
    bundled_product,
    bundled_products,
    load_product,
)
from loanwright.lending.lender import Lender
from loanwright.lending.reading import read_lenders
from loanwright.service.audit.adoption import adopt
from loanwright.service.audit.service import Audit
from loanwright.service.kit.clock import Clock, SystemClock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.migrations.steps import upgrade
from loanwright.service.own_keys import read_master_key
from loanwright.service.privacy.vault import Vault
from loanwright.service.registry.packages import Package
from loanwright.service.settings import Settings
from loanwright.service.telemetry.metrics import Metrics
from loanwright.service.telemetry.open_telemetry import open_traces
from loanwright.service.telemetry.traces import Traces


@dataclass(frozen=True, kw_only=True)
class Ground:
    """What every room stands on."""

    settings: Settings
    database: Database
    clock: Clock
    new_id: Ids
    audit: Audit
    vault: Vault
    metrics: Metrics
    traces: Traces
    #: Done every few seconds by every worker: harmless when repeated.
    chores: list[Callable[[], object]] = field(default_factory=list)


def lay_ground(settings: Settings, clock: Clock, traces: Traces | None) -> Ground:
    """Return what every room stands on."""
    vault, new_id = open_vault(settings, clock), Ids(clock)
    return Ground(
        settings=settings,
        database=open_database(settings),
        clock=clock,
        new_id=new_id,
        audit=Audit(clock=clock, new_id=new_id, keys=vault),
        vault=vault,
        metrics=Metrics(),
        traces=traces or open_traces(settings.otel_endpoint, settings.otel_service_name),
    )


def open_vault(settings: Settings, clock: Clock) -> Vault:
    """Open the vault with the master key of the settings."""
    return Vault(clock=clock, master=read_master_key(settings))


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
        clock = SystemClock()
        vault = open_vault(settings, clock)
        upgrade(database, vault=vault)
        adopt(database, Audit(clock=clock, new_id=Ids(clock), keys=vault))
    finally:
        database.close()


def read_products(settings: Settings) -> dict[str, Product]:
    """Return the products that are offered, by name."""
    files = [file for path in settings.products for file in _product_files(path)]
    names = bundled_products() if settings.bundled_products else ()
    products = [*map(bundled_product, names), *map(load_product, files)]
    return {product.name: product for product in products}


def read_offered(settings: Settings) -> tuple[dict[str, Product], tuple[Lender, ...]]:
    """Return every product that is served, those of lenders among them, and the lenders."""
    own = read_products(settings)
    if settings.lenders_dir is None:
        return own, ()
    lenders = read_lenders(settings.lenders_dir, own)
    lent = {one.product.name: one.product for lender in lenders for one in lender.products}
    return {**own, **lent}, lenders


def _product_files(path: Path) -> list[Path]:
    return sorted(path.glob("*.toml")) if path.is_dir() else [path]


def package_loader(settings: Settings) -> Callable[[Path], Package]:
    """Return what opens the package in a directory."""

    def load(path: Path) -> Package:
        # The engine takes a moment to import; moving tables or making a key does not need it.
        from loanwright.packaging.package import ModelPackage

        return ModelPackage.load(path, backend=settings.engine_backend)

    return load
