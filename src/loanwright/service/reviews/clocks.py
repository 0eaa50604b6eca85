"""Whose law applies, and when an answer is due by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from loanwright.law.pack import Pack
from loanwright.law.packs import jurisdictions, pack_for
from loanwright.service.reviews.schemas import Kind, Review

#: What starts the clock of each kind of review.
EVENTS = {
    Kind.REFERRAL: "notice",
    Kind.REVIEW: "review",
    Kind.OBJECTION: "objection",
    Kind.REASONS: "reasons",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """When something is due, and by which law; None where it is the lender's own promise."""

    at: datetime
    jurisdiction: str | None
    law_pack: str | None


@dataclass(frozen=True, kw_only=True)
class LawBook:
    """The law packs of an installation.

    Attributes
    ----------
    named
        The jurisdictions of the lender, the first that has a pack counts.
    of_product
        Whose law products of a lender of their own are under.
    promised
        What the lender promises where the law names no time.
    """

    packs: Sequence[Pack]
    named: Sequence[str] = ()
    of_product: Mapping[str, Sequence[str]] = field(default_factory=dict)
    promised: timedelta = timedelta(days=30)

    def jurisdiction_of(self, product: str) -> str | None:
        """Return whose law a product is under, None where nobody has said."""
        known = jurisdictions(self.packs)
        named = (*self.of_product.get(product, ()), *self.named)
        return next((one for one in named if one in known), None)

    def pack(self, jurisdiction: str, day: date) -> Pack:
        """Return the law of a jurisdiction on a day, or raise `LawUnknown`."""
        return pack_for(jurisdiction, day, self.packs)

    def due(self, kind: Kind, product: str, moment: datetime) -> Due:
        """Return when a review is due that is opened at a moment."""
        jurisdiction = self.jurisdiction_of(product)
        if jurisdiction is None:
            return Due(at=moment + self.promised, jurisdiction=None, law_pack=None)
        pack = self.pack(jurisdiction, moment.date())
        clock = pack.deadline(EVENTS[kind])
        if clock is None:
            return Due(at=moment + self.promised, jurisdiction=jurisdiction, law_pack=None)
        return Due(at=clock.after(moment), jurisdiction=jurisdiction, law_pack=pack.code)

    def may_wait(self, review: Review) -> bool:
        """Tell whether the clock of a review may stand still while its applicant owes an answer.

        The lender's own promise may; a lawful time only where its law pack says so.
        """
        if review.law_pack is None:
            return True
        named = (one for one in self.packs if one.code == review.law_pack)
        clocks = [one.deadline(EVENTS[review.kind]) for one in named]
        return any(clock is not None and clock.waits for clock in clocks)
