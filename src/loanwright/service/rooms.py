"""How each room of the service is furnished, given the ground that it stands on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from loanwright.errors import LoanwrightError
from loanwright.features.product import Product
from loanwright.lending.lender import Lender
from loanwright.rulebook.examining import examine_document
from loanwright.service.accounts.paying import Payments
from loanwright.service.accounts.renewing import Renewal
from loanwright.service.accounts.service import Accounts
from loanwright.service.applicants.profiles import Profiles
from loanwright.service.applicants.records import Records
from loanwright.service.applicants.service import Applicants
from loanwright.service.applications.service import Applications
from loanwright.service.audit.ledger import Ledger
from loanwright.service.audit.signing import PublicKeys, Signer
from loanwright.service.auditing.verifying import Verifications
from loanwright.service.batches.desk import BatchDesk
from loanwright.service.batches.files import BatchFiles
from loanwright.service.batches.service import Batches
from loanwright.service.decisions.paths import PathFinder
from loanwright.service.decisions.service import Decisions
from loanwright.service.ground import Ground, open_vault, read_offered
from loanwright.service.health.figures import Figures
from loanwright.service.health.readiness import Readiness, broker_probe, disk_probe, relay_probe
from loanwright.service.jobs.service import Jobs
from loanwright.service.kit.clock import Clock
from loanwright.service.kit.database import Database
from loanwright.service.kit.ids import Ids
from loanwright.service.managers.service import Managers
from loanwright.service.messaging.outbox import Outbox
from loanwright.service.migrations.steps import current_revision, newest_revision
from loanwright.service.offers.pricing import Pricing
from loanwright.service.offers.service import Offers
from loanwright.service.origination.away import Away
from loanwright.service.origination.intake import Desk
from loanwright.service.origination.judging import Judge
from loanwright.service.origination.later import Later
from loanwright.service.origination.rescoring import Rescoring
from loanwright.service.origination.service import Origination
from loanwright.service.own_keys import read_audit_key, read_audit_public_keys, read_identity_key
from loanwright.service.pathfinding import make_paths
from loanwright.service.policies.drafts import PolicyDrafts
from loanwright.service.policies.service import Policies
from loanwright.service.registry.packages import Package, PackageStore
from loanwright.service.registry.service import Registry
from loanwright.service.reviews.furnishing import make_reviewing
from loanwright.service.settings import Settings
from loanwright.service.spool.files import list_files, size_of
from loanwright.service.spool.service import Spool
from loanwright.service.training.runner import CommandTrainer
from loanwright.service.training.service import TrainingRuns
from loanwright.service.trying import make_experiments, make_shadows
from loanwright.service.users.keys import Keys
from loanwright.service.users.service import Users
from loanwright.service.webhooks.addresses import Addresses
from loanwright.service.webhooks.sending import HttpSender
from loanwright.service.webhooks.service import Webhooks

#: The part of the time of a request in which a policy must be proved.
PROVING = 0.6


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What is kept of people, applications, models, policies and decisions."""

    products: Mapping[str, Product]
    lenders: tuple[Lender, ...]
    applicants: Applicants
    applications: Applications
    registry: Registry
    policies: Policies
    policy_drafts: PolicyDrafts
    decisions: Decisions
    paths: PathFinder

    @property
    def desk(self) -> Desk:
        """Return where applications are taken in."""
        return Desk(
            products=self.products,
            applicants=self.applicants,
            registry=self.registry,
            policies=self.policies,
        )


def make_facts(ground: Ground, load: Callable[[Path], Package]) -> Facts:
    """Return the rooms that keep facts."""
    database, vault = ground.database, ground.vault
    registry = make_registry(ground.settings, ground, load)
    policies = Policies(database=database, clock=ground.clock, audit=ground.audit)
    applicants = make_applicants(ground)
    decisions = Decisions(database=database, vault=vault, registry=registry, policies=policies)
    products, lenders = read_offered(ground.settings)
    return Facts(
        products=products,
        lenders=lenders,
        applicants=applicants,
        applications=Applications(database=database, vault=vault),
        registry=registry,
        policies=policies,
        policy_drafts=make_policy_drafts(ground, products, policies),
        decisions=decisions,
        paths=make_paths(ground, decisions, products),
    )


