"""`loanwright accounts`: booked credit and its payments."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import remark, say
from loanwright.cli.failures import FAILED, fail

if TYPE_CHECKING:
    from loanwright.cli.ledger_rows import BookedRow
    from loanwright.service.bootstrap import Service

app = typer.Typer(no_args_is_help=True, help="Book accounts and payments from a file.")

CHUNK = 200
MOST_SHOWN = 50


@app.callback()
def accounts() -> None:
    """Book accounts and payments from a file."""


@app.command("import")
def import_accounts(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV.")],
    product: Annotated[str, typer.Option(help="Product: a name, or a product file.")],
    skip: Annotated[
        bool, typer.Option("--skip", help="Leave accounts with wrong rows out, book the rest.")
    ] = False,
) -> None:
    """Book accounts and payments from a CSV file, one row for each month of each account.

    An account is known by its reference: sent again, only months that are not recorded yet are
    added. Amounts are in units of the currency.
    """
    from loanwright.cli.ledger_rows import read_book
    from loanwright.cli.opening import open_product_service
    from loanwright.errors import LoanwrightError

    with open_product_service(product) as (service, known):
        book = read_book(file, known)
        for line, problem in list(book.problems.items())[:MOST_SHOWN]:
            remark(f"{file}, line {line}: {problem}")
        if book.problems and not skip:
            raise fail(f"{len(book.problems)} rows are wrong; nothing was booked.")
        booked, months = 0, 0
        rows = list(book.accounts.values())
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            try:
                counted = _book(service, chunk)
            except LoanwrightError as problem:
                place = f"lines {chunk[0].line} to {chunk[-1].line}"
                raise fail(f"{problem} ({place}; {booked} accounts before are booked.)") from None
            booked, months = booked + counted[0], months + counted[1]
    say(f"{booked} accounts booked, {months} months recorded.")
    if book.problems:
        remark(f"{len(book.problems)} rows are wrong; their accounts were left out.")
        raise typer.Exit(FAILED)


def _book(service: "Service", rows: "Sequence[BookedRow]") -> tuple[int, int]:
    """Book accounts in one transaction; return how many are new, and how many months."""
    from loanwright.cli.opening import COMMAND_LINE
    from loanwright.service.audit.schemas import Actor

    actor = Actor(id=COMMAND_LINE)
    references = [str(one.opening.reference) for one in rows]
    with service.database.write() as connection:
        known = service.accounts.find_by_references(connection, references)
        fresh = [one for one in rows if one.opening.reference not in known]
        hashes = [service.applicants.document_hash(one.document_number) for one in fresh]
        people = list(dict.fromkeys(hashes))
        ids = dict(zip(people, service.applicants.receive(connection, people), strict=True))
        openings = [
            replace(one.opening, applicant_id=ids[key].id)
            for one, key in zip(fresh, hashes, strict=True)
        ]
        opened = service.accounts.open_many(connection, actor, openings)
        ids_of = {**known, **_by_reference(fresh, opened)}
        recorded = service.payments.list_numbers(connection, list(known.values()))
        told = {
            account_id: [
                month
                for month in one.months
                if month.number not in recorded.get(account_id, frozenset())
            ]
            for one in rows
            for account_id in [ids_of[str(one.opening.reference)]]
        }
        told = {account_id: months for account_id, months in told.items() if months}
        service.payments.record_many(connection, actor, told)
    return len(opened), sum(map(len, told.values()))


def _by_reference(rows: "Sequence[BookedRow]", ids: Sequence[str]) -> Mapping[str, str]:
    return {str(one.opening.reference): name for one, name in zip(rows, ids, strict=True)}
