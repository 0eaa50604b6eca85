"""The life of an application: received, assessed, decided, stored, answered."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version

from sqlalchemy import Connection

from loanwright.decisioning.outcome import Outcome
from loanwright.errors import LoanwrightError
from loanwright.service.applicants.schemas import Applicant
from loanwright.service.applications.schemas import Application
from loanwright.service.applications.service import Applications
from loanwright.service.audit.service import Audit
from loanwright.service.decisions.service import Decisions
from loanwright.service.experiments.schemas import Assignment
from loanwright.service.experiments.service import Experiments
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.offers.schemas import Approved
from loanwright.service.offers.service import Offers
from loanwright.service.origination import repository
from loanwright.service.origination.batch import CREATED, Batch, key_of
from loanwright.service.origination.intake import Arrival, Desk, Intake, Live
from loanwright.service.origination.judging import Judge, Judged
from loanwright.service.origination.recording import recorded
from loanwright.service.origination.schemas import ApplicantReference, Caller, Reply, Submission
from loanwright.service.origination.writing import Draft, draft
from loanwright.service.reviews.schemas import Referred
from loanwright.service.reviews.service import Reviews
from loanwright.service.reviews.valuing import asked_in
from loanwright.service.shadows.service import Shadows
from loanwright.service.telemetry.metrics import Metrics
from loanwright.service.telemetry.traces import NoTraces, Traces

__all__ = ["ApplicantReference", "Caller", "Origination", "Reply", "Submission"]

KEYS_KEPT = timedelta(days=30)
MOST_PRUNED = 1_000
CODE_VERSION = version("loanwright")


@dataclass(frozen=True, kw_only=True)
class Origination:
    """Decides applications, many in one transaction; nobody is answered before its commit."""

    database: Database
    clock: Clock
    new_id: Ids
    desk: Desk
    applications: Applications
    decisions: Decisions
    audit: Audit
    offers: Offers | None = None
    experiments: Experiments | None = None
    shadows: Shadows | None = None
    reviews: Reviews | None = None
    judge: Judge = field(default_factory=Judge)
    metrics: Metrics = field(default_factory=Metrics)
    traces: Traces = field(default_factory=NoTraces)

    def submit(self, submission: Submission) -> Reply:
        """Decide one submission, or raise its error."""
        answer = self.submit_many([submission])[0]
        if isinstance(answer, LoanwrightError):
            raise answer
        return answer

    def submit_many(self, submissions: Sequence[Submission]) -> list[Reply | LoanwrightError]:
        """Decide every submission in one transaction; answer each with its reply or its error."""
        batch, live = Batch([self.desk.sealed(one) for one in submissions]), self.desk.live()
        with self.traces.committing() as commit, self.database.write() as connection, commit:
            with self.traces.span("take in"):
                self._repeat(connection, batch)
                intakes = self._take_in(connection, batch, live)
            judged = self._judge(batch, intakes)
            with self.traces.span("store"):
                drafts = self._claim(connection, batch, self._draft(connection, judged))
                self._store(connection, batch, drafts)
                self._cast(connection, live, drafts)
        self.metrics.decided(map(_told, drafts))
        return batch.answers()

    def _repeat(self, connection: Connection, batch: Batch) -> None:
        """Answer those whose idempotency key was used before."""
        keys = batch.keys()
        used = repository.list_used(connection, keys) if keys else {}
        if used:
            decided = [decision_id for _, decision_id in used.values()]
            batch.repeat(used, self.decisions.list_replies(connection, decided))

    def _take_in(self, connection: Connection, batch: Batch, live: Live) -> list[Intake]:
        """Check every submission, with what is known of its applicant."""
        arrivals = []
        for index, submission in batch.waiting():
            try:
                arrivals.append(self.desk.arrival(index, submission))
            except LoanwrightError as refusal:
                batch.answer(index, refusal)
        known = self._known(connection, arrivals)
        intakes = []
        for arrival in arrivals:
            if batch.follows(arrival.index):
                continue
            applicant = known.get(arrival.document_hash or arrival.applicant_id or "")
            try:
                self.desk.refuse_foreign(connection, arrival.submission, applicant)
                intakes.append(self.desk.take_in(arrival, applicant, live))
                batch.lead(arrival.index)
            except LoanwrightError as refusal:
                batch.answer(arrival.index, refusal)
        return intakes

    def _known(self, connection: Connection, arrivals: list[Arrival]) -> dict[str, Applicant]:
        names = {one.document_hash or one.applicant_id for one in arrivals} - {None}
        found = self.desk.applicants.list_known(connection, {name for name in names if name})
        return {
            **{one.id: one for one in found},
            **{one.document_hash: one for one in found if one.document_hash is not None},
        }

    def _judge(self, batch: Batch, intakes: list[Intake]) -> list[Judged]:
        """Assess and decide; a refusal is the answer of that one alone."""
        judged = []
        for intake, result in self.judge.judge(intakes):
            if isinstance(result, LoanwrightError):
                batch.answer(intake.index, result)
            else:
                judged.append(result)
        return judged

    def _draft(self, connection: Connection, judged: list[Judged]) -> list[Draft]:
        """Write the replies, once every applicant has an id."""
        applicants = self._applicants(connection, judged)
        applications = self.new_id.several("app", len(judged))
        decisions = self.new_id.several("dec", len(judged))
        now = self.clock.now()
        return [
            draft(
                one,
                application_id=application_id,
                decision_id=decision_id,
                applicant=applicant,
                moment=now,
            )
            for one, application_id, decision_id, applicant in zip(
                judged, applications, decisions, applicants, strict=True
            )
        ]

    def _applicants(self, connection: Connection, judged: list[Judged]) -> list[Applicant]:
        """Return the applicant of each application, new where it must be."""
        strangers = [one.intake.document_hash for one in judged if one.intake.applicant is None]
        hashes = list(dict.fromkeys(key for key in strangers if key is not None))
        ids = [one.intake.stranger_id for one in judged if one.intake.stranger_id is not None]
        wanted = [*hashes, *(None for _ in ids)]
        ids = [*self.desk.applicants.new_ids(len(hashes)), *ids]
        received = self.desk.applicants.receive(connection, wanted, ids=ids) if wanted else []
        by_hash = dict(zip(hashes, received, strict=False))
        nameless = iter(received[len(hashes) :])
        found = []
        for one in judged:
            known, document_hash = one.intake.applicant, one.intake.document_hash
            if known is None:
                known = by_hash[document_hash] if document_hash else next(nameless)
            found.append(known)
        return found

    def _claim(self, connection: Connection, batch: Batch, drafts: list[Draft]) -> list[Draft]:
        """Keep the drafts whose key is still free; another process may have been quicker."""
        keyed = {key: one for one in drafts if (key := key_of(one.submission)) is not None}
        if not keyed:
            return drafts
        # Sorted, so that two processes with the same keys wait for each other in one order.
        rows = [
            {
                "caller_id": key[0],
                "key": key[1],
                "body_hash": one.submission.body_hash,
                "decision_id": one.decision_id,
                "created_at": one.moment,
            }
            for key, one in sorted(keyed.items(), key=lambda pair: pair[0])
        ]
        claimed = repository.claim(connection, rows)
        if len(claimed) == len(rows):
            return drafts
        lost = {key: one for key, one in keyed.items() if one.decision_id not in claimed}
        used = repository.list_used(connection, lost)
        decided = [decision_id for _, decision_id in used.values()]
        batch.repeat(used, self.decisions.list_replies(connection, decided))
        beaten = {one.decision_id for one in lost.values()}
        return [one for one in drafts if one.decision_id not in beaten]

    def _store(self, connection: Connection, batch: Batch, drafts: list[Draft]) -> None:
        """Write what was decided, and prepare the answers."""
        if not drafts:
            return
        people = {one.applicant.id: one.applicant.key for one in drafts}
        keys = {person_id: key for person_id, key in people.items() if key is not None}
        received = self.applications.receive(
            connection, [_application(one) for one in drafts], keys
        )
        decided = self.decisions.append(connection, [_decision_row(one) for one in drafts], keys)
        self.audit.record_all(connection, recorded(drafts, received, decided))
        if self.experiments is not None:
            self.experiments.record(connection, _assignments(drafts))
        if self.offers is not None:
            approved = [_approved(one) for one in drafts if self._offered(one)]
            self.offers.make_for(connection, approved)
        if self.reviews is not None:
            referred = [_referred(one) for one in drafts if _is_referred(one)]
            self.reviews.open_for(connection, referred)
        for one in drafts:
            reply = Reply(
                status=CREATED, body=one.reply, replayed=False, decision_id=one.decision_id
            )
            batch.answer(one.judged.intake.index, reply)

    def _offered(self, one: Draft) -> bool:
        product = self.desk.products[one.submission.product]
        approved = one.judged.decision.outcome is Outcome.APPROVE
        return approved and product.accounts.offers is not None

    def _cast(self, connection: Connection, live: Live, drafts: list[Draft]) -> None:
        """Name to workers, by id alone, what challengers are to look at once it is committed."""
        if self.shadows is not None and live.challengers:
            watched = [one.decision_id for one in drafts if _place(one) in live.challengers]
            self.shadows.announce(connection, watched)


def _place(one: Draft) -> tuple[str, str]:
    """Return whose challengers look at it: those beside the model that decided."""
    return one.judged.intake.package.product.name, one.judged.intake.segment


def _approved(one: Draft) -> Approved:
    intake = one.judged.intake
    return Approved(
        decision_id=one.decision_id,
        applicant_id=one.applicant.id,
        product=intake.submission.product,
        grade=one.judged.assessment.grade,
        features=intake.record,
        terms=one.judged.decision.terms,
    )


def _assignments(drafts: Sequence[Draft]) -> list[Assignment]:
    return [
        Assignment(
            decision_id=one.decision_id,
            experiment_id=arm.experiment_id,
            arm=arm.arm,
            applicant_id=one.applicant.id,
            outcome=str(one.judged.decision.outcome),
            decided_at=one.moment,
        )
        for one in drafts
        if (arm := one.judged.intake.arm) is not None
    ]


def _is_referred(one: Draft) -> bool:
    return one.judged.decision.outcome is Outcome.REFER


def _referred(one: Draft) -> Referred:
    intake = one.judged.intake
    return Referred(
        decision_id=one.decision_id,
        applicant_id=one.applicant.id,
        product=intake.submission.product,
        score=one.judged.assessment.score,
        cutoffs=intake.policy.policy.cutoffs.get(intake.segment),
        asked=asked_in(intake.record, intake.product),
    )


def _told(one: Draft) -> tuple[str, str, str]:
    intake = one.judged.intake
    return intake.submission.product, intake.segment, str(one.judged.decision.outcome)


def prune_keys(connection: Connection, now: datetime) -> int:
    """Forget idempotency keys that were used a month ago, some at a time; return how many."""
    return repository.prune(connection, now - KEYS_KEPT, MOST_PRUNED)


def _application(one: Draft) -> Application:
    intake = one.judged.intake
    return Application(
        id=one.application_id,
        applicant_id=one.applicant.id,
        product=intake.submission.product,
        segment=intake.segment,
        caller_id=intake.submission.caller.id,
        received=intake.received,
        received_at=one.moment,
    )


def _decision_row(one: Draft) -> dict[str, object]:
    intake, assessment = one.judged.intake, one.judged.assessment
    return {
        "id": one.decision_id,
        "application_id": one.application_id,
        "applicant_id": one.applicant.id,
        "product": intake.submission.product,
        "segment": intake.segment,
        "model_hash": intake.package.hash,
        "policy_hash": intake.policy.hash,
        "outcome": str(one.judged.decision.outcome),
        "probability_of_default": assessment.probability_of_default,
        "score": assessment.score,
        "grade": assessment.grade,
        "snapshot": one.snapshot,
        "reply": one.reply.decode(),
        "code_version": CODE_VERSION,
        "decided_at": one.moment,
    }
