"""What belongs to no area: signing in, passwords, errors."""

from tests.acceptance.web.touring import Stop
from tests.acceptance.web.visiting import Visit

NOT_PAGES = {"/home": "leads to the first page of the menu"}


def _refused(visit: Visit) -> None:
    visit.page.fill("#email", "nobody@demo.example")
    visit.page.fill("#password", "not the password of anybody")
    visit.page.click("main button[type=submit]")
    visit.page.wait_for_selector("#refused")


def _different(visit: Visit) -> None:
    visit.page.fill("#password", "nine yellow Teapots 43")
    visit.page.fill("#again", "nine yellow Teapots 44")
    visit.page.click("main button[type=submit]")
    visit.page.wait_for_selector(".error")


STOPS = (
    Stop(name="sign-in", path=lambda _: "/sign-in"),
    Stop(name="sign-in-refused", path=lambda _: "/sign-in", act=_refused),
    Stop(name="choose-password", path=lambda _: "/choose-password/a-link"),
    Stop(name="passwords-differ", path=lambda _: "/choose-password/a-link", act=_different),
    Stop(name="password", role="analyst", path=lambda _: "/password"),
    Stop(name="forbidden", role="manager", path=lambda _: "/admin/users", status=403),
    Stop(name="not-there", role="admin", path=lambda _: "/admin/nothing", status=404),
)
