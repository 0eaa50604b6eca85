"""What the strategy desk is asked: a product, cut-offs, and what lending costs."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlencode

from loanwright.decisioning.cutoffs import Cutoffs
from loanwright.decisioning.policy import Policy
from loanwright.decisioning.schedule import Repayment
from loanwright.features.product import Product
from loanwright.service.policies.schemas import PolicyVersion
from loanwright.service.simulations.schemas import PriceWish
from loanwright.service.web.languages import Language
from loanwright.service.web.planning.asking import (
    Choices,
    basis_points,
    choose,
    number_of,
    product_choices,
)

#: What lending costs, in per cent and months, where nothing is said.
USUAL: Final[Mapping[str, str]] = {
    "lgd": "60",
    "funds": "8",
    "rate": "20",
    "term": "12",
    "drawn": "50",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """What the desk is asked."""

    product: str
    moved: Mapping[str, Cutoffs]
    costs: Mapping[str, str]
    amount: str
    products: Mapping[str, Product] = field(repr=False)

    @property
    def prices(self) -> PriceWish | None:
        """Return what lending costs; None where no amount is known."""
        if not self.amount:
            return None
        revolving = self.products[self.product].accounts.repayment == Repayment.REVOLVING
        return PriceWish(
            loss_given_default_bp=basis_points(self.costs["lgd"], 6_000),
            cost_of_funds_bp=basis_points(self.costs["funds"], 800),
            repayment=Repayment.REVOLVING if revolving else Repayment.ANNUITY,
            drawn_bp=max(1, basis_points(self.costs["drawn"], 5_000)) if revolving else None,
            amount=self.amount,
            annual_rate=basis_points(self.costs["rate"], 2_000) / 10_000,
            term=min(600.0, max(1.0, number_of(self.costs["term"]) or 12.0)),
        )

    @property
    def revolving(self) -> bool:
        """Tell whether a share of the credit is drawn."""
        return bool(self.product) and (
            self.products[self.product].accounts.repayment == Repayment.REVOLVING
        )

    @property
    def query(self) -> str:
        """Return it as an address says it."""
        points = {
            f"{name}.{segment}": value
            for segment, one in self.moved.items()
            for name, value in (("approve", one.approve_from), ("refer", one.refer_from))
        }
        return urlencode({"product": self.product, **points, **self.costs, "amount": self.amount})

    def product_choices(self, language: Language) -> Choices:
        """Return what can be chosen."""
        return product_choices(self.products, language)

    def amount_choices(self, language: Language) -> Choices:
        """Return which features can say how much is lent."""
        product = self.products[self.product]
        return [
            (name, product.features[name].title.in_language(language.code))
            for name in _amounts(product)
        ]


def read_asked(
    told: Mapping[str, str], products: Mapping[str, Product], live: Mapping[str, PolicyVersion]
) -> Asked:
    """Read what is asked of the desk; what cannot be meant is left as it is today."""
    served = {name: one for name, one in products.items() if name in live}
    product = choose(told.get("product", ""), served, next(iter(served), ""))
    amounts = _amounts(products[product]) if product else []
    return Asked(
        product=product,
        moved=read_cutoffs(told, live[product].policy) if product else {},
        costs={name: told.get(name, usual)[:12] for name, usual in USUAL.items()},
        amount=choose(told.get("amount", ""), amounts, amounts[0] if amounts else ""),
        products=served,
    )


def read_cutoffs(told: Mapping[str, str], policy: Policy) -> dict[str, Cutoffs]:
    """Read cut-offs; whoever drags one past the other takes it along."""
    found = {}
    for segment, today in policy.cutoffs.items():
        approve = number_of(told.get(f"approve.{segment}", ""))
        refer = number_of(told.get(f"refer.{segment}", ""))
        points = today.approve_from if approve is None else round(approve)
        below = today.refer_from if refer is None else round(refer)
        found[segment] = Cutoffs(approve_from=points, refer_from=min(points, below))
    return found


def _amounts(product: Product) -> list[str]:
    return [
        name
        for name, one in product.features.items()
        if one.type == "money" and one.source == "questionnaire" and not one.missing.allowed
    ]
