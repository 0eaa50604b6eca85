"""`loanwright notice` and `loanwright data-pack`: papers about decisions and persons."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import remark, say
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.service.notices.schemas import Paper, Wish
    from loanwright.service.users.schemas import Principal

FORMATS = ("html", "pdf", "json")
Jurisdiction = Annotated[
    str | None, typer.Option(help="US, EU, RU, or one of your own; by default the lender's.")
]
Language = Annotated[str | None, typer.Option(help="en or ru; by default the applicant's.")]
Format = Annotated[str, typer.Option(help="html, pdf or json.")]
Out = Annotated[Path | None, typer.Option(help="The file to write; by default ID.FORMAT here.")]


def notice(
    decision: Annotated[str, typer.Argument(help="Id of a decision.")],
    jurisdiction: Jurisdiction = None,
    language: Language = None,
    format: Format = "html",  # noqa: A002
    out: Out = None,
    issue: Annotated[
        bool, typer.Option("--issue", help="Put on record that the notice goes out.")
    ] = False,
) -> None:
    """Write the notice of a decision under the law of its day."""
    from loanwright.cli.opening import open_service, read_settings

    wish = _wish(jurisdiction, language, format)
    with open_service(read_settings()) as service:
        if issue:
            issued, paper = service.notices.issue(_command_line(), decision, wish)
            remark(f"On record as {issued.id}.")
        else:
            paper = service.notices.write(_command_line(), decision, wish)
    _save(paper, out or Path(f"{decision}.{format}"))


def data_pack(
    applicant: Annotated[str, typer.Argument(help="Id of the applicant, or document number.")],
    jurisdiction: Jurisdiction = None,
    language: Language = None,
    format: Format = "html",  # noqa: A002
    out: Out = None,
) -> None:
    """Write all that is kept of a person: data, sources, logic, outcomes, deeds, retention."""
    from loanwright.cli.erase import find_person
    from loanwright.cli.opening import open_service, read_settings

    wish = _wish(jurisdiction, language, format)
    with open_service(read_settings()) as service:
        applicant_id = find_person(service, applicant)
        paper = service.data_packs.write(_command_line(), applicant_id, wish)
    _save(paper, out or Path(f"{applicant_id}.{format}"))


def _wish(jurisdiction: str | None, language: str | None, chosen: str) -> "Wish":
    from loanwright.service.notices.schemas import Format, Wish

    if chosen not in FORMATS:
        raise fail(f"There is no format {chosen}; there are {', '.join(FORMATS)}.")
    return Wish(jurisdiction=jurisdiction, language=language, format=Format(chosen))


def _command_line() -> "Principal":
    from loanwright.service.users.permissions import PERMISSIONS
    from loanwright.service.users.schemas import COMMAND_LINE, Principal

    return Principal(id=COMMAND_LINE.id, kind="key", permissions=frozenset(PERMISSIONS))


def _save(paper: "Paper", file: Path) -> None:
    file.write_bytes(paper.content)
    say(f"{file}: {paper.document.title}, law {paper.document.law}.")
