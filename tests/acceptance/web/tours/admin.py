"""What an administrator works with."""

from tests.acceptance.web.bank import Bank
from tests.acceptance.web.filling import somebody
from tests.acceptance.web.touring import Stop
from tests.acceptance.web.visiting import Visit

from loanwright.service.audit.schemas import COMMAND_LINE

EVENTS = ("decision.made", "user.edited")


def _webhook(bank: Bank) -> str:
    """Return a webhook that nobody hears, with deliveries."""
    if "webhook" not in bank.memory:
        webhooks = bank.service.webhooks
        # Nobody listens there.
        webhook, _ = webhooks.add(COMMAND_LINE, url="http://127.0.0.1:9/hook", events=EVENTS)
        webhooks.try_out(COMMAND_LINE, webhook.id)
        bank.memory["webhook"] = webhook.id
    return str(bank.memory["webhook"])


def _verified(bank: Bank) -> str:
    if "verification" not in bank.memory:
        job = bank.service.verifications.order(somebody(bank.service, "admin1").actor)
        bank.service.workbench.work(job.id)
        bank.memory["verification"] = job.id
    return str(bank.memory["verification"])


def _entry(bank: Bank) -> str:
    page = bank.service.ledger.list_page(action="role.proposed")
    return page.items[0].id


def _send(visit: Visit) -> None:
    visit.page.locator("main form").first.evaluate("form => form.noValidate = true")
    visit.page.locator("main form button[type=submit]").first.click()
    visit.page.wait_for_selector(".error")


def _press(name: str) -> object:
    def press(visit: Visit) -> None:
        visit.page.locator(f"main form[action$={name}] button").click()
        visit.page.wait_for_selector(".secret")

    return press


def _user(bank: Bank, name: str) -> str:
    return f"/admin/users/{bank.known.users[name]}"


STOPS = (
    Stop(name="users", role="admin", path=lambda _: "/admin/users"),
    Stop(name="user", role="admin", path=lambda bank: _user(bank, "manager2")),
    Stop(
        name="password-link",
        role="admin",
        path=lambda bank: _user(bank, "analyst2"),
        act=_press("password-link"),
    ),
    Stop(name="user-new", role="admin", path=lambda _: "/admin/users/new"),
    Stop(name="user-wrong", role="admin", path=lambda _: "/admin/users/new", act=_send),
    Stop(name="roles", role="admin2", path=lambda _: "/admin/roles"),
    Stop(name="managers", role="admin", path=lambda _: "/admin/managers"),
    Stop(
        name="manager",
        role="admin",
        path=lambda bank: f"/admin/managers/{bank.known.users['manager1']}",
    ),
    Stop(name="nobody-unassigned", role="admin", path=lambda _: "/admin/assignment"),
    Stop(name="assignment", role="admin", path=lambda _: "/admin/assignment?manager=any"),
    Stop(
        name="credit",
        role="admin",
        path=lambda bank: f"/admin/applicants/{bank.known.applicants[5]}/credit",
    ),
    Stop(
        name="credit-wrong",
        role="admin",
        path=lambda bank: f"/admin/applicants/{bank.known.applicants[5]}/credit",
        act=_send,
    ),
    Stop(name="keys", role="admin", path=lambda _: "/admin/keys"),
    Stop(name="key", role="admin", path=lambda bank: f"/admin/keys/{bank.known.key}"),
    Stop(
        name="token",
        role="admin",
        path=lambda bank: f"/admin/keys/{bank.known.key}",
        act=_press("rotation"),
    ),
    Stop(name="key-new", role="admin", path=lambda _: "/admin/keys/new"),
    Stop(name="key-wrong", role="admin", path=lambda _: "/admin/keys/new", act=_send),
    Stop(name="products", role="admin", path=lambda _: "/admin/products"),
    Stop(name="webhooks", role="admin", path=lambda bank: _webhook(bank) and "/admin/webhooks"),
    Stop(name="webhook", role="admin", path=lambda bank: f"/admin/webhooks/{_webhook(bank)}"),
    Stop(name="audit", role="admin", path=lambda _: "/admin/audit"),
    Stop(name="audit-nothing", role="admin", path=lambda _: "/admin/audit?actor=nobody"),
    Stop(name="entry", role="admin", path=lambda bank: f"/admin/audit/entries/{_entry(bank)}"),
    Stop(
        name="verifications",
        role="admin",
        path=lambda bank: _verified(bank) and "/admin/audit/verification",
    ),
    Stop(
        name="verification",
        role="admin",
        path=lambda bank: f"/admin/audit/verification/{_verified(bank)}",
    ),
    Stop(name="jobs", role="admin", path=lambda _: "/admin/jobs"),
    Stop(name="dead-letters", role="admin", path=lambda _: "/admin/jobs?state=failed"),
    Stop(name="job", role="admin", path=lambda bank: f"/admin/jobs/{bank.known.failed_job}"),
    Stop(name="settings", role="admin", path=lambda _: "/admin/settings"),
    Stop(name="health", role="admin", path=lambda _: "/admin/health"),
)
