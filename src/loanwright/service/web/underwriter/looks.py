"""Second looks: answered blindly, then compared with the first answers."""

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from loanwright.service.reviews.schemas import Agreement, SecondLook
from loanwright.service.users.service import Users
from loanwright.service.web.languages import N_, Language
from loanwright.service.web.office import Posted, Viewer, go, page_router, show, values_of
from loanwright.service.web.parts import Kpi
from loanwright.service.web.underwriter.addresses import LookId, LooksPart, UsersPart, Writing
from loanwright.service.web.underwriter.naming import OUTCOMES, Word, name_of, word
from loanwright.service.web.underwriter.queue_view import title_of
from loanwright.service.web.underwriter.room import UNTOUCHED, Room, RoomPart, Typed

LONGEST = 4_000
router = page_router()


@dataclass(frozen=True, kw_only=True, slots=True)
class Compared:
    """A second look with both answers."""

    review_id: str
    when: str
    first: Word
    first_by: str
    second: Word
    second_by: str
    words: str
    agrees: bool


@router.get("/reviews/second-looks")
def show_looks(request: Request, viewer: Writing, looks: LooksPart, users: UsersPart) -> Response:
    """Show what can be looked at again, and how far second looks agree with first answers."""
    language = viewer.language
    products = looks.accounts.products
    compared = [_compared(one, users, language) for one in looks.list_answered()]
    return show(
        request,
        viewer,
        "underwriter/looks.html",
        waiting=[
            (one.id, title_of(products, one.product, language), language.moment(one.opened_at))
            for one in looks.list_waiting(viewer.principal)
        ],
        apart=[one for one in compared if not one.agrees],
        figures=present_agreement(looks.agreement(), language),
        share=language.percent(looks.share, 0),
    )


@router.get("/reviews/second-looks/{look_id}")
def show_look(
    request: Request, viewer: Writing, looks: LooksPart, room: RoomPart, look_id: LookId
) -> Response:
    """Show a decision to somebody who is to answer without having seen the first answer."""
    look = looks.get(viewer.principal, look_id)
    return _look(request, viewer, room, look)


@router.post("/reviews/second-looks/{look_id}")
def answer_look(
    request: Request, viewer: Writing, looks: LooksPart, room: RoomPart, look_id: LookId,
    form: Posted,
) -> Response:  # fmt: skip
    """Answer, and read then what the first answer was."""
    values = values_of(form, "outcome", "words")
    if values["outcome"] not in ("approve", "decline"):
        look = looks.get(viewer.principal, look_id)
        wrong = {"outcome": N_("Choose one of the two.")}
        return _look(request, viewer, room, look, Typed(values=values, wrong=wrong))
    words = values["words"][:LONGEST] or None
    looks.answer(viewer.principal, look_id, values["outcome"], words)
    return go(f"/reviews/second-looks/{look_id}", notice=N_("Thank you: this is compared now."))


def _look(
    request: Request, viewer: Viewer, room: Room, look: SecondLook, typed: Typed = UNTOUCHED
) -> Response:
    language = viewer.language
    record = room.decisions.get(look.decision_id, by=viewer.principal)
    answered = None if look.outcome is None else _compared(look, room.users, language)
    return show(
        request, viewer, "underwriter/look.html",
        status=typed.status, look=look, answered=answered, values=typed.values,
        wrong=typed.said(language).get("outcome", ""),
        product=title_of(room.reviews.accounts.products, look.product, language),
        **room.decision(record, language),
    )  # fmt: skip


def present_agreement(agreement: Agreement, language: Language) -> list[Kpi]:
    """Return how far both agree, at a glance."""
    _ = language.gettext
    kappa = agreement.kappa
    said = "–" if kappa is None else language.decimal(kappa.value)
    note = (
        _("There are not enough answers yet.")
        if kappa is None
        else _("from %(lower)s to %(upper)s, with 95 per cent confidence")
        % {"lower": language.decimal(kappa.lower), "upper": language.decimal(kappa.upper)}
    )
    agreed = "–" if not agreement.looked else language.percent(agreement.agreed / agreement.looked)
    return [
        Kpi(label=_("Looked at again"), value=language.number(agreement.looked)),
        Kpi(label=_("Still waiting"), value=language.number(agreement.waiting)),
        Kpi(label=_("Both agree"), value=agreed),
        Kpi(label=_("Cohen's kappa"), value=said, note=note),
    ]


def _compared(look: SecondLook, users: Users, language: Language) -> Compared:
    answered_at = look.answered_at or look.opened_at
    return Compared(
        review_id=look.review_id,
        when=language.moment(answered_at),
        first=word(OUTCOMES, look.first_outcome or "refer", language),
        first_by=name_of(users, look.first_by, language),
        second=word(OUTCOMES, look.outcome or "refer", language),
        second_by=name_of(users, look.answered_by, language),
        words=look.words or "",
        agrees=look.agrees is True,
    )
