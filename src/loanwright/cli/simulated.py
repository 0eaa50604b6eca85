"""What `loanwright simulate` was asked for, carried out and shown."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.batch.blocks import BlockReader
    from loanwright.decisioning.policy import Policy
    from loanwright.features.product import Product
    from loanwright.packaging.package import ModelPackage
    from loanwright.service.simulations.schemas import SimulationWish
    from loanwright.simulation.files import TableSource
    from loanwright.simulation.prices import Prices
    from loanwright.simulation.result import Simulation
    from loanwright.simulation.solving import Demands

Advance = Callable[[int, float], None]
Tried = Callable[[Advance], "Simulation"]
LIVE = "live"
SHORT = 12


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The options of the command."""

    policies: tuple[str, ...]
    against: str | None
    model: str | None
    product: str | None
    segment: str | None
    by: tuple[str, ...]
    default: str | None
    decided: str | None
    demands: "Demands"
    amount: str | None
    rate: str | None
    term: str | None
    lgd: float | None
    cost_of_funds: float | None
    drawn: float | None
    threads: int

    @property
    def cores(self) -> int:
        """Return how many threads decide."""
        return self.threads or len(os.sched_getaffinity(0))


def share(text: str | None) -> float | None:
    """Return a share that is written as 60% or 0.6.

    Examples
    --------
    >>> share("60%"), share("0.6"), share(None)
    (0.6, 0.6, None)
    """
    if text is None:
        return None
    try:
        number = float(text.strip().removesuffix("%"))
    except ValueError:
        raise fail(f"{text} is no share; write it like 60% or 0.6.") from None
    return number / 100 if text.strip().endswith("%") else number


def column_or(text: str | None, read: Callable[[str], float | None]) -> str | float | None:
    """Return a number where the text is one, else the name of a column."""
    if text is None:
        return None
    plain = text.strip()
    return read(plain) if plain.removesuffix("%").replace(".", "", 1).isdigit() else plain


def prices_of(asked: Asked, product: "Product") -> "Prices | None":
    """Return what lending costs, or None where nothing of it was stated."""
    from loanwright.simulation.prices import Prices

    if asked.lgd is None and asked.cost_of_funds is None:
        return None
    if asked.lgd is None or asked.cost_of_funds is None:
        raise fail("Money needs both --lgd and --cost-of-funds.")
    return Prices(
        loss_given_default_bp=round(asked.lgd * 10_000),
        cost_of_funds_bp=round(asked.cost_of_funds * 10_000),
        repayment=product.accounts.repayment,
        drawn_bp=None if asked.drawn is None else round(asked.drawn * 10_000),
    )


def try_file(path: Path, asked: Asked) -> Tried:
    """Return what simulates over the rows of a file."""
    from loanwright.batch.opening import open_file
    from loanwright.simulation.applications import Version
    from loanwright.simulation.files import SCORED
    from loanwright.simulation.result import summarise
    from loanwright.simulation.running import Simulator

    if not path.is_file():
        raise fail(f"There is no file {path}.")
    reader = open_file(path)
    scored = asked.model is None and set(SCORED) <= set(reader.columns)
    product, packages = _model(asked, reader.columns, scored=scored)
    segment = _segment(asked, product, packages, reader.columns)
    named = {name: _policy(name, product) for name in (*asked.policies, asked.against) if name}
    versions = {
        name: Version(name=name, policy=one, packages=packages, product=product)
        for name, one in named.items()
    }
    simulator = Simulator(
        versions=[versions[name] for name in dict.fromkeys(asked.policies)],
        against=None if asked.against is None else versions[asked.against],
        by=asked.by,
        prices=prices_of(asked, product),
        currency=product.currency,
        product=product,
    )
    dictionary = packages[segment].product if packages else product
    source = _source(reader, asked, segment, dictionary, scored=scored)

    def run(advance: Advance) -> "Simulation":
        counts = simulator.count(source, threads=asked.cores, advance=advance)
        compared = asked.against or asked.decided
        return summarise(counts, simulator, demands=asked.demands, against=compared)

    return run


