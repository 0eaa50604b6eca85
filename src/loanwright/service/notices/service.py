"""Notices: written from the decision record under the law of its day, and issued on record."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from loanwright.features.product import Product
from loanwright.features.text import Text
from loanwright.law.pack import Pack
from loanwright.law.packs import jurisdictions
from loanwright.notices.document import Document
from loanwright.notices.notice import compose_notice
from loanwright.notices.record import Lender, Record
from loanwright.service.accounts.service import Accounts
from loanwright.service.applicants.records import Records
from loanwright.service.audit.schemas import Change
from loanwright.service.decisions.schemas import DecisionRecord
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.kit.clock import iso
from loanwright.service.kit.database import database_now
from loanwright.service.notices import repository
from loanwright.service.notices.errors import JurisdictionUnnamed
from loanwright.service.notices.facts import Sources, record_of
from loanwright.service.notices.lender import Issuers
from loanwright.service.notices.paths import paths_in_words
from loanwright.service.notices.schemas import Format, IssuedNotice, Paper, Wish
from loanwright.service.notices.writing import write_paper
from loanwright.service.offers.schemas import Wanted
from loanwright.service.offers.service import Offers
from loanwright.service.policies.service import Policies
from loanwright.service.registry.service import Registry
from loanwright.service.reviews.clocks import LawBook
from loanwright.service.reviews.service import Reviews
from loanwright.service.users.schemas import Principal


@dataclass(frozen=True, kw_only=True)
class Notices:
    """The papers about decisions."""

    accounts: Accounts
    records: Records
    registry: Registry
    policies: Policies
    offers: Offers
    reviews: Reviews
    law: LawBook
    issuers: Issuers = field(default_factory=Issuers)
    titles: Mapping[str, Text] = field(default_factory=dict, repr=False)

    def write(self, principal: Principal, decision_id: str, wish: Wish) -> Paper:
        """Return the notice of a decision, as it would go out; nothing is recorded."""
        decision = self.accounts.decisions.get(decision_id, by=principal)
        jurisdiction = self.jurisdiction(wish.jurisdiction, decision.product)
        sources = self.sources(principal, decision)
        pack = self.law.pack(jurisdiction, sources.day)
        record = record_of(self._with_paths(sources, pack))
        language = self.language(principal, wish.language, decision.applicant_id)
        document = compose_notice(record, self.lender(decision.product, language), pack, language)
        return paper(document, jurisdiction, record.occasion, wish.format)

    def issue(
        self, principal: Principal, decision_id: str, wish: Wish
    ) -> tuple[IssuedNotice, Paper]:
        """Write a notice and put on record that it went out, by the hash of its bytes."""
        written = self.write(principal, decision_id, wish)
        line = self.accounts.decisions.get_line(decision_id)
        document = written.document
        with self.accounts.database.write() as connection:
            issued = IssuedNotice(
                id=self.accounts.new_id("ntc"),
                decision_id=decision_id,
                applicant_id=line.applicant_id,
                product=line.product,
                jurisdiction=written.jurisdiction,
                language=document.language,
                format=written.format,
                law_pack=document.law,
                law_hash=document.law_hash,
                occasion=written.occasion,
                content_hash=hashlib.sha256(written.content).hexdigest(),
                issued_by=principal.id,
                issued_at=database_now(connection),
            )
            row = {**asdict(issued), "format": str(issued.format)}
            repository.insert_notice(connection, row)
            change = Change(
                action="notice.issued",
                subject=issued.id,
                person=issued.applicant_id,
                after={**row, "issued_at": iso(issued.issued_at)},
                stored={f"issued_notices:{issued.id}": row},
            )
            self.accounts.audit.record(connection, principal.actor, [change])
        return issued, written

    def list_of_decision(self, principal: Principal, decision_id: str) -> list[IssuedNotice]:
        """Return the notices of a decision that went out, the oldest first."""
        self.accounts.decisions.get(decision_id, by=principal)
        with self.accounts.database.read() as connection:
            return repository.list_of_decision(connection, decision_id)

    def jurisdiction(self, wanted: str | None, product: str | None) -> str:
        """Return whose law applies, or say that nobody has named one."""
        named = wanted or self.law.jurisdiction_of(product or "")
        if named is None:
            raise JurisdictionUnnamed(known=", ".join(jurisdictions(self.law.packs)))
        return named

    def lender(self, product: str | None, language: str) -> Lender:
        """Return who signs a paper about a product."""
        offered = self.accounts.products.get(product or "")
        return self.issuers.of(offered, language, self.titles)

    def language(self, principal: Principal, wanted: str | None, applicant_id: str) -> str:
        """Return the language that is wanted, else the applicant's, else English."""
        return wanted or self.records.get(principal, applicant_id).language or "en"

    def sources(self, principal: Principal, decision: DecisionRecord) -> Sources:
        """Return everything that a paper about a decision is made from."""
        application = self.accounts.applications.get(decision.application_id)
        followed = self.offers.list_page(principal, Wanted(decision_id=decision.id, limit=200))
        return Sources(
            decision=decision,
            product=self._product(decision),
            offered=self.accounts.products.get(decision.product),
            received_at=application.received_at,
            known_since=self._known_since(decision),
            overrides=self.reviews.overrides_of(decision.id),
            offers=followed.items,
            bureaus=self.issuers.bureaus,
        )

    def record(self, principal: Principal, decision: DecisionRecord) -> tuple[Sources, Record]:
        """Return a decision as a paper speaks of it, and what that was made from."""
        sources = self.sources(principal, decision)
        return sources, record_of(sources)

    def _product(self, decision: DecisionRecord) -> Product:
        return self.registry.open(self.registry.get(decision.model_hash)).product

    def _known_since(self, decision: DecisionRecord) -> datetime | None:
        version = read_snapshot(decision.snapshot).get("behaviour_version")
        if version is None:
            return None
        with self.accounts.database.read() as connection:
            return self.records.applicants.behaviour_since(
                connection, decision.applicant_id, decision.product, version
            )

    def _with_paths(self, sources: Sources, pack: Pack) -> Sources:
        """Look for paths where the law of the day has a place for them."""
        told = any("paths" in one.needs and sources.outcome in one.occasions for one in pack.duties)
        if not told or sources.overrides:
            return sources
        return replace(sources, paths=self._paths(sources))

    def _paths(self, sources: Sources) -> tuple[Text, ...] | None:
        decision = sources.decision
        package = self.registry.open(self.registry.get(decision.model_hash))
        policy = self.policies.get(decision.product, decision.policy_hash).policy
        return paths_in_words(package, policy, dict(sources.snapshot["record"]))


def paper(document: Document, jurisdiction: str, occasion: str, wanted: Format) -> Paper:
    """Return a paper with its bytes."""
    return Paper(
        document=document,
        jurisdiction=jurisdiction,
        occasion=occasion,
        format=wanted,
        content=write_paper(document, wanted),
    )
