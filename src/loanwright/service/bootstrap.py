"""The only place where the service is put together: settings in, a working service out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loanwright.pricing.roots import open_mathematics
from loanwright.service.accounts.paying import Payments
from loanwright.service.accounts.service import Accounts
from loanwright.service.alerts.service import Alerts
from loanwright.service.alerts.writing import PREFIX as MAIL
from loanwright.service.alerts.writing import Post
from loanwright.service.analysing import make_analysis
from loanwright.service.applicants.profiles import Profiles
from loanwright.service.applicants.records import Records
from loanwright.service.audit.ledger import Ledger
from loanwright.service.auditing.verifying import KIND as VERIFICATION
from loanwright.service.auditing.verifying import Verifications
from loanwright.service.batches.service import KIND as BATCH
from loanwright.service.batches.service import Batches
from loanwright.service.benches.service import KIND as BENCH
from loanwright.service.benches.service import Benches
from loanwright.service.borrowing import make_borrowing, make_market
from loanwright.service.business.approvals import Approvals
from loanwright.service.business.cohorts import CohortDesk
from loanwright.service.business.service import Business
from loanwright.service.cutoffs.service import CutoffDesk
from loanwright.service.decisions.borrowers import LastWords
from loanwright.service.decisions.trials import Trials
from loanwright.service.differences.service import Differences
from loanwright.service.drift_reports.service import KIND as DRIFT
from loanwright.service.drift_reports.service import DriftReports
from loanwright.service.enquiries.service import KIND as ENQUIRY
from loanwright.service.enquiries.service import Enquiries
from loanwright.service.erasure.retention import Retention
from loanwright.service.erasure.service import Erasure
from loanwright.service.experiments.service import Experiments
from loanwright.service.ground import (
    Ground,
    lay_ground,
    open_database,
    package_loader,
    read_products,
    upgrade_database,
)
from loanwright.service.health.installation import Installation
from loanwright.service.health.readiness import Readiness
from loanwright.service.health.watching import WatchedPublisher, WatchedWork
from loanwright.service.inventory.service import Inventory
from loanwright.service.jobs.service import Jobs, Workbench
from loanwright.service.joining.service import Joining
from loanwright.service.kit.clock import Clock, SystemClock
from loanwright.service.leaving import make_erasure
from loanwright.service.lenders.quotes import Quotes
from loanwright.service.looking_after import make_looking_after
from loanwright.service.managers.service import Managers
from loanwright.service.messaging.delivery import Events, RelayLoop
from loanwright.service.messaging.in_memory import InMemoryBroker, InMemoryWorkers
from loanwright.service.messaging.relay import Publisher, Relay
from loanwright.service.migrations.steps import current_revision
from loanwright.service.monitoring.outlook import Outlook
from loanwright.service.monitoring.service import Monitoring
from loanwright.service.notes.service import Notes
from loanwright.service.notices.data_packs import DataPacks
from loanwright.service.notices.furnishing import make_papers
from loanwright.service.notices.service import Notices
from loanwright.service.offers.service import Offers
from loanwright.service.origination.away import Away
from loanwright.service.origination.later import KIND, Later
from loanwright.service.origination.rescoring import Rescoring
from loanwright.service.origination.service import Origination
from loanwright.service.origination.supposing import Suppositions
from loanwright.service.questionnaires.service import Questionnaires
from loanwright.service.registry.packages import Package
from loanwright.service.reviews.asking import Requests
from loanwright.service.reviews.holding import Queue
from loanwright.service.reviews.overriding import OverrideLog
from loanwright.service.reviews.second import SecondLooks
from loanwright.service.reviews.service import Reviews
from loanwright.service.reviews.similar import Similar
from loanwright.service.rooms import (
    Facts,
    list_obstacles,
    make_away,
    make_batches,
    make_booked,
    make_deciding,
    make_facts,
    make_jobs,
    make_ledger,
    make_people,
    make_training,
    make_verifications,
    make_watched,
    make_webhooks,
    open_spool,
)
from loanwright.service.roster.service import Roster
from loanwright.service.schedules.service import Schedules
from loanwright.service.settings import (
    Settings,
)
from loanwright.service.shadows.service import PREFIX as SHADOWED
from loanwright.service.shadows.service import Shadows
from loanwright.service.simulations.service import KIND as SIMULATION
from loanwright.service.simulations.service import Simulations
from loanwright.service.telemetry.traces import Traces
from loanwright.service.training.service import KIND as TRAINING
from loanwright.service.training.service import TrainingRuns
from loanwright.service.trying import (
    make_benches,
    make_drift_reports,
    make_inventory,
    make_simulations,
)
from loanwright.service.users.access import Access, open_access
from loanwright.service.users.keys import Keys
from loanwright.service.views.searches import Searches
from loanwright.service.views.service import Views
from loanwright.service.watching import make_monitoring, make_watch
from loanwright.service.webhooks.service import PREFIX as DELIVERY
from loanwright.service.webhooks.service import Webhooks

__all__ = ["Service", "build", "open_database", "open_spool", "read_products", "upgrade_database"]


@dataclass(frozen=True, kw_only=True)
class Service(Ground, Facts):
    """The service, put together."""

    applicant_records: Records
    profiles: Profiles
    rescoring: Rescoring
    managers: Managers
    notes: Notes
    roster: Roster
    suppositions: Suppositions
    views: Views
    searches: Searches
    accounts: Accounts
    payments: Payments
    offers: Offers
    experiments: Experiments
    shadows: Shadows
    drift_reports: DriftReports
    monitoring: Monitoring
    outlook: Outlook
    alerts: Alerts
    schedules: Schedules
    mails: Post
    reviews: Reviews
    review_queue: Queue
    review_requests: Requests
    second_looks: SecondLooks
    override_log: OverrideLog
    similar: Similar
    access: Access
    origination: Origination
    jobs: Jobs
    later: Later
    away: Away | None
    workbench: Workbench
    readiness: Readiness
    webhooks: Webhooks
    ledger: Ledger
    verifications: Verifications
    batches: Batches
    erasure: Erasure
    retention: Retention
    notices: Notices
    data_packs: DataPacks
    training: TrainingRuns
    quotes: Quotes
    simulations: Simulations
    inventory: Inventory
    benches: Benches
    questionnaires: Questionnaires
    joining: Joining
    enquiries: Enquiries
    trials: Trials
    cutoff_desk: CutoffDesk
    business: Business
    approvals: Approvals
    cohorts: CohortDesk

    @property
    def last_words(self) -> LastWords:
        """Return what tells what persons decided in the place of decisions."""
        return self.reviews.list_last_words

    @property
    def installation(self) -> Installation:
        """Return what is installed here, and how it is set."""
        return Installation(
            settings=self.settings, database=self.database, revision=current_revision
        )

    @property
    def differences(self) -> Differences:
        """Return what compares past decisions with what would be decided now."""
        return Differences(
            decisions=self.decisions,
            registry=self.registry,
            policies=self.policies,
            profiles=self.profiles,
            products=self.products,
        )

    @property
    def keys(self) -> Keys:
        """Return the API keys."""
        return self.access.keys

    def work(self, subject: str) -> bool:
        """Do what a message is about; False asks to be told of it again a little later."""
        if subject.startswith(DELIVERY):
            return self.webhooks.deliver(subject)
        if subject.startswith(SHADOWED):
            return self.shadows.assess(subject)
        if subject.startswith(MAIL):
            return self.mails.deliver(subject)
        work = WatchedWork(self.workbench.work, metrics=self.metrics, traces=self.traces)
        return work(subject)

    def relay_loop(self, publisher: Publisher, events: Events) -> RelayLoop:
        """Return what carries messages from the outbox to this publisher."""
        watched = WatchedPublisher(
            publisher, clock=self.clock, metrics=self.metrics, traces=self.traces
        )
        relay = Relay(database=self.database, clock=self.clock, publisher=watched)
        return RelayLoop(relay, chores=self.chores, events=events)

    def workers(self, events: Events, *, threads: int) -> InMemoryWorkers:
        """Return threads that do what was accepted for later, where there is no broker."""
        broker = InMemoryBroker()
        # What the process before this one had in memory is announced anew.
        self.jobs.announce()
        self.shadows.remind()
        return InMemoryWorkers(
            broker=broker,
            relay=self.relay_loop(broker, events),
            handle=self.work,
            events=events,
            threads=threads,
        )

    def stop_long_work(self) -> None:
        """Let long work stop at its next pause, so that another worker goes on with it."""
        self.batches.stopping.set()
        self.training.stopping.set()
        self.benches.stopping.set()
        self.simulations.stopping.set()
        self.verifications.stopping.set()
        self.drift_reports.stopping.set()

    def check_ready(self) -> dict[str, str]:
        """Return what stands in the way of deciding, by part; empty when nothing does."""
        return list_obstacles(self.database, self.registry, self.policies)

    def warm_up(self) -> None:
        """Open what decides, so that the first application does not wait for it; write nothing.

        A package that is opened replays its golden rows, the engine included, and asking which
        models and policies are live opens a connection. What is not there now is no reason not to
        start: whoever asks whether we are ready is told, and it is opened then.
        """
        self.check_ready()
        if any(one.accounts.offers for one in self.products.values()):
            open_mathematics()

    def close(self) -> None:
        """Close what is open."""
        for room in (self.cutoff_desk, self.business, self.approvals, self.cohorts):
            room.close()
        self.quotes.close()
        self.traces.close()
        self.access.close()
        self.database.close()


def build(
    settings: Settings,
    *,
    clock: Clock | None = None,
    load_package: Callable[[Path], Package] | None = None,
    traces: Traces | None = None,
) -> Service:
    """Put the service together; the database must have its tables."""
    clock = clock or SystemClock()
    ground = lay_ground(settings, clock, traces)
    facts = make_facts(ground, load_package or package_loader(settings))
    jobs = make_jobs(ground)
    access = open_access(ground)
    booked = make_booked(ground, facts)
    origination, later = make_deciding(ground, facts, jobs, booked=booked)
    ground.chores.extend((jobs.remind, access.sessions.sweep))
    market = make_market(ground, facts.lenders, jobs, origination, booked["reviews"])
    people = make_people(ground, origination, access.users, booked["accounts"])
    known = {
        **booked,
        **market,
        **people,
        **make_leaving(ground, facts, jobs, access, {**booked, **market}),
        **make_borrowing(ground, access, origination, people["profiles"]),
        **make_monitoring(ground, booked["accounts"]),
        "ledger": make_ledger(settings, ground),
        "inventory": make_inventory(ground, facts.registry, facts.decisions),
    }
    return Service(
        **vars(ground),
        **vars(facts),
        access=access,
        **known,
        **make_papers(settings, {**known, **vars(facts)}),
        **make_looking_after(ground, known, origination, booked["accounts"]),
        origination=origination,
        jobs=jobs,
        later=later,
        away=make_away(settings, ground, origination, keys=access.keys) if settings.spool else None,
        **make_long_work(ground, facts, jobs, later=later, known=known),
        readiness=make_watched(ground, facts, jobs),
        webhooks=make_webhooks(ground, settings),
    )


def make_leaving(
    ground: Ground, facts: Facts, jobs: Jobs, access: Access, known: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what lets persons go, whatever room they are known in."""
    return make_erasure(
        ground,
        facts.applicants,
        jobs,
        reviews=known["reviews"],
        users=access.users,
        more=(known["enquiries"].forget,),
    )


