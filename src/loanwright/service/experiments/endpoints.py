"""Experiments over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response

from loanwright.service.edge.authentication import (
    DOCUMENTED,
    ExperimentsApprove,
    ExperimentsRead,
    ExperimentsWrite,
)
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.experiments.documents import (
    Asked,
    AssignmentDocument,
    AssignmentPage,
    DesignDocument,
    ExperimentDocument,
    ExperimentPage,
    Halt,
    NewExperiment,
    PlannedDocument,
    ResultDocument,
    describe,
    describe_assignment,
    describe_page,
    describe_result,
    sizes_of,
)
from loanwright.service.experiments.service import Experiments
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH

ExperimentsService = Annotated[Experiments, Depends(provided("experiments"))]
ExperimentId = Annotated[str, Path(pattern=f"^exp_[{ALPHABET}]{{{LENGTH}}}$")]
DecisionId = Annotated[str, Path(pattern=f"^dec_[{ALPHABET}]{{{LENGTH}}}$")]
READ = problems((401, 403, 404, 422, 503))
WRITE = problems((401, 403, 404, 408, 409, 413, 415, 422, 503))
ACT = problems((401, 403, 404, 408, 409, 413, 422, 503))

router = APIRouter(prefix="/v1/experiments", tags=["experiments"], dependencies=DOCUMENTED)


@router.get("", responses=problems((401, 403, 422, 503)))
def list_experiments(
    experiments: ExperimentsService, _principal: ExperimentsRead, asked: Annotated[Asked, Query()]
) -> ExperimentPage:
    """List experiments, the newest first."""
    return describe_page(experiments.list_page(limit=asked.limit, cursor=asked.cursor))


@router.post("", status_code=201, responses=WRITE, openapi_extra=takes(NewExperiment))
def propose_experiment(
    experiments: ExperimentsService,
    principal: ExperimentsWrite,
    wanted: Annotated[NewExperiment, Depends(body_of(NewExperiment))],
    response: Response,
) -> ExperimentDocument:
    """Propose an experiment; nothing happens until somebody else approves it."""
    proposed = experiments.propose(
        principal.actor,
        name=wanted.name,
        product=wanted.product,
        segment=wanted.segment,
        design=wanted.design(),
    )
    response.headers["Location"] = f"/v1/experiments/{proposed.id}"
    return describe(proposed)


@router.post("/plan", responses=WRITE, openapi_extra=takes(DesignDocument))
def plan_experiment(
    _experiments: ExperimentsService,
    _principal: ExperimentsWrite,
    wanted: Annotated[DesignDocument, Depends(body_of(DesignDocument))],
) -> PlannedDocument:
    """Return how many rows each arm would need, keeping nothing."""
    return PlannedDocument(sizes=sizes_of(wanted.design()))


@router.get("/of/{decision_id}", responses=READ)
def get_arm(
    experiments: ExperimentsService, _principal: ExperimentsRead, decision_id: DecisionId
) -> AssignmentDocument:
    """Return which arm of which experiment made a decision."""
    return describe_assignment(experiments.arm_of(decision_id))


@router.get("/{experiment_id}", responses=READ)
def get_experiment(
    experiments: ExperimentsService, _principal: ExperimentsRead, experiment_id: ExperimentId
) -> ExperimentDocument:
    """Return one experiment."""
    return describe(experiments.get(experiment_id))


@router.get("/{experiment_id}/result", responses=READ)
def get_result(
    experiments: ExperimentsService, _principal: ExperimentsRead, experiment_id: ExperimentId
) -> ResultDocument:
    """Return what an experiment shows today, or from when on it will show something."""
    return describe_result(*experiments.result(experiment_id))


@router.get("/{experiment_id}/assignments", responses=READ)
def list_assignments(
    experiments: ExperimentsService,
    _principal: ExperimentsRead,
    experiment_id: ExperimentId,
    asked: Annotated[Asked, Query()],
) -> AssignmentPage:
    """List the decisions of an experiment and their arms, the newest first."""
    page = experiments.list_assignments(experiment_id, limit=asked.limit, cursor=asked.cursor)
    items = [describe_assignment(one) for one in page.items]
    return AssignmentPage(items=items, next_cursor=page.next_cursor)


@router.post("/{experiment_id}/approval", responses=ACT)
def approve_experiment(
    experiments: ExperimentsService, principal: ExperimentsApprove, experiment_id: ExperimentId
) -> ExperimentDocument:
    """Let an experiment be started; whoever proposed it cannot."""
    return describe(experiments.approve(principal.actor, experiment_id))


@router.post("/{experiment_id}/start", responses=ACT)
def start_experiment(
    experiments: ExperimentsService, principal: ExperimentsWrite, experiment_id: ExperimentId
) -> ExperimentDocument:
    """Let the arms of an approved experiment decide, each for its share of the applicants."""
    return describe(experiments.start(principal.actor, experiment_id))


@router.post("/{experiment_id}/stop", responses=WRITE, openapi_extra=takes(Halt))
def stop_experiment(
    experiments: ExperimentsService,
    principal: ExperimentsWrite,
    experiment_id: ExperimentId,
    halt: Annotated[Halt, Depends(body_of(Halt))],
) -> ExperimentDocument:
    """Let the champion decide again; what was decided stays decided."""
    return describe(experiments.stop(principal.actor, experiment_id, why=halt.why))


@router.post("/{experiment_id}/conclusion", responses=ACT)
def conclude_experiment(
    experiments: ExperimentsService, principal: ExperimentsWrite, experiment_id: ExperimentId
) -> ExperimentDocument:
    """Write down what the planned rows have shown, once they are ripe."""
    return describe(experiments.conclude(principal.actor, experiment_id))
