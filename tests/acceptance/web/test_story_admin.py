"""An administrator at work: people, managers, the audit log, jobs."""

import re

import pytest
from playwright.sync_api import expect

WITHOUT_SCRIPT = {"java_script_enabled": False}
NEW_PASSWORD = "eleven quiet Lanterns 77"


def press(visit, name):
    visit.page.locator("main").get_by_role("button", name=name, exact=True).first.click()


def agree(visit, name):
    press(visit, name)
    visit.page.locator("dialog").get_by_role("button", name=name).click()


def said(visit):
    return expect(visit.page.locator(".said"))


def signs_in(visit, email, password):
    visit.open("/sign-in")
    visit.page.fill("#email", email)
    visit.page.fill("#password", password)
    visit.page.locator("main button[type=submit]").click()


def test_a_user_is_added_and_chooses_a_password(office, signed_in):
    admin, new = signed_in("admin"), signed_in(None)
    admin.open("/admin/users")
    admin.page.get_by_role("link", name="Add a user").click()
    admin.page.fill("#name", "Frida <b>Berg</b>")
    admin.page.fill("#email", "manager1@demo.example")
    press(admin, "Add the user")
    expect(admin.page.locator("#email-error")).to_contain_text("already")
    assert admin.page.input_value("#name") == "Frida <b>Berg</b>"
    admin.page.fill("#email", "frida@demo.example")
    press(admin, "Add the user")
    said(admin).to_contain_text("The user is added")
    expect(admin.page.locator("h1")).to_have_text("Frida <b>Berg</b>")

    press(admin, "Make a link to set a password")
    link = admin.page.inner_text("#link")
    new.page.goto(link)
    new.page.fill("#password", NEW_PASSWORD)
    new.page.fill("#again", NEW_PASSWORD)
    press(new, "Set the password")
    new.page.wait_for_url("**/sign-in")
    signs_in(new, "frida@demo.example", NEW_PASSWORD)
    new.page.wait_for_url(lambda url: "/sign-in" not in url)
    new.open("/password")
    expect(new.page.locator(".office-self")).to_contain_text("Credit manager")

    again = signed_in(None)
    again.page.goto(link)
    again.page.fill("#password", NEW_PASSWORD)
    again.page.fill("#again", NEW_PASSWORD)
    press(again, "Set the password")
    expect(again.page.locator(".error")).to_contain_text("used already")
    assert admin.complaints == new.complaints == []


def test_a_suspended_user_is_out_at_once(office, signed_in):
    admin, analyst = signed_in("admin"), signed_in("analyst3")
    analyst.open("/password")
    expect(analyst.page.locator("h1")).to_have_text("Change the password")
    admin.open(f"/admin/users/{office.known.users['analyst3']}")
    agree(admin, "Suspend")
    said(admin).to_contain_text("suspended")
    analyst.open("/password")
    assert "/sign-in" in analyst.page.url
    press(admin, "Let them sign in again")
    said(admin).to_contain_text("may sign in again")


def test_a_role_needs_two_administrators(office, signed_in):
    first, second = signed_in("admin1"), signed_in("admin2")
    first.open(f"/admin/users/{office.known.users['underwriter3']}")
    first.page.select_option("#role", "analyst")
    press(first, "Propose the role")
    said(first).to_contain_text("Another administrator")
    row = first.page.locator("tbody tr").first
    expect(row.get_by_role("button")).to_have_count(0)
    second.open("/admin/roles")
    second.page.locator("tbody tr").first.get_by_role("button", name="Approve").click()
    said(second).to_contain_text("The role is given")
    user = office.service.access.users.get(office.known.users["underwriter3"])
    assert user.role == "analyst"


def count_of(visit):
    return int(re.match(r"\d+", visit.page.inner_text("#count"))[0])


def test_applicants_are_assigned_moved_and_detached(office, signed_in):
    admin = signed_in("admin")
    one, other = office.known.users["manager5"], office.known.users["manager6"]
    admin.open("/admin/assignment?manager=any")
    boxes = admin.page.locator("tbody input[type=checkbox]")
    for number in range(3):
        boxes.nth(number).check()
    admin.page.select_option("#to", one)
    press(admin, "Assign those ticked")
    said(admin).to_have_text("Applicants given to this manager: 3.")
    assert count_of(admin) == 3
    admin.page.select_option("#to", other)
    press(admin, "Move all")
    said(admin).to_have_text("Applicants who have another manager now: 3.")
    assert admin.page.url.endswith(other)
    agree(admin, "Dismiss")
    said(admin).to_have_text("Applicants who have no manager now: 3.")
    assert count_of(admin) == 0


