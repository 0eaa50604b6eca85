"""Every page of the portal on the demo data: how soon it is answered and painted, what it weighs.

The demo bank is trained and seeded as `make run` does it, in `var` of the checkout or, where
`LOANWRIGHT_VAR_DIR` says so, elsewhere. What is measured is a first visit in a browser that knows
nothing yet: the time until the server has sent its answer, until something is painted, and all
bytes over the wire.
"""

import shutil
import statistics
import tempfile
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final

from tests.acceptance.web.bank import Bank, Known, served
from tests.acceptance.web.filling import MOST, SENDER
from tests.acceptance.web.touring import Stop, list_stops, looking_at
from tests.acceptance.web.visiting import find_chromium, open_browser

from loanwright.cli.demo import demo_password, train_lenders, train_missing, with_demo_lenders
from loanwright.cli.opening import read_settings, take_in
from loanwright.cli.seeded_people import list_staff
from loanwright.cli.seeding import seed
from loanwright.errors import LoanwrightError
from loanwright.service.accounts.schemas import Wanted as AccountsWanted
from loanwright.service.applicants.schemas import Wanted as ApplicantsWanted
from loanwright.service.bootstrap import Service, build, upgrade_database
from loanwright.service.jobs.schemas import Order
from loanwright.service.offers.schemas import Wanted as OffersWanted
from loanwright.service.registry.schemas import State
from loanwright.service.reviews.schemas import Wanted as ReviewsWanted
from loanwright.service.users.permissions import Role

ROUNDS: Final = 5
#: What the browser has measured of the page that it shows.
TIMES: Final = """() => {
  const [page] = performance.getEntriesByType("navigation");
  const paint = performance.getEntriesByName("first-contentful-paint")[0];
  return [page.responseStart - page.requestStart, page.responseEnd - page.requestStart,
          paint ? paint.startTime : page.domContentLoadedEventEnd];
}"""


def run() -> dict[str, Any]:
    """Measure every stop of every tour."""
    chromium = find_chromium()
    if chromium is None:
        return {"skipped": "no browser is installed"}
    settings = with_demo_lenders(read_settings())
    train_missing(settings)
    train_lenders(settings)
    with tempfile.TemporaryDirectory() as place:
        own = settings.model_copy(
            update={
                "var_dir": Path(place),
                "database_url": f"sqlite:///{place}/loanwright.db",
                "webhook_networks": (ip_network("127.0.0.0/8"),),
                "public_per_minute": 100_000,
            }
        )
        _take_over(settings.var_dir, Path(place))
        upgrade_database(own)
        service = build(own)
        take_in(service)
        seed(service, demo_password(Path(place) / "demo.password"))
        known = _known(service)
        with served(service) as address, open_browser(chromium) as browser:
            bank = Bank(service=service, known=known, address=address)
            rows = [
                row
                for name, stop in list_stops().items()
                if stop.act is None
                for row in [_measure(name, stop, browser, bank)]
                if row is not None
            ]
    return {"pages": rows, **_summary(rows)}


def _take_over(directory: Path, place: Path) -> None:
    """Copy what the demo has written, so that nothing of it changes."""
    for name in ("loanwright.db", "identity.key", "master.key", "audit.key", "demo.password"):
        if (directory / name).exists():
            shutil.copy(directory / name, place / name)


def _measure(name: str, stop: Stop, browser: Any, bank: Bank) -> dict[str, Any] | None:
    try:
        path = stop.path(bank)
    except (LookupError, StopIteration, LoanwrightError):
        # A state that the demo has nothing in.
        return None
    found, weights = [], []
    for _ in range(ROUNDS):
        fixed = Stop(name=stop.name, path=lambda _: path, role=stop.role, status=stop.status)
        with looking_at(fixed, browser, bank) as (visit, answer, scales):
            if answer.status != stop.status:
                return None
            visit.page.wait_for_timeout(100)
            found.append(visit.page.evaluate(TIMES))
            weights.append(scales.bytes)
    first, answered, painted = (statistics.median(column) for column in zip(*found, strict=True))
    return {
        "page": name,
        "first byte, ms": round(first, 1),
        "answered, ms": round(answered, 1),
        "first paint, ms": round(painted, 1),
        "weight, kB": round(statistics.median(weights) / 1000, 1),
    }


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    if not rows:
        return {}
    names = ("answered, ms", "first paint, ms", "weight, kB")
    return {
        "measured": len(rows),
        **{f"median {name}": statistics.median(row[name] for row in rows) for name in names},
        **{f"most {name}": max(row[name] for row in rows) for name in names},
    }


def _known(service: Service) -> Known:
    """Return ids of the demo in the states that the tours ask for."""
    users = {
        one.email.partition("@")[0]: found.id
        for one in list_staff()
        if (found := service.access.users.find(one.email)) is not None
    }
    borrowers = service.access.users.list_page({"role": str(Role.BORROWER)}, limit=MOST).items
    named = {str(one.email).partition("@")[0]: one for one in borrowers}
    users |= {name: one.id for name, one in named.items()}
    admin = users["admin1"]
    key, _ = service.keys.create("core banking", ("applications:write",))
    order = Order(kind="batch", caller_id=admin, key=None, body_hash="0" * 64, payload="bat_gone")
    job = service.jobs.order(order)
    service.workbench.work(job.id)
    people = service.applicant_records.list_page(SENDER, ApplicantsWanted(), limit=MOST).items
    own = [str(named[one].applicant_id) for one in sorted(named)]
    live = {(one.product, one.segment): one.hash for one in service.registry.list_live()}
    return Known(
        users=users,
        applicants=[*own, *(one.id for one in people if one.id not in own)],
        key=key.id,
        grant="",
        failed_job=job.id,
        champion=live["credit-card", "existing"],
        challenger=_challenger(service),
        secrets=(),
        **_facts(service),
    )


def _challenger(service: Service) -> str:
    found = [one.hash for one in service.registry.list_models() if one.state is State.CHALLENGER]
    live = [one.hash for one in service.registry.list_live()]
    return (found or live)[0]


def _facts(service: Service) -> dict[str, Any]:
    decisions: dict[str, list[str]] = {}
    applications: dict[str, list[str]] = {}
    for line in service.decisions.list_page(limit=MOST).items:
        decisions.setdefault(line.outcome, []).append(line.id)
        applications.setdefault(line.outcome, []).append(line.application_id)
    reviews: dict[str, list[str]] = {}
    for review in service.reviews.list_page(SENDER, ReviewsWanted(limit=MOST)).items:
        reviews.setdefault(str(review.state), []).append(review.id)
    offers: dict[str, list[str]] = {}
    for offer in service.offers.list_page(SENDER, OffersWanted(limit=MOST)).items:
        offers.setdefault(str(offer.state), []).append(offer.id)
    accounts = service.accounts.list_page(SENDER, AccountsWanted(limit=MOST)).items
    return {
        "decisions": decisions,
        "applications": applications,
        "reviews": reviews,
        "offers": offers,
        "accounts": [one.id for one in accounts],
    }
