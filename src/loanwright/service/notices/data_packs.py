"""What a person may see of themselves: all data used, how, with what outcome, by whom, how long."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from loanwright.features.text import Text
from loanwright.law.packs import jurisdictions
from loanwright.notices.data_pack import Kept, Seen, Subject, compose_data_pack
from loanwright.notices.record import Record
from loanwright.service.applicants.schemas import Contacts
from loanwright.service.audit.ledger import Ledger
from loanwright.service.audit.schemas import Entry
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.erasure.service import Erasure
from loanwright.service.notices.deeds import deed_in_words
from loanwright.service.notices.errors import JurisdictionUnnamed
from loanwright.service.notices.facts import record_of, weights_of
from loanwright.service.notices.looks import looks_of
from loanwright.service.notices.schemas import Paper, Wish
from loanwright.service.notices.service import Notices, paper
from loanwright.service.notices.written import Writings
from loanwright.service.reviews.schemas import Override, Review
from loanwright.service.users.schemas import Principal, Reach
from loanwright.service.users.service import UserNotFound

CONTACTS: Final = {
    "name": Text(en="Name", ru="Имя"),
    "email": Text(en="E-mail", ru="Электронная почта"),
    "phone": Text(en="Telephone", ru="Телефон"),
    "address": Text(en="Address", ru="Адрес"),
    "date_of_birth": Text(en="Date of birth", ru="Дата рождения"),
}
PAGE: Final = 200
MOST_ENTRIES: Final = 5_000


@dataclass(frozen=True, kw_only=True)
class DataPacks:
    """The data-subject packs."""

    notices: Notices
    erasure: Erasure
    ledger: Ledger
    writings: Writings

    def write(self, principal: Principal, applicant_id: str, wish: Wish) -> Paper:
        """Return the data-subject pack of an applicant as of now."""
        record = self.notices.records.get(principal, applicant_id)
        language = wish.language or record.language or "en"
        decisions = self.notices.accounts.decisions.list_of_applicant(applicant_id, by=principal)
        product = decisions[0].product if decisions else None
        jurisdiction = self.notices.jurisdiction(wish.jurisdiction, product)
        today = self.notices.accounts.today()
        looked = {one.id: self._reviewed(principal, one) for one in decisions}
        reviews = [review for of_one, _ in looked.values() for review in of_one]
        subject = Subject(
            applicant_id=applicant_id,
            day=today,
            contacts=_contacts(record.contacts),
            records=[self._record(principal, one) for one in decisions],
            seen=_seen(self._entries(applicant_id), principal, language),
            looks={one.id: looks_of(one.outcome, *looked[one.id], self._role) for one in decisions},
            written=self.writings.list_of(principal, applicant_id, reviews, self._role),
            kept=self._kept(applicant_id),
            told_weights=principal.reach is not Reach.SELF,
        )
        pack = self.notices.law.pack(jurisdiction, today)
        document = compose_data_pack(
            subject, self.notices.lender(product, language), pack, language
        )
        return paper(document, jurisdiction, "data", wish.format)

    def laws(self, principal: Principal, applicant_id: str) -> tuple[str, ...]:
        """Return whose law a pack may be written by, where nobody has said whose law applies."""
        decisions = self.notices.accounts.decisions.list_of_applicant(
            applicant_id, by=principal, most=1
        )
        product = decisions[0].product if decisions else None
        try:
            self.notices.jurisdiction(None, product)
        except JurisdictionUnnamed:
            return tuple(jurisdictions(self.notices.law.packs))
        return ()

    def _record(self, principal: Principal, decision: DecisionRecord) -> Record:
        """Return a decision as it was made, with all of its data, the protected ones too."""
        whole = self.notices.sources(principal, decision)
        sources = replace(whole, overrides=(), offers=())
        return replace(record_of(sources), weights=weights_of(sources, all_of_them=True))

    def _reviewed(
        self, principal: Principal, decision: DecisionRecord
    ) -> tuple[list[Review], list[Override]]:
        _, reviews, overrides = self.notices.reviews.list_of_decision(principal, decision.id)
        return reviews, overrides

    def _role(self, actor: str) -> str:
        """Return what somebody is today."""
        if not actor.startswith("usr_"):
            return "machine" if actor.startswith("key_") else "system"
        try:
            return str(self.erasure.users.get(actor).role)
        except UserNotFound:
            return "person"

    def _entries(self, applicant_id: str) -> Iterator[Entry]:
        cursor, count = None, 0
        while count < MOST_ENTRIES:
            page = self.ledger.list_page(limit=PAGE, cursor=cursor, person=applicant_id)
            yield from page.items
            cursor, count = page.next_cursor, count + len(page.items)
            if cursor is None:
                return

    def _kept(self, applicant_id: str) -> list[Kept]:
        blocks = self.erasure.look(applicant_id).blocks
        return [
            Kept(
                rule=self.erasure.words_of(one),
                until=None if one.until is None else one.until.date(),
            )
            for one in blocks
        ]


def _contacts(contacts: Contacts) -> list[tuple[Text, str]]:
    told = contacts.document()
    return [(title, str(told[name])) for name, title in CONTACTS.items() if told.get(name)]


def _seen(entries: Iterator[Entry], principal: Principal, language: str) -> Sequence[Seen]:
    """Return who did what, the most recent first; entries come the newest first."""
    times: Counter[tuple[str, str]] = Counter()
    last: dict[tuple[str, str], date] = {}
    for one in entries:
        key = (_who(one.actor, principal), deed_in_words(one.action).in_language(language))
        times[key] += 1
        last.setdefault(key, one.at.date())
    return [
        Seen(who=who, deed=deed, times=times[who, deed], last=day)
        for (who, deed), day in last.items()
    ]


def _who(actor: str, principal: Principal) -> str:
    if principal.reach is Reach.SELF and actor == principal.id:
        return "yourself"
    if actor.startswith("usr_"):
        return "person"
    return "machine" if actor.startswith("key_") else "system"
