"""How the room of reviews is furnished."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from loanwright.features.product import Product
from loanwright.law.packs import bundled_packs, load_packs
from loanwright.service.accounts.service import Accounts
from loanwright.service.privacy.vault import Vault
from loanwright.service.reviews.asking import Requests
from loanwright.service.reviews.clocks import LawBook
from loanwright.service.reviews.holding import Queue
from loanwright.service.reviews.overriding import OverrideLog
from loanwright.service.reviews.second import SecondLooks
from loanwright.service.reviews.service import Reviews
from loanwright.service.reviews.similar import Similar
from loanwright.service.settings import Settings


def make_reviewing(settings: Settings, accounts: Accounts, vault: Vault) -> dict[str, Any]:
    """Return what puts decisions before persons, and what they work with."""
    second = SecondLooks(accounts=accounts, vault=vault, share=settings.second_look_share)
    reviews = Reviews(
        accounts=accounts,
        vault=vault,
        law=open_law_book(settings, accounts.products),
        alone_up_to=settings.offer_alone_up_to,
        lease=timedelta(minutes=settings.review_lease_minutes),
        second=second,
    )
    return {
        "reviews": reviews,
        "review_queue": Queue(reviews=reviews),
        "review_requests": Requests(reviews=reviews),
        "second_looks": second,
        "override_log": OverrideLog(reviews=reviews),
        "similar": Similar(reviews=reviews),
    }


def open_law_book(settings: Settings, products: Mapping[str, Product]) -> LawBook:
    """Return the law packs of the settings, and whose law applies."""
    packs = bundled_packs() if settings.law_dir is None else load_packs(settings.law_dir)
    return LawBook(
        packs=packs,
        named=settings.jurisdictions,
        of_product={name: one.jurisdictions for name, one in products.items()},
        promised=timedelta(days=settings.review_days),
    )
