"""Experiments and shadows: proposed, approved by a second person, started, watched, concluded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import Forbidden, LoanwrightError
from loanwright.service.edge.provided import provided
from loanwright.service.experiments.schemas import Design, State
from loanwright.service.experiments.service import Experiments
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.shadows.service import Shadows
from loanwright.service.web.languages import N_
from loanwright.service.web.listing import Listing
from loanwright.service.web.office import Posted, Viewer, enter, go, page_router, show
from loanwright.service.web.planning.asking import segment_title, title_of
from loanwright.service.web.planning.experiments_view import (
    MEASURES,
    FormWrong,
    present_arms,
    present_beside,
    read_design,
    shares_drawing,
    state_of,
)
from loanwright.service.web.planning.people import person
from loanwright.service.web.refusals import tell_refusal

router = page_router()
ExperimentsRead = Annotated[Viewer, Depends(enter("experiments:read", staff=True))]
ExperimentsWrite = Annotated[Viewer, Depends(enter("experiments:write", staff=True))]
ExperimentsApprove = Annotated[Viewer, Depends(enter("experiments:approve", staff=True))]
ExperimentsRoom = Annotated[Experiments, Depends(provided("experiments"))]
ShadowsRoom = Annotated[Shadows, Depends(provided("shadows"))]
ExperimentId = Annotated[str, Path(pattern=f"^exp_[{ALPHABET}]{{{LENGTH}}}$")]
Hash = Annotated[str, Path(pattern="^[0-9a-f]{64}$")]
LIST = "/analysis/experiments"
PAGE = 25
OUTCOMES = {
    "approve": N_("Approved"),
    "refer": N_("Referred to a person"),
    "decline": N_("Declined"),
}
USUAL = {
    "name": "", "where": "", "policy": "", "model": "", "share": "50", "measure": "default_rate",
    "base": "5", "effect": "-1", "lowest": "-5", "highest": "10", "arrears": "2",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What is said of a form: what it would need, and what is wrong by field."""

    design: Design | None = None
    wrong: Mapping[str, str] = field(default_factory=dict)


@router.get("/analysis/experiments")
def list_experiments(
    request: Request, viewer: ExperimentsRead, experiments: ExperimentsRoom, shadows: ShadowsRoom
) -> Response:
    """List the experiments, and the challengers that look on."""
    listing = Listing.read(request, sorts=("at",), filters=(), sort="-at")
    page = experiments.list_page(limit=PAGE, cursor=listing.cursor)
    return show(
        request,
        viewer,
        "planning/experiments.html",
        items=[
            (one, *state_of(one, viewer.language), person(request, one.created_by))
            for one in page.items
        ],
        shadows=[(one, shadows.registry.get(one.model_hash)) for one in shadows.list_tallies()],
        listing=listing.reaching(page.next_cursor),
    )


@router.get("/analysis/experiments/new")
def show_new(request: Request, viewer: ExperimentsWrite, experiments: ExperimentsRoom) -> Response:
    """Show what has to be said of an experiment before it is run."""
    return _form(request, viewer, experiments, dict(USUAL), Said())


@router.post("/analysis/experiments/new")
def propose(
    request: Request, viewer: ExperimentsWrite, form: Posted, experiments: ExperimentsRoom
) -> Response:
    """Say how many rows are needed, or propose the experiment."""
    values = {**USUAL, **{name: form.get(name, "").strip()[:100] for name in USUAL}}
    try:
        design = read_design(values)
        product, _slash, segment = values["where"].partition("/")
        experiments.designs.check(product, segment, design)
        if form.get("do") != "propose":
            return _form(request, viewer, experiments, values, Said(design=design))
        proposed = experiments.propose(
            viewer.principal.actor,
            name=values["name"],
            product=product,
            segment=segment,
            design=design,
        )
    except FormWrong as wrong:
        cannot = viewer.language.gettext("This number cannot be used.")
        said = Said(wrong={str(wrong): cannot})
        return _form(request, viewer, experiments, values, said)
    except LoanwrightError as problem:
        refusal = tell_refusal(problem, viewer.language)
        said = Said(wrong=refusal.beside(values, ""))
        return _form(request, viewer, experiments, values, said)
    return go(f"{LIST}/{proposed.id}", notice=N_("Proposed: somebody else has to approve it."))


@router.get("/analysis/experiments/shadows/{model_hash}")
def show_shadow(
    request: Request, viewer: ExperimentsRead, shadows: ShadowsRoom, model_hash: Hash
) -> Response:
    """Show a challenger beside what decided."""
    found = shadows.compare(model_hash)
    kpis, swaps = present_beside(found.beside, viewer.language)
    number = viewer.language.number
    changed = [
        (*(viewer.language.gettext(OUTCOMES[one]) for one in (was, now)), number(count))
        for (was, now), count in sorted(found.beside.changed.items())
    ]
    return show(
        request,
        viewer,
        "planning/shadow.html",
        found=found,
        model=shadows.registry.get(model_hash),
        kpis=kpis,
        swaps=swaps,
        changed=changed,
        failures=list(found.failures.items()),
    )


@router.get("/analysis/experiments/{experiment_id}")
def show_experiment(
    request: Request,
    viewer: ExperimentsRead,
    experiments: ExperimentsRoom,
    experiment_id: ExperimentId,
) -> Response:
    """Show an experiment: what is tried, what its guardrails see, what came of it."""
    return _show(request, viewer, experiments, experiment_id)