def make_policy_drafts(
    ground: Ground, products: Mapping[str, Product], policies: Policies
) -> PolicyDrafts:
    """Return the policies on their way to deciding."""
    return PolicyDrafts(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        audit=ground.audit,
        products=products,
        policies=policies,
        examine=partial(examine_document, seconds=ground.settings.gather_timeout * PROVING),
    )


def make_jobs(ground: Ground) -> Jobs:
    """Return the work that is done later."""
    return Jobs(
        database=ground.database,
        vault=ground.vault,
        clock=ground.clock,
        new_id=ground.new_id,
        audit=ground.audit,
    )


def make_registry(settings: Settings, ground: Ground, load: Callable[[Path], Package]) -> Registry:
    """Return the models."""
    packages = PackageStore(settings.models_dir, load)
    return Registry(
        database=ground.database, clock=ground.clock, audit=ground.audit, packages=packages
    )


def make_batches(ground: Ground, jobs: Jobs, desk: Desk) -> Batches:
    """Return what scores files."""
    settings = ground.settings
    batches = Batches(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        audit=ground.audit,
        jobs=jobs,
        desk=BatchDesk(
            products=desk.products,
            registry=desk.registry,
            policies=desk.policies,
            most_rows=settings.batch_rows,
        ),
        files=BatchFiles(directory=settings.batches_dir),
        keep=timedelta(days=settings.batch_keep_days),
        limit=settings.batch_limit,
        threads=settings.batch_threads,
    )
    ground.chores.append(batches.forget)
    return batches


def make_training(ground: Ground, facts: Facts, jobs: Jobs) -> TrainingRuns:
    """Return what trains on tables that are sent."""
    settings = ground.settings
    return TrainingRuns(
        database=ground.database,
        new_id=ground.new_id,
        audit=ground.audit,
        jobs=jobs,
        registry=facts.registry,
        products=facts.products,
        trainer=CommandTrainer(seconds=settings.training_seconds),
        directory=settings.training_dir,
        models_dir=settings.models_dir,
        limit=settings.batch_limit,
    )


def make_webhooks(ground: Ground, settings: Settings) -> Webhooks:
    """Return what tells others of changes."""
    addresses = Addresses(allowed=settings.webhook_networks)
    webhooks = Webhooks(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        audit=ground.audit,
        vault=ground.vault,
        outbox=Outbox(database=ground.database, clock=ground.clock),
        addresses=addresses,
        sender=HttpSender(addresses),
    )
    ground.audit.listen(webhooks.announce)
    ground.chores.append(webhooks.remind)
    return webhooks


def make_applicants(ground: Ground) -> Applicants:
    """Return the people who ask for credit."""
    return Applicants(
        database=ground.database,
        vault=ground.vault,
        clock=ground.clock,
        new_id=ground.new_id,
        identity_key=read_identity_key(ground.settings),
    )


def make_people(
    ground: Ground, origination: Origination, users: Users, accounts: Accounts
) -> dict[str, Any]:
    """Return what the lender's people know of applicants, and edit, and assess anew."""
    records = Records(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        audit=ground.audit,
        vault=ground.vault,
        applicants=origination.desk.applicants,
        users=users,
        account_holders=accounts.holders,
    )
    managers = Managers(database=ground.database, users=users, records=records)
    ground.audit.listen(managers.detach_former)
    profiles = Profiles(records=records, products=origination.desk.products)
    return {
        "applicant_records": records,
        "profiles": profiles,
        "managers": managers,
        "rescoring": Rescoring(profiles=profiles, origination=origination),
    }


def make_ledger(settings: Settings, ground: Ground) -> Ledger:
    """Return what seals, verifies and exports the audit log."""
    signer = Signer(read_audit_key(settings))
    ledger = Ledger(
        database=ground.database,
        clock=ground.clock,
        audit=ground.audit,
        signer=signer,
        keys=PublicKeys([signer.public, *read_audit_public_keys(settings)]),
        directory=settings.audit_export_dir,
    )
    ground.chores.append(ledger.seal)
    return ledger


def make_verifications(ground: Ground, jobs: Jobs, ledger: Ledger) -> Verifications:
    """Return what verifies the audit log when somebody asks for it."""
    return Verifications(
        database=ground.database,
        new_id=ground.new_id,
        audit=ground.audit,
        jobs=jobs,
        ledger=ledger,
    )