def test_a_credit_is_assigned_to_an_applicant(office, signed_in):
    admin, applicant = signed_in("admin"), office.known.applicants[40]
    admin.open(f"/admin/applicants/{applicant}/credit")
    admin.page.select_option("#product", "instalment-loan")
    admin.page.fill("#amount", "12,500")
    admin.page.fill("#rate", "9.5")
    admin.page.fill("#term", "700")
    press(admin, "Open the account")
    expect(admin.page.locator("#term-error")).to_be_visible()
    admin.page.fill("#term", "24")
    press(admin, "Open the account")
    said(admin).to_have_text("The account is open.")
    expect(admin.page.locator("main")).to_contain_text("12,500")


@pytest.mark.parametrize("options", [{}, WITHOUT_SCRIPT], ids=["script", "no script"])
def test_the_audit_log_is_verified(office, signed_in, options):
    admin = signed_in("admin", **options)
    admin.open("/admin/audit")
    admin.page.get_by_role("link", name="Verify the log").click()
    press(admin, "Verify the log now")
    admin.page.wait_for_url("**/verification/job_*")
    for _ in range(100):
        if admin.page.get_by_text("The log is whole.").count():
            break
        admin.page.wait_for_timeout(200)
        if options:
            admin.page.reload()
    expect(admin.page.get_by_text("The log is whole.")).to_be_visible()
    assert admin.complaints == []


def test_an_entry_is_found_and_opened(office, signed_in):
    admin = signed_in("admin")
    admin.open("/admin/audit?action=role.proposed")
    admin.page.locator("tbody a").last.click()
    expect(admin.page.locator("h1")).to_have_text("role.proposed")
    expect(admin.page.get_by_text(office.known.grant)).to_be_visible()
    expect(admin.page.get_by_text("holds it, signed with the key")).to_be_visible()


def test_a_key_works_until_it_is_revoked(office, signed_in):
    admin = signed_in("admin")
    admin.open("/admin/keys/new")
    admin.page.fill("#name", "night batch")
    press(admin, "Make the key")
    token = admin.page.inner_text("#token")

    def call():
        headers = {"authorization": f"Bearer {token}"}
        return admin.page.request.get(f"{office.address}/v1/products", headers=headers).status

    assert call() == 200
    admin.open("/admin/keys")
    admin.page.get_by_role("link", name="night batch").click()
    expect(admin.page.get_by_text(token)).to_have_count(0)
    agree(admin, "Revoke")
    said(admin).to_contain_text("revoked")
    admin.page.wait_for_timeout(1_100)
    assert call() == 401


def test_a_failed_job_is_driven_anew(office, signed_in):
    admin = signed_in("admin")
    admin.open("/admin/jobs")
    admin.page.get_by_role("link", name=re.compile("^failed")).click()
    expect(admin.page.locator("tbody")).to_contain_text("batch_not_found")
    admin.page.locator("tbody a").first.click()
    press(admin, "Begin anew")
    said(admin).to_have_text("The job begins anew.")
    entries = office.service.ledger.list_page(action="job.redriven").items
    assert [one.subject for one in entries] == [office.known.failed_job]
    assert entries[0].actor == office.known.users["admin1"]


def test_no_secret_is_among_the_settings(office, signed_in):
    admin = signed_in("admin")
    admin.open("/admin/settings")
    row = admin.page.locator("tr", has_text="identity_key")
    expect(row).to_contain_text("secret")
    expect(row).to_contain_text("given at the start")
    settings = office.service.settings
    key = (settings.var_dir / "master.key").read_text().strip()
    kept = settings.identity_key.get_secret_value()
    text = admin.page.inner_text("main")
    assert key not in text
    assert kept not in text
    admin.open("/admin/health")
    expect(admin.page.get_by_text("can decide", exact=True)).to_be_visible()


def test_whoever_guesses_is_told_to_wait_and_nothing_more(office, signed_in):
    stranger = signed_in(None)
    texts = set()
    for email in ("manager4@demo.example", "nobody@demo.example"):
        signs_in(stranger, email, "not the password of anybody")
        texts.add(stranger.page.inner_text("#refused"))
    assert len(texts) == 1
    for _ in range(10):
        signs_in(stranger, "manager4@demo.example", "not the password of anybody")
    expect(stranger.page.locator("#refused")).to_contain_text("Please wait")
