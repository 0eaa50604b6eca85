"""The life of a draft: written, checked, submitted, published or rejected by somebody else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Annotated, Any

from fastapi import Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from loanwright.errors import Forbidden, LoanwrightError
from loanwright.rulebook.files import write_toml
from loanwright.rulebook.trying import run_examples
from loanwright.service.edge.provided import provided
from loanwright.service.kit.ids import ALPHABET, LENGTH
from loanwright.service.policies.drafts import PolicyDrafts, plain
from loanwright.service.policies.schemas import Draft, DraftState
from loanwright.service.policies.service import Policies
from loanwright.service.web.languages import N_
from loanwright.service.web.office import Posted, Viewer, enter, go, page_router, show
from loanwright.service.web.planning.asking import choose, product_choices, segment_title, title_of
from loanwright.service.web.planning.people import person
from loanwright.service.web.planning.places import line_of, read_text
from loanwright.service.web.planning.policies_view import (
    ChecksView,
    cutoff_rows,
    differences,
    present_checks,
    state_of,
)
from loanwright.service.web.refusals import tell_refusal

router = page_router()
DraftsRead = Annotated[Viewer, Depends(enter("policies:write", staff=True))]
DraftsPublish = Annotated[Viewer, Depends(enter("policies:publish", staff=True))]
PoliciesRoom = Annotated[Policies, Depends(provided("policies"))]
DraftsRoom = Annotated[PolicyDrafts, Depends(provided("policy_drafts"))]
DraftId = Annotated[str, Path(pattern=f"^pol_[{ALPHABET}]{{{LENGTH}}}$")]
DRAFTS = "/analysis/policies/drafts"


@dataclass(frozen=True, kw_only=True, slots=True)
class Editing:
    """A text that is being written: of a draft, as a form sent it, or to begin with."""

    product: str
    text: str
    draft: Draft | None = None
    form: dict[str, str] | None = None
    refused: str = ""


@router.get("/analysis/policies/new")
def show_new(
    request: Request, viewer: DraftsRead, policies: PoliciesRoom, drafts: DraftsRoom
) -> Response:
    """Show a text to begin with: what decides the product now."""
    product = choose(request.query_params.get("product", ""), drafts.products)
    product = product or next(iter(drafts.products))
    live = policies.find_live(product)
    document = dict(drafts.products[product].policy) if live is None else live.policy.to_mapping()
    return _editor(request, viewer, drafts, Editing(product=product, text=write_toml(document)))


@router.post("/analysis/policies/new")
def write_new(request: Request, viewer: DraftsRead, form: Posted, drafts: DraftsRoom) -> Response:
    """Check a text, or write it down as a draft."""
    product = choose(form.get("product", ""), drafts.products, next(iter(drafts.products)))
    text, note = _text(form), form.get("note", "")
    found = read_text(text, drafts.products[product])
    if form.get("do") != "keep" or found.policy is None:
        return _editor(request, viewer, drafts, Editing(product=product, text=text, form=form))
    draft = drafts.write(viewer.principal.actor, product, found.document, note=note)
    return go(f"{DRAFTS}/{draft.id}", notice=N_("The draft is written."))


@router.get("/analysis/policies/drafts/{draft_id}")
def show_draft(
    request: Request,
    viewer: DraftsRead,
    policies: PoliciesRoom,
    drafts: DraftsRoom,
    draft_id: DraftId,
) -> Response:
    """Show a draft: what it changes, what its checks say, and what can be done with it."""
    return _show(request, viewer, (policies, drafts), drafts.get(draft_id))


@router.get("/analysis/policies/drafts/{draft_id}/edit")
def show_edit(
    request: Request, viewer: DraftsRead, drafts: DraftsRoom, draft_id: DraftId
) -> Response:
    """Show the text of a draft, to be changed by its author."""
    draft = drafts.get(draft_id)
    text = write_toml(draft.policy.to_mapping())
    return _editor(request, viewer, drafts, Editing(product=draft.product, text=text, draft=draft))


@router.post("/analysis/policies/drafts/{draft_id}/edit")
def edit(
    request: Request, viewer: DraftsRead, form: Posted, drafts: DraftsRoom, draft_id: DraftId
) -> Response:
    """Check a text, or keep it as the draft."""
    draft = drafts.get(draft_id)
    text = _text(form)
    found = read_text(text, drafts.product(draft.product))
    editing = Editing(product=draft.product, text=text, draft=draft, form=form)
    if form.get("do") != "keep" or found.policy is None:
        return _editor(request, viewer, drafts, editing)
    seen = int(form.get("seen", "0")) if form.get("seen", "0").isdigit() else 0
    try:
        drafts.edit(
            viewer.principal.actor,
            draft_id,
            seen=seen,
            document=found.document,
            note=form.get("note"),
        )
    except LoanwrightError as problem:
        said = tell_refusal(problem, viewer.language).text
        return _editor(request, viewer, drafts, replace(editing, refused=said))
    return go(f"{DRAFTS}/{draft_id}", notice=N_("The draft is kept."))


@router.post("/analysis/policies/drafts/{draft_id}/submit")
def submit(
    request: Request,
    viewer: DraftsRead,
    _form: Posted,
    policies: PoliciesRoom,
    drafts: DraftsRoom,
    draft_id: DraftId,
) -> Response:
    """Freeze a draft that passes its checks; somebody else publishes it."""
    return _act(
        request,
        viewer,
        (policies, drafts),
        draft_id,
        lambda: drafts.submit(viewer.principal.actor, draft_id),
        N_("The draft is submitted; somebody else has to publish it."),
    )


@router.post("/analysis/policies/drafts/{draft_id}/discard")
def discard(
    request: Request,
    viewer: DraftsRead,
    _form: Posted,
    policies: PoliciesRoom,
    drafts: DraftsRoom,
    draft_id: DraftId,
) -> Response:
    """Give a draft up."""
    return _act(
        request,
        viewer,
        (policies, drafts),
        draft_id,
        lambda: drafts.discard(viewer.principal.actor, draft_id),
        N_("The draft is given up."),
    )


@router.post("/analysis/policies/drafts/{draft_id}/publish")
def publish(
    request: Request,
    viewer: DraftsPublish,
    _form: Posted,
    policies: PoliciesRoom,
    drafts: DraftsRoom,
    draft_id: DraftId,
) -> Response:
    """Let a submitted policy decide from now on, by somebody who has not written it."""
    return _act(
        request,
        viewer,
        (policies, drafts),
        draft_id,
        lambda: drafts.publish(viewer.principal.actor, draft_id),
        N_("The policy decides from now on."),
    )


@router.post("/analysis/policies/drafts/{draft_id}/reject")
def reject(
    request: Request,
    viewer: DraftsPublish,
    form: Posted,
    policies: PoliciesRoom,
    drafts: DraftsRoom,
    draft_id: DraftId,
) -> Response:
    """Turn a submitted policy down, and say why."""
    reason = form.get("reason", "")
    return _act(
        request,
        viewer,
        (policies, drafts),
        draft_id,
        lambda: drafts.reject(viewer.principal.actor, draft_id, reason=reason),
        N_("The policy is rejected."),
    )


def _act(
    request: Request,
    viewer: Viewer,
    rooms: tuple[Policies, PolicyDrafts],
    draft_id: str,
    act: Callable[[], Any],
    done: str,
) -> Response:
    """Do something with a draft; where it is refused, the page says why."""
    try:
        act()
    except LoanwrightError as problem:
        draft = rooms[1].get(draft_id)
        status = 403 if isinstance(problem, Forbidden) else 409
        said = tell_refusal(problem, viewer.language).text
        return _show(request, viewer, rooms, draft, status=status, refused=said)
    return go(f"{DRAFTS}/{draft_id}", notice=done)


def _show(
    request: Request,
    viewer: Viewer,
    rooms: tuple[Policies, PolicyDrafts],
    draft: Draft,
    *,
    status: int = 200,
    refused: str = "",
) -> Response:
    policies, drafts = rooms
    language = viewer.language
    product = drafts.product(draft.product)
    live = policies.find_live(draft.product)
    report = draft.checks
    if draft.state is DraftState.DRAFT:
        report = drafts.check(draft.id).to_mapping()
    text = write_toml(draft.policy.to_mapping())
    titles = {one: segment_title(product, one, language) for one in product.segments}
    own = plain(draft.author) == plain(viewer.principal.actor.id)
    state, tone = state_of(draft, language)
    checks = None
    if report is not None:
        checks = present_checks(report, language, _lines(text, report))
    return show(
        request,
        viewer,
        "planning/draft.html",
        status=status,
        draft=draft,
        product_title=title_of(product, language),
        state=state,
        tone=tone,
        own=own,
        author=person(request, draft.author),
        decider=person(request, draft.decided_by),
        refused=refused,
        cutoffs=cutoff_rows(draft.policy, titles),
        changed=differences(None if live is None else live.policy, draft.policy, language),
        live=live,
        checks=checks,
        text=text,
    )


def _editor(request: Request, viewer: Viewer, drafts: PolicyDrafts, editing: Editing) -> Response:
    form, draft = editing.form, editing.draft
    served = drafts.product(editing.product)
    found = read_text(editing.text, served)
    proved = form is not None and form.get("do") == "check"
    checks = None
    if found.policy is not None and proved:
        report = drafts.examine(found.policy.to_mapping(), served).to_mapping()
        checks = present_checks(report, viewer.language, _lines(editing.text, report))
    elif found.policy is not None:
        checks = _examples(found.policy, served, viewer)
    return show(
        request,
        viewer,
        "planning/editor.html",
        status=422 if form is not None and form.get("do") == "keep" else 200,
        draft=draft,
        product=editing.product,
        products=product_choices(drafts.products, viewer.language),
        product_title=title_of(served, viewer.language),
        text=editing.text,
        note=form.get("note", "") if form is not None else "" if draft is None else draft.note,
        mistake=found.mistake,
        checks=checks,
        proved=proved,
        refused=editing.refused,
    )


def _lines(text: str, report: Mapping[str, Any]) -> dict[str, int]:
    """Return the lines of a text that findings are about, by their places."""
    found = {one["place"]: line_of(text, one["place"]) for one in report["findings"]}
    return {place: line for place, line in found.items() if line is not None}


def _examples(policy: Any, product: Any, viewer: Viewer) -> ChecksView:
    """Return what comes of the examples: quick enough for every stroke of a key."""
    results = [one.to_mapping() for one in run_examples(policy, product)]
    passed = all(one["passed"] for one in results)
    report = {"passed": passed, "findings": [], "examples": results, "proved": []}
    return present_checks(report, viewer.language)


def _text(form: dict[str, str]) -> str:
    return form.get("text", "").replace("\r\n", "\n")