def _source(
    reader: "BlockReader", asked: Asked, segment: str, product: "Product", *, scored: bool
) -> "TableSource":
    from loanwright.decisioning.money import minor_units
    from loanwright.simulation.asked_columns import CreditColumns
    from loanwright.simulation.files import TableSource

    return TableSource(
        reader=reader,
        segment=segment,
        dictionaries=[product],
        label=asked.default or _label(product, reader.columns),
        bad=product.sample.bad,
        decided=asked.decided,
        by=asked.by,
        credit=CreditColumns(**_credit(asked), minor=minor_units(product.currency)),
        scored=scored,
    )


def try_history(asked: Asked) -> Tried:
    """Return what simulates over the decisions of this installation."""
    from loanwright.cli.opening import open_service, read_settings

    service_of = open_service(read_settings())
    if asked.product is None:
        raise fail("Say whose decisions: --product NAME.")
    name = asked.product

    def run(advance: Advance) -> "Simulation":
        with service_of as service:
            product = service.products.get(name)
            if product is None:
                raise fail(f"There is no product {name}; known: {', '.join(service.products)}.")
            return service.simulations.run(_wish(asked, product), advance=advance)

    return run


def _wish(asked: Asked, product: "Product") -> "SimulationWish":
    from loanwright.service.simulations.schemas import PolicyWish, PriceWish, SimulationWish

    def policy(name: str) -> PolicyWish:
        return PolicyWish(name=name, document=_policy(name, product).to_mapping())

    prices = prices_of(asked, product)
    return SimulationWish(
        product=product.name,
        policies=tuple(policy(one) for one in dict.fromkeys(asked.policies)),
        against=None if asked.against is None else policy(asked.against),
        models=() if asked.model is None else (asked.model,),
        segment=asked.segment,
        by=asked.by,
        approve_at_least=asked.demands.approve_at_least,
        bad_rate_at_most=asked.demands.bad_rate_at_most,
        judged_by=asked.demands.judged_by,
        prices=None if prices is None else PriceWish(**_stated(prices), **_credit(asked)),
    )


def _stated(prices: "Prices") -> dict[str, Any]:
    return {
        "loss_given_default_bp": prices.loss_given_default_bp,
        "cost_of_funds_bp": prices.cost_of_funds_bp,
        "repayment": prices.repayment,
        "drawn_bp": prices.drawn_bp,
    }


def _credit(asked: Asked) -> dict[str, Any]:
    return {
        "amount": column_or(asked.amount, float),
        "annual_rate": column_or(asked.rate, share),
        "term": column_or(asked.term, float),
    }


def _label(product: "Product", columns: Sequence[str]) -> str | None:
    return product.sample.default if product.sample.default in columns else None


def _policy(name: str, product: "Product") -> "Policy":
    from loanwright.cli.policies import find_policy

    return find_policy(product.name if name == LIVE else name).policy


def _model(
    asked: Asked, columns: Sequence[str], *, scored: bool
) -> "tuple[Product, Mapping[str, ModelPackage]]":
    """Return the product and its model, from a package directory or from this installation."""
    from loanwright.cli.policies import find_product
    from loanwright.packaging.package import ModelPackage

    if asked.model is not None and Path(asked.model).is_dir():
        package = ModelPackage.load(asked.model)
        known = package.product if asked.product is None else find_product(asked.product)
        return known, {package.segment: package}
    product = find_product(asked.product)
    return product, {} if scored else _of_service(asked, product, columns)


def _of_service(
    asked: Asked, product: "Product", columns: Sequence[str]
) -> "Mapping[str, ModelPackage]":
    from loanwright.batch.choosing import find_segment
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.simulations.service import opened

    with open_service(read_settings()) as service:
        if asked.model in (None, LIVE):
            segment = asked.segment or find_segment(product, columns)
            package = service.registry.champion(product.name, segment)
        else:
            package = service.registry.open(service.registry.find(str(asked.model)))
        return {package.segment: opened(package)}


def _segment(
    asked: Asked,
    product: "Product",
    packages: "Mapping[str, ModelPackage]",
    columns: Sequence[str],
) -> str:
    from loanwright.batch.choosing import find_segment

    if asked.segment is not None:
        return product.segment(asked.segment).name
    return next(iter(packages), None) or find_segment(product, columns)
