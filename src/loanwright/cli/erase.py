"""`loanwright erase`: let a person go."""

from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import remark, say
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.service.bootstrap import Service
    from loanwright.service.erasure.schemas import Block, Standing

PREFIX = "apl_"


def erase(
    person: Annotated[str, typer.Argument(help="Id of the applicant, or their document number.")],
    reason: Annotated[
        str | None, typer.Option(help="Why, for the record; it must not name the person.")
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Against rules and holds; needs a reason.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Erase a person: their key is destroyed, and nobody can read what it had sealed.

    Where a rule or a hold blocks it, the request is kept and carried out when that is over.
    """
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.users.schemas import COMMAND_LINE

    with open_service(read_settings()) as service:
        applicant_id = find_person(service, person)
        standing = service.erasure.look(applicant_id)
        _tell(standing, force=force)
        if not yes and not typer.confirm("Go on?"):
            raise typer.Exit(1)
        done = service.erasure.request(COMMAND_LINE, applicant_id, reason=reason, force=force)
    if done.done_at is not None:
        say(f"{applicant_id} is erased.")
        return
    when = "nobody knows yet" if done.possible_from is None else f"{done.possible_from:%Y-%m-%d}"
    say(f"Not erased yet; the request {done.id} waits. Possible from: {when}.")


def find_person(service: "Service", person: str) -> str:
    """Return the id of an applicant, named by it or by a document number."""
    if person.startswith(PREFIX):
        return person
    found = service.applicants.find(person)
    if found is None:
        raise fail("There is no applicant with this document number.")
    return found.id


def _tell(standing: "Standing", *, force: bool) -> None:
    remark(
        f"{standing.applicant_id}: contacts, profile, {standing.decisions} decisions with their "
        f"features and reasons, and the behaviour behind {standing.accounts} accounts. Scores, "
        "outcomes, amounts and payments stay, as figures of nobody."
    )
    for block in standing.blocks:
        remark(f"  blocked by {block.code} {_until(block)}: {block.source}")
    if standing.blocks and force:
        remark("  --force: it is done all the same, and the audit log says so.")


def _until(block: "Block") -> str:
    return "without a known end" if block.until is None else f"until {block.until:%Y-%m-%d}"
