"""Simulations over HTTP."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Path, Query, Response

from loanwright.service.edge.authentication import DOCUMENTED, SimulationsRead, SimulationsWrite
from loanwright.service.edge.provided import provided
from loanwright.service.edge.typed_body import body_of, takes
from loanwright.service.jobs.documents import JobDocument, describe_job, read_job
from loanwright.service.kit.documents import problems
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.kit.pagination import MAXIMUM_PAGE
from loanwright.service.simulations.documents import SimulationBody, SimulationList
from loanwright.service.simulations.service import Simulations

SimulationsService = Annotated[Simulations, Depends(provided("simulations"))]
SimulationId = Annotated[str, Path(pattern=f"^job_[{ALPHABET}]{{{LENGTH}}}$")]

router = APIRouter(prefix="/v1/simulations", tags=["simulations"], dependencies=DOCUMENTED)


@router.post(
    "",
    status_code=202,
    responses=problems((401, 403, 404, 408, 413, 415, 422, 503)),
    openapi_extra=takes(SimulationBody),
)
def order_simulation(
    response: Response,
    simulations: SimulationsService,
    principal: SimulationsWrite,
    body: Annotated[SimulationBody, Depends(body_of(SimulationBody))],
) -> JobDocument:
    """Try policies on the recorded decisions: approvals, bad rates, money, swap sets, cut-offs.

    Nothing is decided, and nothing that is live changes. Ask for the simulation: its progress,
    and once it is done its figures. Those whose outcome nobody knows have a range of bad rates.
    """
    job = simulations.accept(principal.actor, principal.id, body.wish())
    response.headers["Location"] = f"/v1/simulations/{job.id}"
    return read_job(job)


@router.get("", responses=problems((401, 403, 422, 503)))
def list_simulations(
    simulations: SimulationsService,
    principal: SimulationsRead,
    limit: Annotated[int, Query(ge=1, le=MAXIMUM_PAGE)] = 50,
) -> SimulationList:
    """List the latest simulations without their results; a key sees its own."""
    found = simulations.list_simulations(principal, most=limit)
    described = [msgspec.json.encode(describe_job(one)) for one in found]
    return SimulationList(items=[JobDocument.model_validate_json(one) for one in described])


@router.get("/{simulation_id}", responses=problems((401, 403, 404, 422, 503)))
def get_simulation(
    simulations: SimulationsService, principal: SimulationsRead, simulation_id: SimulationId
) -> JobDocument:
    """Return how far a simulation is and, once it is done, its figures."""
    return read_job(simulations.get(principal, simulation_id))
