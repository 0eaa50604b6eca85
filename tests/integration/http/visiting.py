"""Users who come to the service in a browser of their own."""

from starlette.testclient import TestClient

from loanwright.service.bootstrap import Service
from loanwright.service.edge.csrf import csrf_token
from loanwright.service.edge.sessions import SESSION
from loanwright.service.users.permissions import Role
from loanwright.service.users.schemas import COMMAND_LINE, User
from loanwright.service.users.service import NewUser

PASSWORD = "nine yellow Teapots 42"
ORIGIN = "https://testserver"
__all__ = ["ORIGIN", "PASSWORD", "add_user", "log_in", "visit"]


def add_user(
    service: Service,
    role: str,
    *,
    email: str | None = None,
    applicant_id: str | None = None,
    password: str | None = PASSWORD,
) -> User:
    """Add a user with a password, whatever the role."""
    users = service.access.users
    wanted = Role(role)
    if wanted is Role.BORROWER and applicant_id is None:
        with service.database.write() as connection:
            applicant_id = service.applicants.receive(connection, [None])[0].id
    new = NewUser(
        name="Anna Example",
        email=email or f"{service.new_id('mail').lower()}@example.com",
        role=wanted,
        applicant_id=applicant_id,
    )
    with service.database.write() as connection:
        user = users.add(connection, new, actor=COMMAND_LINE)
    if password is not None:
        users.set_password(user.id, password, actor=COMMAND_LINE)
    return user


def visit(home: TestClient) -> TestClient:
    """Return a browser of its own, which speaks HTTPS, for the service that a caller has open."""
    browser = TestClient(home.app, base_url=ORIGIN, raise_server_exceptions=False)
    # One loop for all of them, as in a server.
    browser.portal = home.portal
    browser.headers["origin"] = ORIGIN
    return browser


def log_in(home: TestClient, user: User, password: str = PASSWORD) -> TestClient:
    """Return a browser in which a user is logged in."""
    browser = visit(home)
    answer = browser.post("/v1/sessions", json={"email": user.email, "password": password})
    assert answer.status_code == 201, answer.text
    browser.headers["x-csrf-token"] = answer.json()["csrf_token"]
    assert csrf_token(browser.cookies[SESSION]) == answer.json()["csrf_token"]
    return browser
