"""What would be decided if something about an applicant were different; nothing is recorded."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from loanwright.errors import LoanwrightError
from loanwright.features.errors import ProductUnknown
from loanwright.features.feature import Feature
from loanwright.features.product import Product
from loanwright.features.records import validate_part, validate_record
from loanwright.service.applicants.profile import Profile
from loanwright.service.applicants.profiles import Profiles
from loanwright.service.decisions.service import Decisions
from loanwright.service.decisions.snapshot import read_snapshot
from loanwright.service.origination.errors import ApplicantUnknown
from loanwright.service.origination.intake import STATED, Arrival, Desk, Intake
from loanwright.service.origination.judging import Judge, Judged
from loanwright.service.origination.schemas import ApplicantReference, Caller, Submission
from loanwright.service.users.schemas import Principal


@dataclass(frozen=True, kw_only=True, slots=True)
class Supposed:
    """An assessment and a decision that nobody has made.

    Attributes
    ----------
    profile
        What is known today.
    start
        What it began with: what is known, and where nothing is, the last application.
    changed
        What was supposed otherwise.
    """

    profile: Profile
    start: Mapping[str, Any] = field(repr=False)
    changed: Mapping[str, Any] = field(repr=False)
    judged: Judged

    @property
    def product(self) -> Product:
        """Return the dictionary of the model that would decide."""
        return self.judged.intake.package.product

    @property
    def actionable(self) -> tuple[Feature, ...]:
        """Return what an applicant can change, as far as this model or its policy asks for it."""
        product, segment = self.product, self.judged.intake.segment
        asked = (*product.inputs(segment), *product.readable_inputs(segment))
        return tuple(one for one in asked if one.actionable.kind != "fixed")


@dataclass(frozen=True, kw_only=True)
class Suppositions:
    """Decides by what is known and what is supposed: by the same desk and the same judge."""

    profiles: Profiles
    decisions: Decisions
    desk: Desk
    judge: Judge

    def suppose(
        self,
        principal: Principal,
        applicant_id: str,
        product: str,
        changes: Mapping[str, Any] | None = None,
    ) -> Supposed:
        """Return what would be decided on an applicant with these features changed."""
        profile = self.profiles.get(principal, applicant_id, product)
        dictionary = self.desk.products.get(product)
        if dictionary is None:
            raise ProductUnknown(product=product, known=", ".join(sorted(self.desk.products)))
        changed = validate_part(dictionary, changes or {})
        known = {**self._last_stated(principal, applicant_id, dictionary), **profile.valid()}
        start = self._take_in(principal, applicant_id, product, known)
        record = validate_record(
            start.package.product, start.segment, _meant(start, {**start.record, **changed})
        )
        (_, judged), *_ = self.judge.judge([replace(start, record=record)])
        if isinstance(judged, LoanwrightError):
            raise judged
        return Supposed(profile=profile, start=start.record, changed=changed, judged=judged)

    def _take_in(
        self, principal: Principal, applicant_id: str, product: str, known: Mapping[str, Any]
    ) -> Intake:
        """Take in the application that an assessment anew would send, and send it nowhere."""
        with self.profiles.records.database.read() as connection:
            found = self.desk.applicants.list_known(connection, [applicant_id])
        if not found:
            raise ApplicantUnknown
        live, (applicant,) = self.desk.live(), found
        segment_features = self.desk.stated_of(applicant, product, live)
        features = {name: value for name, value in known.items() if name in segment_features}
        submission = Submission(
            caller=Caller(id=principal.id, kind="user", scopes=principal.permissions),
            idempotency_key=None,
            body_hash="",
            received=b"{}",
            product=product,
            applicant=ApplicantReference(applicant_id=applicant_id),
            features=features,
        )
        arrival = Arrival(index=0, submission=submission, applicant_id=applicant_id)
        return self.desk.take_in(arrival, applicant, live)

    def _last_stated(
        self, principal: Principal, applicant_id: str, product: Product
    ) -> dict[str, Any]:
        """Return what the last application for a product said."""
        made = self.decisions.list_of_applicant(applicant_id, by=principal, most=20)
        last = next((one for one in made if one.product == product.name), None)
        if last is None:
            return {}
        record = read_snapshot(last.snapshot)["record"]
        stated = {one.name for one in product.features.values() if one.source in STATED}
        return {name: v for name, v in record.items() if name in stated and v is not None}


def _meant(intake: Intake, record: Mapping[str, Any]) -> dict[str, Any]:
    """Return of a record what the model that decides knows."""
    product, segment = intake.package.product, intake.segment
    named = {one.name for one in (*product.inputs(segment), *product.extra_inputs(segment))}
    return {name: value for name, value in record.items() if name in named}
