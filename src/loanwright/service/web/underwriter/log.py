"""The log of overrides: who decided otherwise, why, and what became of it."""

from dataclasses import dataclass

from fastapi import Request
from starlette.responses import Response

from loanwright.service.reviews.codes import STANDS, codes
from loanwright.service.reviews.overriding import LoggedOverride
from loanwright.service.users.service import Users
from loanwright.service.web.languages import Language
from loanwright.service.web.listing import Listing
from loanwright.service.web.office import page_router, show
from loanwright.service.web.underwriter.addresses import LogPart, Reading, UsersPart
from loanwright.service.web.underwriter.naming import OUTCOMES, PERFORMANCES, Word, name_of, word
from loanwright.service.web.underwriter.queue_view import title_of

ROWS = 25
router = page_router()


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One override in the list."""

    review_id: str
    when: str
    product: str
    side: str
    before: Word
    outcome: Word
    why: str
    words: str
    who: str
    second: str
    performance: Word


@router.get("/reviews/overrides")
def show_overrides(request: Request, viewer: Reading, log: LogPart, users: UsersPart) -> Response:
    """Show what persons decided in the place of decisions, the newest first."""
    language = viewer.language
    listing = Listing.read(
        request, sorts=("made_at",), filters=("side", "product", "code"), sort="-made_at"
    )
    page = log.list_page(
        viewer.principal, wanted=listing.filters, limit=ROWS, cursor=listing.cursor
    )
    products = log.reviews.accounts.products
    lines = [present_line(one, users, language) for one in page.items]
    return show(
        request,
        viewer,
        "underwriter/overrides.html",
        lines=lines,
        titles={name: title_of(products, name, language) for name in products},
        listing=listing.reaching(page.next_cursor),
        reasons=[
            (one.code, one.text.in_language(language.code))
            for one in codes().values()
            if one.outcome != STANDS
        ],
    )


def present_line(one: LoggedOverride, users: Users, language: Language) -> Line:
    """Return one override in words."""
    made = one.override
    code = codes().get(made.code)
    performance = None if one.performance is None else str(one.performance)
    text, tone = PERFORMANCES[performance]
    return Line(
        review_id=made.review_id,
        when=language.moment(made.made_at),
        product=made.product,
        side=str(made.side),
        before=word(OUTCOMES, made.before, language),
        outcome=word(OUTCOMES, made.outcome, language),
        why=made.code if code is None else code.text.in_language(language.code),
        words=one.words or "",
        who=name_of(users, made.made_by, language),
        second=name_of(users, made.approved_by, language),
        performance=Word(text=language.gettext(text), tone=tone),
    )
