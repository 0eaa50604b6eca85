"""Lenders and products: what is offered, on which terms, and what decides it now."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import Response

from loanwright.features.product import Product
from loanwright.lending.lender import Lender
from loanwright.service.edge.provided import provided
from loanwright.service.policies.service import Policies
from loanwright.service.registry.service import Registry
from loanwright.service.web.languages import Language
from loanwright.service.web.office import Viewer, enter, page_router, show

router = page_router()
ProductsRead = Annotated[Viewer, Depends(enter("models:read"))]
ProductsService = Annotated[Mapping[str, Product], Depends(provided("products"))]
LendersService = Annotated[tuple[Lender, ...], Depends(provided("lenders"))]
RegistryService = Annotated[Registry, Depends(provided("registry"))]
PoliciesService = Annotated[Policies, Depends(provided("policies"))]


@router.get("/admin/products")
def show_products(
    request: Request,
    viewer: ProductsRead,
    products: ProductsService,
    lenders: LendersService,
    registry: RegistryService,
    policies: PoliciesService,
) -> Response:
    """Show every product by its lender, with the policy and the models that decide it."""
    live = Live(registry, policies, viewer.language)
    own = [live.line(one) for one in products.values() if one.lender is None]
    groups: list[dict[str, Any]] = [{"title": None, "jurisdictions": (), "products": own}]
    for lender in lenders:
        lines = [
            live.line(one.product) | {"range": one.range, "own_model": one.own_model}
            for one in lender.products
        ]
        title = lender.title.in_language(viewer.language.code)
        groups.append({"title": title, "jurisdictions": lender.jurisdictions, "products": lines})
    return show(request, viewer, "admin/products.html", groups=groups)


class Live:
    """What decides now."""

    def __init__(self, registry: Registry, policies: Policies, language: Language) -> None:
        self._models = registry.live()
        self._policies = policies.all_live()
        self._language = language

    def line(self, product: Product) -> dict[str, Any]:
        """Return a product with what decides it."""
        models = []
        for segment in product.segments:
            model = self._models.get((product.name, segment)) or self._models.get(
                (product.base or product.name, segment)
            )
            models.append((segment, model))
        return {
            "name": product.name,
            "title": product.title.in_language(self._language.code),
            "currency": product.currency,
            "policy": self._policies.get(product.name),
            "models": models,
            "range": None,
            "own_model": False,
        }