def make_deciding(
    ground: Ground, facts: Facts, jobs: Jobs, *, booked: Mapping[str, Any]
) -> tuple[Origination, Later]:
    """Return what decides now, and what decides later."""
    experiments = booked["experiments"]
    desk = replace(facts.desk, experiments=experiments)
    origination = Origination(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        desk=desk,
        applications=facts.applications,
        decisions=facts.decisions,
        audit=ground.audit,
        offers=booked["offers"],
        experiments=experiments,
        shadows=booked["shadows"],
        reviews=booked["reviews"],
        judge=Judge(ground.traces),
        metrics=ground.metrics,
        traces=ground.traces,
    )
    later = Later(
        database=ground.database,
        desk=desk,
        jobs=jobs,
        origination=origination,
        traces=ground.traces,
    )
    return origination, later


def make_booked(ground: Ground, facts: Facts) -> dict[str, Any]:
    """Return what deals with booked credit: accounts, payments, reviews and offers."""
    accounts = Accounts(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        audit=ground.audit,
        products=facts.products,
        people=facts.applicants,
        decisions=facts.decisions,
        applications=facts.applications,
    )
    renewal = Renewal(clock=ground.clock, products=facts.products, people=facts.applicants)
    reviewing = make_reviewing(ground.settings, accounts, ground.vault)
    reviews, queue = reviewing["reviews"], reviewing["review_queue"]
    ground.chores.extend((reviews.remind, queue.lapse))
    offers = Offers(
        accounts=accounts,
        standing=reviews.outcome_of,
        alone_up_to=ground.settings.offer_alone_up_to,
        pricing=Pricing(jurisdictions=ground.settings.jurisdictions),
    )
    ground.chores.append(offers.expire)
    payments = Payments(accounts=accounts, renewal=renewal)
    trials = make_experiments(ground, facts.registry, facts.policies, accounts)
    return {
        "accounts": accounts,
        "payments": payments,
        "offers": offers,
        "experiments": trials,
        "shadows": make_shadows(ground, facts.registry, facts.policies, queue=queue),
        **reviewing,
    }


def list_obstacles(database: Database, registry: Registry, policies: Policies) -> dict[str, str]:
    """Return what stands in the way of deciding, by part; empty when nothing does."""
    try:
        revision = current_revision(database)
        if revision != newest_revision():
            return {"database": f"its tables are at {revision}, not at {newest_revision()}"}
        live = registry.list_live()
    except LoanwrightError as problem:
        return {"database": str(problem)}
    problems = {} if live else {"models": "no model is champion yet"}
    for model in live:
        try:
            registry.open(model)
            policies.live(model.product)
        except LoanwrightError as problem:
            problems[f"{model.product}.{model.segment}"] = str(problem)
    return problems


def _spooled(directory: Path) -> tuple[int, int]:
    return len(list_files(directory)), size_of(directory)


def make_watched(ground: Ground, facts: Facts, jobs: Jobs) -> Readiness:
    """Let figures be read, and return what tells whether we can decide."""
    settings = ground.settings
    figures = Figures(
        connections=ground.database.connections,
        jobs=jobs.count_unfinished,
        outbox=jobs.outbox.waiting,
        models=facts.registry.list_live,
        spool=partial(_spooled, settings.spool_dir) if settings.spool else None,
    )
    ground.metrics.watch(figures.read)
    useful = {"relay": relay_probe(lambda: jobs.outbox.waiting()[1])}
    if settings.broker_url is not None:
        useful["broker"] = broker_probe(settings.broker_url.get_secret_value())
    disk = {"disk": disk_probe(settings.var_dir)}
    # PostgreSQL has its disk elsewhere; SQLite writes to this one.
    own = settings.database_url.startswith("sqlite")
    return Readiness(
        check=partial(list_obstacles, ground.database, facts.registry, facts.policies),
        needed=disk if own else {},
        useful=useful if own else {**useful, **disk},
    )


def make_away(settings: Settings, ground: Ground, origination: Origination, *, keys: Keys) -> Away:
    """Return what answers while the database is away."""
    return Away(
        spool=open_spool(settings, ground.clock),
        products=origination.desk.products,
        clock=ground.clock,
        submit=origination.submit_many,
        find_key=keys.get,
        probe=ground.database.probe,
    )


def open_spool(settings: Settings, clock: Clock) -> Spool:
    """Return the spool; it is sealed by the master key."""
    vault = open_vault(settings, clock)
    return Spool(settings.spool_dir, seal=vault.master, clock=clock, new_id=Ids(clock))
