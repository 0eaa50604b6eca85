"""Policies tried on what was decided: ordered, watched, read."""

from typing import Annotated, Any

import msgspec
from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from loanwright.service.edge.provided import provided
from loanwright.service.jobs.schemas import State
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.policies.drafts import PolicyDrafts
from loanwright.service.simulations.schemas import LIVE, PolicyWish, SimulationWish
from loanwright.service.simulations.service import Simulations
from loanwright.service.web.languages import N_
from loanwright.service.web.office import Posted, Viewer, enter, go, page_router, show
from loanwright.service.web.planning.people import person
from loanwright.service.web.planning.simulations_view import present_result
from loanwright.service.web.refusals import tell_failure

router = page_router()
SimulationsRead = Annotated[Viewer, Depends(enter("simulations:read", staff=True))]
SimulationsWrite = Annotated[Viewer, Depends(enter("simulations:write", staff=True))]
SimulationsRoom = Annotated[Simulations, Depends(provided("simulations"))]
DraftsRoom = Annotated[PolicyDrafts, Depends(provided("policy_drafts"))]
DraftId = Annotated[str, Path(pattern=f"^pol_[{ALPHABET}]{{{LENGTH}}}$")]
SimulationId = Annotated[str, Path(pattern=f"^job_[{ALPHABET}]{{{LENGTH}}}$")]
SIMULATIONS = "/analysis/policies/simulations"
STATES = {
    State.QUEUED: (N_("waits"), "quiet"),
    State.RUNNING: (N_("runs"), "info"),
    State.DONE: (N_("done"), "good"),
    State.FAILED: (N_("failed"), "bad"),
}
MOST = 50


@router.post("/analysis/policies/drafts/{draft_id}/simulate")
def order_simulation(
    viewer: SimulationsWrite,
    _form: Posted,
    drafts: DraftsRoom,
    simulations: SimulationsRoom,
    draft_id: DraftId,
) -> Response:
    """Order a simulation of a draft over everything that was decided, against what is live."""
    draft = drafts.get(draft_id)
    wish = SimulationWish(
        product=draft.product,
        policies=(PolicyWish(name=draft.policy.name, document=draft.policy.to_mapping()),),
        against=PolicyWish(name=LIVE, hash=LIVE),
        by=("segment", "grade", "month"),
    )
    principal = viewer.principal
    job = simulations.accept(principal.actor, principal.id, wish)
    return go(f"{SIMULATIONS}/{job.id}")


@router.get("/analysis/policies/simulations")
def list_simulations(
    request: Request, viewer: SimulationsRead, simulations: SimulationsRoom
) -> Response:
    """List the latest simulations."""
    found = simulations.list_simulations(viewer.principal, most=MOST)
    told = [
        (one, *_state(viewer, one.state), person(request, one.caller_id), _product(one.payload))
        for one in found
    ]
    return show(request, viewer, "planning/simulations.html", items=told)


@router.get("/analysis/policies/simulations/{simulation_id}")
def show_simulation(
    request: Request,
    viewer: SimulationsRead,
    simulations: SimulationsRoom,
    simulation_id: SimulationId,
) -> Response:
    """Show how far a simulation is, and in the end its figures."""
    job = simulations.get(viewer.principal, simulation_id)
    result = None if job.result is None else msgspec.json.decode(job.result)
    product = None if result is None else simulations.products.get(result["product"])
    view = None
    if result is not None and product is not None:
        view = present_result(result, product, viewer.language)
    state, tone = _state(viewer, job.state)
    return show(
        request,
        viewer,
        "planning/simulation.html",
        job=job,
        state=state,
        tone=tone,
        share=job.steps_done / max(job.steps, 1),
        problem=tell_failure(job.problem, viewer.language),
        view=view,
    )


def _state(viewer: Viewer, state: State) -> tuple[str, str]:
    name, tone = STATES[state]
    return viewer.language.gettext(name), tone


def _product(payload: str) -> str:
    """Return the product of a simulation that is not done yet; then its result tells it."""
    told: Any = msgspec.json.decode(payload) if payload else {}
    return str(told.get("product", ""))
