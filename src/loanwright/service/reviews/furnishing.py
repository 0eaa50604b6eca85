"""How the room of reviews is furnished."""

from collections.abc import Mapping
from datetime import timedelta

from loanwright.features.product import Product
from loanwright.law.packs import bundled_packs, load_packs
from loanwright.service.accounts.service import Accounts
from loanwright.service.privacy.vault import Vault
from loanwright.service.reviews.clocks import LawBook
from loanwright.service.reviews.service import Reviews
from loanwright.service.settings import Settings


def make_reviews(
    settings: Settings, accounts: Accounts, vault: Vault, products: Mapping[str, Product]
) -> Reviews:
    """Return what puts decisions before persons."""
    return Reviews(
        accounts=accounts,
        vault=vault,
        law=open_law_book(settings, products),
        alone_up_to=settings.offer_alone_up_to,
    )


def open_law_book(settings: Settings, products: Mapping[str, Product]) -> LawBook:
    """Return the law packs of the settings, and whose law applies."""
    packs = bundled_packs() if settings.law_dir is None else load_packs(settings.law_dir)
    return LawBook(
        packs=packs,
        named=settings.jurisdictions,
        of_product={name: one.jurisdictions for name, one in products.items()},
        promised=timedelta(days=settings.review_days),
    )
