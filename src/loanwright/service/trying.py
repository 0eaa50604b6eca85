"""How the rooms are furnished in which models and other ways of deciding are tried and judged."""

from datetime import timedelta

from loanwright.service.accounts.service import Accounts
from loanwright.service.benches.service import Benches
from loanwright.service.decisions.service import Decisions
from loanwright.service.drift_reports.files import DriftFiles
from loanwright.service.drift_reports.service import DriftReports
from loanwright.service.experiments.designing import Designs
from loanwright.service.experiments.results import Results
from loanwright.service.experiments.service import Experiments
from loanwright.service.ground import Ground
from loanwright.service.inventory.service import Inventory
from loanwright.service.jobs.service import Jobs
from loanwright.service.messaging.outbox import Outbox
from loanwright.service.origination.intake import Desk
from loanwright.service.policies.service import Policies
from loanwright.service.registry.service import Registry
from loanwright.service.reviews.holding import Queue
from loanwright.service.shadows.service import Shadows
from loanwright.service.simulations.service import Simulations
from loanwright.service.training.service import TrainingRuns


def make_experiments(
    ground: Ground, registry: Registry, policies: Policies, accounts: Accounts
) -> Experiments:
    """Return what lets several ways of deciding be tried on live applications."""
    database, clock = ground.database, ground.clock
    experiments = Experiments(
        database=database,
        clock=clock,
        new_id=ground.new_id,
        audit=ground.audit,
        designs=Designs(registry=registry, policies=policies, products=accounts.products),
        results=Results(database=database, clock=clock, accounts=accounts),
    )
    ground.chores.append(experiments.watch)
    registry.inspect_by(experiments.inspect)
    return experiments


def make_shadows(
    ground: Ground, registry: Registry, policies: Policies, *, queue: Queue
) -> Shadows:
    """Return what lets challengers look at what was decided."""
    shadows = Shadows(
        database=ground.database,
        clock=ground.clock,
        vault=ground.vault,
        outbox=Outbox(database=ground.database, clock=ground.clock),
        registry=registry,
        policies=policies,
        decisions=queue.reviews.accounts.decisions,
        accounts=queue.reviews.accounts,
        queue=queue,
    )
    registry.inspect_by(shadows.inspect)
    return shadows


def make_simulations(
    ground: Ground, jobs: Jobs, desk: Desk, *, decisions: Decisions, accounts: Accounts
) -> Simulations:
    """Return what tries policies and models on what was decided."""
    return Simulations(
        database=ground.database,
        new_id=ground.new_id,
        audit=ground.audit,
        jobs=jobs,
        registry=desk.registry,
        policies=desk.policies,
        decisions=decisions,
        accounts=accounts,
        products=desk.products,
        threads=ground.settings.batch_threads,
    )


def make_drift_reports(
    ground: Ground, jobs: Jobs, desk: Desk, *, decisions: Decisions
) -> DriftReports:
    """Return what tells whether those who apply have moved."""
    settings = ground.settings
    files = DriftFiles(
        directory=settings.batches_dir / "drift",
        new_id=ground.new_id,
        limit=settings.batch_limit,
    )
    return DriftReports(
        database=ground.database,
        new_id=ground.new_id,
        audit=ground.audit,
        jobs=jobs,
        registry=desk.registry,
        policies=desk.policies,
        decisions=decisions,
        products=desk.products,
        files=files,
    )


def make_inventory(ground: Ground, registry: Registry, decisions: Decisions) -> Inventory:
    """Return what the lender knows of its models, and what was found wrong with them."""
    inventory = Inventory(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        audit=ground.audit,
        registry=registry,
        decisions=decisions,
    )
    registry.inspect_by(inventory.inspect)
    return inventory


def make_benches(ground: Ground, registry: Registry, training: TrainingRuns) -> Benches:
    """Return where the bins of scorecards are changed."""
    settings = ground.settings
    benches = Benches(
        database=ground.database,
        clock=ground.clock,
        new_id=ground.new_id,
        audit=ground.audit,
        jobs=training.jobs,
        registry=registry,
        training=training,
        seconds=settings.training_seconds,
        keep=timedelta(days=settings.batch_keep_days),
    )
    ground.chores.append(benches.forget)
    return benches