@router.post("/analysis/experiments/{experiment_id}/approve")
def approve(
    request: Request,
    viewer: ExperimentsApprove,
    _form: Posted,
    experiments: ExperimentsRoom,
    experiment_id: ExperimentId,
) -> Response:
    """Let an experiment be started that somebody else proposed."""
    return _act(
        request,
        viewer,
        experiments,
        experiment_id,
        lambda: experiments.approve(viewer.principal.actor, experiment_id),
        N_("The experiment is approved."),
    )


@router.post("/analysis/experiments/{experiment_id}/start")
def start(
    request: Request,
    viewer: ExperimentsWrite,
    _form: Posted,
    experiments: ExperimentsRoom,
    experiment_id: ExperimentId,
) -> Response:
    """Let the arms decide."""
    return _act(
        request,
        viewer,
        experiments,
        experiment_id,
        lambda: experiments.start(viewer.principal.actor, experiment_id),
        N_("The experiment is running."),
    )


@router.post("/analysis/experiments/{experiment_id}/stop")
def stop(
    request: Request,
    viewer: ExperimentsWrite,
    form: Posted,
    experiments: ExperimentsRoom,
    experiment_id: ExperimentId,
) -> Response:
    """Let the champion decide again."""
    why = form.get("why", "").strip() or viewer.language.gettext("no reason was given")
    return _act(
        request,
        viewer,
        experiments,
        experiment_id,
        lambda: experiments.stop(viewer.principal.actor, experiment_id, why=why),
        N_("The experiment is stopped."),
    )


@router.post("/analysis/experiments/{experiment_id}/conclude")
def conclude(
    request: Request,
    viewer: ExperimentsWrite,
    _form: Posted,
    experiments: ExperimentsRoom,
    experiment_id: ExperimentId,
) -> Response:
    """Write down what the planned rows show."""
    return _act(
        request,
        viewer,
        experiments,
        experiment_id,
        lambda: experiments.conclude(viewer.principal.actor, experiment_id),
        N_("The experiment is concluded."),
    )


def _act(
    request: Request,
    viewer: Viewer,
    experiments: Experiments,
    experiment_id: str,
    act: Callable[[], Any],
    done: str,
) -> Response:
    """Do something with an experiment; where it is refused, the page says why."""
    try:
        act()
    except LoanwrightError as problem:
        status = 403 if isinstance(problem, Forbidden) else 409
        said = tell_refusal(problem, viewer.language).text
        return _show(request, viewer, experiments, experiment_id, status=status, refused=said)
    return go(f"{LIST}/{experiment_id}", notice=done)


def _show(
    request: Request,
    viewer: Viewer,
    experiments: Experiments,
    experiment_id: str,
    *,
    status: int = 200,
    refused: str = "",
) -> Response:
    experiment = experiments.get(experiment_id)
    begun = experiment.state in (State.RUNNING, State.STOPPED, State.CONCLUDED)
    begun = begun and experiment.started_at is not None
    results = experiments.results.compare(experiment) if begun else []
    state, tone = state_of(experiment, viewer.language)
    own = experiment.created_by.casefold() == viewer.principal.actor.id.casefold()
    sizes = [(one.name, experiment.design.sizes_of(one)) for one in experiment.design.others]
    product = experiments.designs.products[experiment.product]
    return show(
        request,
        viewer,
        "planning/experiment.html",
        status=status,
        experiment=experiment,
        product_title=title_of(product, viewer.language),
        segment_title=segment_title(product, experiment.segment, viewer.language),
        state=state,
        tone=tone,
        own=own,
        refused=refused,
        measure=MEASURES[experiment.design.measure],
        sizes=sizes,
        arms=present_arms(experiment, results, viewer.language),
        drawing=shares_drawing(experiment, viewer.language),
        proposer=person(request, experiment.created_by),
        approver=person(request, experiment.approved_by),
    )


def _form(
    request: Request,
    viewer: Viewer,
    experiments: Experiments,
    values: dict[str, str],
    said: Said,
) -> Response:
    _ = viewer.language.gettext
    designs = experiments.designs
    where = [
        (f"{name}/{segment}", f"{title_of(product, viewer.language)}: "
         f"{segment_title(product, segment, viewer.language)}")
        for name, product in designs.products.items()
        for segment in product.segments
    ]  # fmt: skip
    policies = {
        one.version.hash: f"{one.version.policy.name} ({one.version.product})"
        for one in designs.policies.page_publications(limit=50).items
    }
    models = [
        (one.hash, f"{one.product}, {one.segment}: {one.family} {one.hash[:8]}")
        for found in designs.registry.challengers().values()
        for one in found
    ]
    design = said.design
    sizes = None if design is None else design.sizes_of(design.others[0])
    return show(
        request,
        viewer,
        "planning/propose.html",
        status=422 if said.wrong else 200,
        values=values,
        where=where,
        policies=[("", _("as today")), *policies.items()],
        models=[("", _("as today")), *models],
        measures=[(str(one), _(MEASURES[one])) for one in list(MEASURES)[:2]],
        wrong=said.wrong,
        sizes=sizes,
    )