def make_long_work(
    ground: Ground, facts: Facts, jobs: Jobs, *, later: Later, known: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what takes longer than a request, and the bench where all jobs are done."""
    batches = make_batches(ground, jobs, facts.desk)
    training = make_training(ground, facts, jobs)
    benches = make_benches(ground, facts.registry, training)
    simulations = make_simulations(
        ground, jobs, facts.desk, decisions=facts.decisions, accounts=known["accounts"]
    )
    verifications = make_verifications(ground, jobs, known["ledger"])
    drift_reports = make_drift_reports(ground, jobs, facts.desk, decisions=facts.decisions)
    watch, deeds = make_watch(ground, jobs, known, training, drift_reports)
    handlers = {
        KIND: later.decide,
        BATCH: batches.score,
        TRAINING: training.train,
        BENCH: benches.count,
        SIMULATION: simulations.simulate,
        ENQUIRY: known["enquiries"].ask,
        VERIFICATION: verifications.verify,
        DRIFT: drift_reports.compare,
        **deeds,
    }
    return {
        "batches": batches,
        "training": training,
        "benches": benches,
        "simulations": simulations,
        "verifications": verifications,
        "drift_reports": drift_reports,
        **watch,
        "workbench": Workbench(jobs=jobs, handlers=handlers),
        **make_analysis(
            ground,
            simulations,
            facts.policy_drafts,
            offers=known["offers"],
            reviews=known["reviews"],
        ),
    }
