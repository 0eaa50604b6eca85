"""The SQL of experiments."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, func, select, update

from loanwright.experiments.evidence import Counts
from loanwright.service.experiments.schemas import BEFORE, Assignment, Design, Experiment, State
from loanwright.service.experiments.tables import assignments, experiments
from loanwright.service.kit.bulk import Append, insert_new
from loanwright.service.kit.listing import Listing
from loanwright.service.kit.pagination import Page

_listing = Listing(
    select(experiments), key=experiments.c.id, sorts={"created_at": experiments.c.created_at}
)
_assigned = Listing(
    select(assignments),
    key=assignments.c.decision_id,
    sorts={"decided_at": assignments.c.decided_at},
)
_append = Append(assignments)
#: Of each applicant only the first decision counts: the others are no new chance.
_first = select(func.min(assignments.c.sequence).label("sequence")).group_by(
    assignments.c.experiment_id, assignments.c.applicant_id
)


def insert_experiment(connection: Connection, row: Mapping[str, Any]) -> bool:
    """Insert an experiment; tell whether its name was free."""
    return bool(insert_new(connection, experiments, [row], experiments.c.id))


def find(connection: Connection, experiment_id: str) -> Experiment | None:
    """Return one experiment."""
    query = select(experiments).where(experiments.c.id == experiment_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _experiment(row)


def find_by_name(connection: Connection, name: str) -> Experiment | None:
    """Return the experiment of a name."""
    row = connection.execute(select(experiments).where(experiments.c.name == name)).one_or_none()
    return None if row is None else _experiment(row)


def list_in(connection: Connection, states: Collection[State]) -> list[Experiment]:
    """Return the experiments in some states, the oldest first."""
    query = select(experiments).where(experiments.c.state.in_([str(one) for one in states]))
    rows = connection.execute(query.order_by(experiments.c.created_at, experiments.c.id))
    return [_experiment(row) for row in rows]


def page(connection: Connection, **asked: Any) -> Page[Experiment]:
    """Return a page of experiments, the newest first."""
    found = _listing.page(connection, sort="-created_at", **asked)
    items = [_experiment(row) for row in found.items]
    return Page(items=items, next_cursor=found.next_cursor)


def move(connection: Connection, experiment_id: str, to: State, values: Mapping[str, Any]) -> bool:
    """Bring an experiment to a state from one before it; tell whether it was there."""
    statement = (
        update(experiments)
        .where(
            experiments.c.id == experiment_id,
            experiments.c.state.in_([str(one) for one in BEFORE[to]]),
        )
        .values(state=str(to), **values)
    )
    return connection.execute(statement).rowcount == 1


def is_running(connection: Connection, product: str, segment: str) -> bool:
    """Tell whether an experiment runs there."""
    query = select(experiments.c.id).where(
        experiments.c.product == product,
        experiments.c.segment == segment,
        experiments.c.state == str(State.RUNNING),
    )
    return connection.execute(query.limit(1)).one_or_none() is not None


def append(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add who was decided by which arm."""
    _append.write(connection, rows)


def page_assignments(connection: Connection, experiment_id: str, **asked: Any) -> Page[Assignment]:
    """Return a page of the decisions of an experiment, the newest first."""
    where = [assignments.c.experiment_id == experiment_id]
    found = _assigned.page(connection, sort="-decided_at", where=where, **asked)
    items = [_assignment(row) for row in found.items]
    return Page(items=items, next_cursor=found.next_cursor)


def find_assignment(connection: Connection, decision_id: str) -> Assignment | None:
    """Return which arm made a decision, if one did."""
    query = select(assignments).where(assignments.c.decision_id == decision_id)
    row = connection.execute(query).one_or_none()
    return None if row is None else _assignment(row)


def list_first(connection: Connection, experiment_id: str) -> list[Assignment]:
    """Return the first decision of each applicant, in their order."""
    first = _first.where(assignments.c.experiment_id == experiment_id)
    query = select(assignments).where(assignments.c.sequence.in_(first))
    rows = connection.execute(query.order_by(assignments.c.sequence))
    return [_assignment(row) for row in rows]


def count_approvals(connection: Connection, experiment_id: str) -> dict[str, Counts]:
    """Return how many applicants each arm approved, and how many not."""
    first = _first.where(assignments.c.experiment_id == experiment_id)
    query = (
        select(assignments.c.arm, assignments.c.outcome, func.count())
        .where(assignments.c.sequence.in_(first))
        .group_by(assignments.c.arm, assignments.c.outcome)
    )
    found: dict[str, Counts] = {}
    for arm, outcome, number in connection.execute(query):
        so_far = found.get(arm, Counts(hits=0, misses=0))
        approved = number if outcome == "approve" else 0
        found[arm] = Counts(hits=so_far.hits + approved, misses=so_far.misses + number - approved)
    return found


def _experiment(row: Row[Any]) -> Experiment:
    facts = dict(row._mapping)
    told = facts["conclusion"]
    return Experiment(
        **{
            **facts,
            "state": State(facts["state"]),
            "design": read_design(facts["design"]),
            "conclusion": None if told is None else msgspec.json.decode(told),
        }
    )


def read_design(text: str) -> Design:
    """Return the design that was stored."""
    return msgspec.json.decode(text, type=Design)


def _assignment(row: Row[Any]) -> Assignment:
    facts = dict(row._mapping)
    facts.pop("sequence")
    return Assignment(**facts)
