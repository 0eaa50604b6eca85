"""`loanwright user`: who may log in."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from loanwright.cli.console import remark, say, show_table
from loanwright.cli.failures import fail

if TYPE_CHECKING:
    from loanwright.service.bootstrap import Service
    from loanwright.service.users.schemas import User

app = typer.Typer(no_args_is_help=True, help="Add, list and suspend users; set passwords.")
MOST_LISTED = 200


class RoleName(StrEnum):
    """What a user can be."""

    BORROWER = "borrower"
    MANAGER = "manager"
    UNDERWRITER = "underwriter"
    ANALYST = "analyst"
    ADMIN = "admin"


Email = Annotated[str, typer.Argument(help="E-mail address of the user.")]


@app.command()
def create(
    email: Email,
    role: Annotated[RoleName, typer.Option(help="What the user is; admin for the first two only.")],
    name: Annotated[str, typer.Option(help="Name of the user.")],
    applicant: Annotated[
        str | None, typer.Option(help="Of a borrower: id of the applicant who logs in.")
    ] = None,
) -> None:
    """Add a user and print a token with which they set their password, once, within a day."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.users.permissions import Role
    from loanwright.service.users.schemas import COMMAND_LINE
    from loanwright.service.users.service import NewUser

    new = NewUser(name=name, email=email, role=Role(role), applicant_id=applicant)
    with open_service(read_settings()) as service:
        users = service.access.users
        add = users.create_first_admin if new.role is Role.ADMIN else users.create
        user = add(new, actor=COMMAND_LINE)
        remark(f"User {user.id} is {user.role}.")
        _print_token(service, user)


@app.command("list")
def list_users() -> None:
    """Print every user."""
    from loanwright.cli.opening import open_service, read_settings

    with open_service(read_settings()) as service:
        users: list[User] = []
        cursor = None
        while True:
            page = service.access.users.list_page(
                {}, sort="created_at", limit=MOST_LISTED, cursor=cursor
            )
            users += page.items
            cursor = page.next_cursor
            if cursor is None:
                break
    show_table(
        ("id", "name", "e-mail", "role", "status", "created"),
        [
            (one.id, one.name, one.email, one.role, one.status, f"{one.created_at:%Y-%m-%d %H:%M}")
            for one in users
        ],
    )


@app.command()
def suspend(
    email: Email,
    undo: Annotated[bool, typer.Option("--undo", help="Let the user log in again.")] = False,
) -> None:
    """Let a user not log in any more; every session ends at once."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.users.schemas import COMMAND_LINE

    with open_service(read_settings()) as service:
        users = service.access.users
        change = users.reactivate if undo else users.suspend
        user = change(_find(service, email).id, actor=COMMAND_LINE)
    say(f"User {user.id} is {user.status}.")


@app.command()
def password(
    email: Email,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask for the password here instead of making a token.")
    ] = False,
) -> None:
    """Print a token with which a user sets a new password, once, within a day."""
    from loanwright.cli.opening import open_service, read_settings
    from loanwright.service.users.schemas import COMMAND_LINE

    with open_service(read_settings()) as service:
        user = _find(service, email)
        if not ask:
            _print_token(service, user)
            return
        chosen = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        service.access.users.set_password(user.id, chosen, actor=COMMAND_LINE)
    say(f"The password of {user.id} is set; every session has ended.")


def _find(service: "Service", email: str) -> "User":
    user = service.access.users.find(email)
    if user is None:
        raise fail("There is no user with this e-mail address.")
    return user


def _print_token(service: "Service", user: "User") -> None:
    from loanwright.service.users.schemas import COMMAND_LINE

    token, end = service.access.users.issue_password_token(user.id, actor=COMMAND_LINE)
    remark(f"Good until {end:%Y-%m-%d %H:%M} UTC, for one password (POST /v1/passwords):")
    say(token)
