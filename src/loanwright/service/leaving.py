"""How the room is furnished that lets persons go, and knows what keeps them."""

from collections.abc import Sequence
from typing import Any

from loanwright.service.applicants.service import Applicants
from loanwright.service.erasure.retention import Retention
from loanwright.service.erasure.rules import bundled_rules, choose_rules, read_rules
from loanwright.service.erasure.service import Erasure, Forget
from loanwright.service.erasure.ties import Bonds
from loanwright.service.ground import Ground
from loanwright.service.jobs.service import Jobs
from loanwright.service.origination.service import prune_keys
from loanwright.service.reviews.service import Reviews
from loanwright.service.users.service import Users


def make_erasure(
    ground: Ground,
    applicants: Applicants,
    jobs: Jobs,
    *,
    reviews: Reviews,
    users: Users,
    more: Sequence[Forget] = (),
) -> dict[str, Any]:
    """Return what lets persons go, and what keeps them; ``more`` forgets them as well."""
    settings = ground.settings
    path = settings.retention_rules
    known = bundled_rules() if path is None else read_rules(path.read_text(encoding="utf-8"))
    accounts = reviews.accounts
    bonds = Bonds(applicants=applicants, decisions=accounts.decisions, accounts=accounts)
    erasure = Erasure(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        audit=ground.audit,
        vault=ground.vault,
        rules=choose_rules(known, settings.jurisdictions),
        bonds=bonds,
        users=users,
        forget=(applicants.forget, jobs.forget, reviews.forget, *more),
    )
    retention = Retention(erasure=erasure, prune=(prune_keys, jobs.prune))
    ground.chores.append(retention.chore)
    return {"erasure": erasure, "retention": retention}
