"""What the page of an applicant's accounts shows: terms, arrears, every month."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from loanwright.decisioning.performance import Standing
from loanwright.service.accounts.schemas import Account, RecordedPayment
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.manager.parties import short_day
from loanwright.service.web.parts import Tone

STATUSES: Final[Mapping[str, tuple[str, Tone]]] = {
    "open": (N_("Open"), "info"),
    "closed": (N_("Repaid"), "good"),
    "written_off": (N_("Written off"), "bad"),
    "cancelled": (N_("Cancelled"), "quiet"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class AccountCard:
    """One account."""

    id: str
    title: str
    status: str
    tone: Tone
    arrears: str
    facts: Sequence[tuple[str, str]]
    headers: Sequence[str]
    months: Sequence[Sequence[str]]


def present_account(
    account: Account,
    _standing: Standing,
    recorded: Sequence[RecordedPayment],
    *,
    titles: Mapping[str, str],
    today: date,
    language: Language,
) -> AccountCard:
    """Say one account in a language, the last month first."""
    _ = language.gettext
    status, tone = STATUSES[str(account.status)]
    days = account.days_past_due(today)
    late = language.ngettext("%(days)s day in arrears", "%(days)s days in arrears", days)
    return AccountCard(
        id=account.id,
        title=titles.get(account.product, account.product),
        status=_(status),
        tone=tone,
        arrears=late % {"days": language.number(days)} if days else "",
        facts=[
            (_("Amount"), language.minor(account.amount, account.currency)),
            (_("Interest a year"), language.percent(account.annual_rate_bp / 10_000, 2)),
            (_("Months"), language.number(account.term_months)),
            (_("Paid out on"), short_day(account.disbursed_on, language)),
        ],
        headers=(_("Due on"), _("Due"), _("Paid"), _("Days late")),
        months=[_month(one, account.currency, language) for one in reversed(recorded)],
    )


def _month(one: RecordedPayment, currency: str, language: Language) -> tuple[str, ...]:
    payment = one.payment
    late = payment.days_past_due
    return (
        short_day(payment.due_on, language),
        language.minor(payment.due, currency),
        language.minor(payment.paid, currency),
        "—" if not late else language.number(late),
    )
