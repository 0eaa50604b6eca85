"""The log of overrides: who decided otherwise, why, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from loanwright.decisioning.performance import Performance
from loanwright.service.accounts.outcomes import Outcomes
from loanwright.service.kit.pagination import Page
from loanwright.service.reviews import repository
from loanwright.service.reviews.schemas import Override
from loanwright.service.reviews.sealing import open_review
from loanwright.service.reviews.service import Reviews
from loanwright.service.users.schemas import Principal, Reach


@dataclass(frozen=True, kw_only=True, slots=True)
class LoggedOverride:
    """An override, what was written with it, and how its account turned out.

    Attributes
    ----------
    words
        What the applicant was told; None also where the person was erased.
    performance
        None where no account came of it.
    """

    override: Override
    words: str | None = field(default=None, repr=False)
    performance: Performance | None


@dataclass(frozen=True, kw_only=True)
class OverrideLog:
    """What persons decided in the place of decisions, for whoever watches them."""

    reviews: Reviews

    def list_page(
        self,
        principal: Principal,
        *,
        wanted: Mapping[str, str],
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[LoggedOverride]:
        """Return one page of overrides in reach, the newest first.

        Parameters
        ----------
        wanted
            Any of ``side``, ``product``, ``code``, ``outcome`` and ``made_by``.
        """
        accounts = self.reviews.accounts
        within = accounts.people.within_reach(principal, repository.OVERRIDDEN)
        with accounts.database.read() as connection:
            page = repository.page_overrides(
                connection, within, limit=limit, cursor=cursor, wanted=wanted
            )
            written = repository.list_by_id(connection, [one.review_id for one in page.items])
            words = {row.id: open_review(row, self.reviews.vault).answer for row in written}
        outcomes = Outcomes(accounts=accounts, as_of=accounts.today())
        turned_out = outcomes.of({one.decision_id: one.applicant_id for one in page.items})
        items = [
            LoggedOverride(
                override=one.for_applicant() if principal.reach is Reach.SELF else one,
                words=words.get(one.review_id),
                performance=turned_out.get(one.decision_id),
            )
            for one in page.items
        ]
        return Page(items=items, next_cursor=page.next_cursor)
