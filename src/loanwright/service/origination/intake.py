"""From what arrived to what can be assessed: applicant, segment, champion, record."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from loanwright.errors import Unavailable
from loanwright.features.errors import ProductUnknown
from loanwright.features.product import Product
from loanwright.features.records import validate_record
from loanwright.service.applicants.schemas import Applicant
from loanwright.service.applicants.service import EXISTING, Applicants
from loanwright.service.experiments.schemas import Assigned, Running
from loanwright.service.experiments.service import Experiments
from loanwright.service.kit.ids import is_id
from loanwright.service.origination.errors import (
    ApplicantNamedTwice,
    ApplicantUnknown,
    BodyNotText,
    ProductNotOffered,
)
from loanwright.service.origination.schemas import Submission
from loanwright.service.policies.schemas import PolicyVersion
from loanwright.service.policies.service import NoPolicy, Policies
from loanwright.service.registry.packages import Package
from loanwright.service.registry.schemas import Model
from loanwright.service.registry.service import NoChampion, Registry
from loanwright.service.users.schemas import Reach

NEW = "new"
STATED = frozenset({"questionnaire", "bureau"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """A submission that names its applicant by the hash of a document, by an id, or not.

    Attributes
    ----------
    stranger_id
        The id that an applicant who is not named will have.
    """

    index: int
    submission: Submission
    document_hash: str | None = None
    applicant_id: str | None = None
    stranger_id: str | None = None

    def person(self, applicant: Applicant | None) -> str:
        """Return by what this applicant is known, now and whenever they come again."""
        if applicant is not None:
            return applicant.document_hash or applicant.id
        return self.document_hash or self.stranger_id or ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Intake:
    """A submission that is acceptable, with everything its decision needs."""

    index: int
    submission: Submission
    received: str = field(repr=False)
    document_hash: str | None
    applicant: Applicant | None
    product: Product
    segment: str
    package: Package
    policy: PolicyVersion
    record: Mapping[str, Any] = field(repr=False)
    behaviour_version: int | None
    stranger_id: str | None = None
    arm: Assigned | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Live:
    """Which models and policies decide at one moment."""

    models: Mapping[tuple[str, str], Model]
    policies: Mapping[str, PolicyVersion]
    experiments: Mapping[tuple[str, str], Running] = field(default_factory=dict)
    challengers: Mapping[tuple[str, str], Sequence[Model]] = field(default_factory=dict)

    def arm_of(self, product: str, segment: str, person: str) -> Assigned | None:
        """Return the arm of a person in the experiment that runs there, if one does."""
        running = self.experiments.get((product, segment))
        return None if running is None else running.arm_of(person)

    def find_model(self, product: Product, segment: str) -> Model | None:
        """Return what decides a segment: the product's own champion, or that of its base."""
        own = self.models.get((product.name, segment))
        if own is not None or product.base is None:
            return own
        return self.models.get((product.base, segment))


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Where applications are taken in."""

    products: Mapping[str, Product]
    applicants: Applicants
    registry: Registry
    policies: Policies
    experiments: Experiments | None = None

    def sealed(self, submission: Submission) -> Submission:
        """Return it with a keyed hash of its body: a plain one would betray a document number."""
        if submission.sealed:
            return submission
        keyed = self.applicants.keyed_hash(submission.body_hash)
        return replace(submission, body_hash=keyed, sealed=True)

    def live(self) -> Live:
        """Return what decides now; asked before a transaction, so that it needs no second one."""
        return Live(
            models=self.registry.live(),
            policies=self.policies.all_live(),
            experiments={} if self.experiments is None else self.experiments.running(),
            challengers=self.registry.challengers(),
        )

    def stated_of(self, applicant: Applicant, product: str, live: Live) -> frozenset[str]:
        """Return what the model that will decide asks of an application of this applicant."""
        dictionary = self.products.get(product)
        if dictionary is None:
            raise ProductUnknown(product=product, known=", ".join(sorted(self.products)))
        segment = segment_of(dictionary, product in applicant.behaviours)
        model = live.find_model(dictionary, segment)
        read = dictionary if model is None else self.registry.open(model).product
        named = {one.name for one in read.inputs(segment)} | set(read.fairness_inputs)
        return frozenset(name for name in named if read.features[name].source in STATED)

    def arrival(self, index: int, submission: Submission) -> Arrival:
        """Read how a submission names its applicant."""
        reference = submission.applicant
        if reference is None:
            (stranger_id,) = self.applicants.new_ids(1)
            return Arrival(index=index, submission=submission, stranger_id=stranger_id)
        if reference.document_hash is not None:
            known = reference.document_hash
            return Arrival(index=index, submission=submission, document_hash=known)
        number, applicant_id = reference.document_number, reference.applicant_id
        if number is not None and applicant_id is not None:
            raise ApplicantNamedTwice
        if number is not None:
            document_hash = self.applicants.document_hash(number)
            return Arrival(index=index, submission=submission, document_hash=document_hash)
        if applicant_id is None or not is_id(applicant_id, "apl"):
            raise ApplicantUnknown
        return Arrival(index=index, submission=submission, applicant_id=applicant_id)

    def refuse_foreign(
        self, connection: Connection, submission: Submission, applicant: Applicant | None
    ) -> None:
        """Refuse whoever applies for an applicant out of reach, like for one who is not there."""
        caller = submission.caller
        if caller.reach is not Reach.ASSIGNED:
            return
        managers = {} if applicant is None else self.applicants.reach(connection, [applicant.id])
        if applicant is None or managers.get(applicant.id) != caller.id:
            raise ApplicantUnknown

    def take_in(self, arrived: Arrival, applicant: Applicant | None, live: Live) -> Intake:
        """Check a submission against the dictionary of the model that will decide it."""
        submission = arrived.submission
        if arrived.applicant_id is not None and (applicant is None or applicant.key is None):
            raise ApplicantUnknown
        product = self.products.get(submission.product)
        if product is None:
            raise ProductNotOffered(offered=", ".join(sorted(self.products)))
        known = None if applicant is None else applicant.behaviours.get(product.name)
        segment = segment_of(product, known is not None)
        package, arm = self._decider(product, segment, arrived.person(applicant), live)
        stored = known.features if known is not None and segment == EXISTING else {}
        return Intake(
            index=arrived.index,
            submission=submission,
            received=kept(submission.received, arrived.document_hash),
            document_hash=arrived.document_hash,
            applicant=applicant,
            product=product,
            segment=segment,
            package=package,
            policy=(arm and arm.policy) or _policy(product.name, live),
            record=_record(package.product, segment, submission.features, stored),
            behaviour_version=known.version if known is not None and stored else None,
            stranger_id=arrived.stranger_id,
            arm=arm,
        )

    def _decider(
        self, product: Product, segment: str, person: str, live: Live
    ) -> tuple[Package, Assigned | None]:
        """Return the package that decides, and the arm that chose it where one did.

        An arm whose model cannot be opened decides nobody: the champion does, as without it.
        """
        champion, arm = (
            self._champion(product, segment, live),
            live.arm_of(product.name, segment, person),
        )
        if arm is None or arm.model is None:
            return champion, arm
        try:
            return self.registry.open(arm.model), arm
        except Unavailable:
            return champion, None

    def _champion(self, product: Product, segment: str, live: Live) -> Package:
        model = live.find_model(product, segment)
        if model is None:
            raise NoChampion(product=product.name, segment=segment)
        return self.registry.open(model)


def _policy(product: str, live: Live) -> PolicyVersion:
    if product not in live.policies:
        raise NoPolicy(product=product)
    return live.policies[product]


def segment_of(product: Product, has_behaviour: bool) -> str:
    """Return the segment: existing only for whom the bank knows, whatever was typed."""
    if has_behaviour and EXISTING in product.segments:
        return EXISTING
    return NEW if NEW in product.segments else next(iter(product.segments))


def _record(
    product: Product, segment: str, stated: Mapping[str, object], stored: Mapping[str, Any]
) -> dict[str, Any]:
    if not stored or not _stated_features(product) >= stated.keys():
        checked = validate_record(product, segment, stated, accept_sources=STATED)
        return validate_record(product, segment, {**stored, **checked}) if stored else checked
    return validate_record(product, segment, {**stored, **stated})


@lru_cache(maxsize=64)
def _stated_features(product: Product) -> frozenset[str]:
    return frozenset(one.name for one in product.features.values() if one.source in STATED)


def kept(received: bytes, document_hash: str | None) -> str:
    """Return the text to keep: as received, but for the document number, which is never kept."""
    text = _text(received)
    if document_hash is None:
        return text
    body = json.loads(text)
    body["applicant"] = {"document_hash": document_hash}
    return json.dumps(body, ensure_ascii=False)


def _text(received: bytes) -> str:
    try:
        text = received.decode("utf-8")
    except UnicodeDecodeError:
        raise BodyNotText from None
    if "\x00" in text:
        raise BodyNotText
    return text
