"""What the pages of offers show, and the reading of their form."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from loanwright.decisioning.burden import warns
from loanwright.decisioning.money import minor_units
from loanwright.decisioning.schedule import HIGHEST_RATE, LARGEST_AMOUNT, LONGEST_TERM
from loanwright.service.offers.bounds import Bounds
from loanwright.service.offers.schemas import ALIVE, Offer, State, Terms
from loanwright.service.web.languages import Language
from loanwright.service.web.manager.card_view import OFFER_STATES
from loanwright.service.web.manager.parties import Who, short_day
from loanwright.service.web.office import Viewer
from loanwright.service.web.parts import Tone
from loanwright.service.web.public.forms import parse_number

FIELDS: Final = ("amount", "term", "rate", "valid")
BASIS_POINTS: Final = 10_000
POINTS_OF_PER_CENT: Final = 100
PER_CENT: Final = 100
LONGEST_VALIDITY: Final = 365


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One offer as those who look after its applicant read it.

    Attributes
    ----------
    may_approve, own
        Whether the viewer may let it go out, and whether they have made it.
    """

    id: str
    applicant_id: str
    decision_id: str
    title: str
    amount: str
    state: str
    tone: Tone
    made: str
    facts: list[tuple[str, str]]
    heavy: bool
    accepted: bool
    waits: bool
    own: bool
    may_approve: bool
    may_withdraw: bool


def present_offer(
    offer: Offer, viewer: Viewer, who: Who, titles: Mapping[str, str], language: Language
) -> Line:
    """Return an offer with what it costs, and what the viewer may do with it."""
    state, tone = OFFER_STATES[str(offer.state)]
    waits, own = offer.state is State.PROPOSED, offer.made_by == viewer.principal.id
    may = viewer.can("offers:write")
    return Line(
        id=offer.id,
        applicant_id=offer.applicant_id,
        decision_id=offer.decision_id,
        title=titles.get(offer.product, offer.product),
        amount=language.minor(offer.amount, offer.currency),
        state=language.gettext(state),
        tone=tone,
        made=f"{who.name(offer.made_by)} · {language.moment(offer.made_at)}",
        facts=facts_of(offer, language, who),
        heavy=offer.debt_burden_after is not None and warns(offer.debt_burden_after),
        accepted=offer.state is State.ACCEPTED,
        waits=waits,
        own=own,
        may_approve=may and waits and not own,
        may_withdraw=may and offer.state in ALIVE,
    )


def facts_of(offer: Offer, language: Language, who: Who | None = None) -> list[tuple[str, str]]:
    """Return what an offer costs in all, as labels and texts."""
    _, currency = language.gettext, offer.currency
    told = [
        (_("Each month"), language.minor(offer.monthly_payment, currency)),
        (_("Term"), _months(offer.term_months, language)),
        (_("Interest of a year"), language.percent(offer.annual_rate_bp / BASIS_POINTS, 2)),
    ]
    if offer.total_cost is not None:
        told.append((_("Costs in all"), language.minor(offer.total_cost, currency)))
    if offer.apr is not None:
        told.append((_("APR"), language.percent(offer.apr / PER_CENT)))
    if offer.psk is not None:
        told.append((_("Full cost of the credit (PSK)"), language.percent(offer.psk / PER_CENT)))
    if offer.debt_burden_after is not None:
        told.append((_("Debts of the income then"), language.percent(offer.debt_burden_after, 0)))
    told.append((_("Open until"), short_day(offer.valid_until.date(), language)))
    if who is not None and offer.approved_by is not None:
        told.append((_("Second person"), who.name(offer.approved_by)))
    return told


def starting_values(bounds: Bounds, language: Language) -> dict[str, str]:
    """Return what is in the form before anybody has written: what was asked for, within limits."""
    asked = bounds.asked
    if asked is not None and bounds.highest is not None:
        asked = min(asked, bounds.highest)
    units = minor_units(bounds.currency)
    return {
        "amount": "" if asked is None else _plain(asked / units, language),
        "term": "" if bounds.term_months is None else str(bounds.term_months),
        "rate": "",
        "valid": str(bounds.valid_days),
    }


def read_terms(
    values: Mapping[str, str], bounds: Bounds, language: Language
) -> tuple[Terms | None, int, dict[str, str]]:
    """Return the terms that were typed, for how many days, and what is wrong, by field."""
    amount, term = _amount(values, bounds, language), _whole(values["term"], LONGEST_TERM, language)
    rate, days = (
        _rate(values, bounds, language),
        _whole(values["valid"], LONGEST_VALIDITY, language),
    )
    wrong = _complaints(amount, term, rate, days, bounds=bounds, language=language)
    if wrong or amount is None or term is None or rate is None or days is None:
        return None, 0, wrong
    terms = Terms(amount=amount, annual_rate_bp=rate, term_months=term, repayment=bounds.repayment)
    return terms, days, {}


def _complaints(
    amount: int | None,
    term: int | None,
    rate: int | None,
    days: int | None,
    *,
    bounds: Bounds,
    language: Language,
) -> dict[str, str]:
    _, wrong = language.gettext, {}
    if amount is None:
        wrong["amount"] = _("Write an amount above zero.")
    elif bounds.highest is not None and amount > bounds.highest:
        most = language.minor(bounds.highest, bounds.currency)
        wrong["amount"] = _("At most %(most)s may be offered after this decision.") % {"most": most}
    if term is None:
        wrong["term"] = _("Write whole months, from 1 to %(most)s.") % {"most": LONGEST_TERM}
    if rate is None:
        wrong["rate"] = _("Write the interest of a year in per cent, such as 14.99.")
    if days is None:
        wrong["valid"] = _("Write whole days, from 1 to %(most)s.") % {"most": LONGEST_VALIDITY}
    return wrong


def _amount(values: Mapping[str, str], bounds: Bounds, language: Language) -> int | None:
    number = parse_number(values["amount"], language.code)
    minor = None if number is None else round(number * minor_units(bounds.currency))
    return minor if minor is not None and 1 <= minor <= LARGEST_AMOUNT else None


def _rate(values: Mapping[str, str], bounds: Bounds, language: Language) -> int | None:
    if bounds.annual_rate_bp is not None:
        return bounds.annual_rate_bp
    number = parse_number(values["rate"], language.code)
    points = None if number is None else round(number * POINTS_OF_PER_CENT)
    return points if points is not None and 0 <= points <= HIGHEST_RATE else None


def _whole(text: str, most: int, language: Language) -> int | None:
    number = parse_number(text, language.code)
    return number if isinstance(number, int) and 1 <= number <= most else None


def _plain(amount: float, language: Language) -> str:
    text = f"{amount:.2f}".removesuffix(".00")
    return text.replace(".", ",") if language.code == "ru" else text


def _months(count: int, language: Language) -> str:
    return language.ngettext("%(count)s month", "%(count)s months", count) % {"count": count}
