"""A manager's day: somebody is found by name, read, edited, assessed anew, tried and noted."""

import re

import pytest
from playwright.sync_api import expect
from sqlalchemy import text
from tests.acceptance.web.bank import CARD
from tests.acceptance.web.filling import SENDER, somebody
from tests.acceptance.web.tours.manager import person_of

from loanwright.service.applicants.profile import FeatureEdit
from loanwright.service.applicants.schemas import Contacts, Edit

HOSTILE = (
    "<script>window.hurt=1</script>",
    '"><img src=x onerror="window.hurt=1">',
    "{{7*7}}${7*7}<%= 7*7 %>",
    "</title></textarea><svg/onload=window.hurt=1>",
    "javascript:window.hurt=1//%0aalert(1)",
)


def counted(office, table):
    with office.service.database.read() as connection:
        return connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()


def name_of(office, person):
    return office.service.applicant_records.get(SENDER, person).contacts.name


def test_from_a_name_to_a_note(office, signed_in):
    person = person_of(office)
    name = name_of(office, person)
    visit = signed_in("manager1")
    page = visit.page

    visit.open("/applicants")
    page.fill("#q", name.split()[0][:3].lower() + " " + name.split()[-1])
    page.click("button:has-text('Search')")
    expect(page.locator(".people tbody")).to_contain_text(name)
    assert name.split()[-1] not in page.url

    visit.open("/applicants")
    page.select_option("#arrears", "yes")
    page.wait_for_selector(".keep input[name=arrears]", state="attached")
    page.fill("#view-name", "To be called")
    page.click("button:has-text('Save the view')")
    expect(page.locator(".said")).to_have_text("The view is saved.")
    expect(page.locator(".saved")).to_contain_text("To be called")

    visit.open(f"/applicants/{person}")
    expect(page.locator("h1")).to_have_text(name)
    expect(page.locator("svg")).not_to_have_count(0)
    expect(page.locator(".timeline")).to_contain_text("Credit card")

    _edit_with_a_mistake(visit, person)
    _assess_anew(visit, office, person)
    _try_what_if(visit, office, person)

    visit.open(f"/applicants/{person}/notes")
    page.fill("#text", "Moved house.\nNew payslip on Friday.")
    page.click("button:has-text('Keep the note')")
    expect(page.locator(".notes li").first).to_contain_text("New payslip on Friday.")
    assert visit.complaints == []


def _edit_with_a_mistake(visit, person):
    page = visit.page
    visit.open(f"/applicants/{person}/profile?product={CARD}")
    page.click("main a.button:has-text('Edit')")
    page.fill("#limit", "two hundred thousand")
    page.select_option("#education", "university")
    page.click("form.edit button[type=submit]")
    expect(page.locator(".summary")).to_contain_text("Credit limit")
    expect(page.locator("#limit-error")).to_contain_text("Write a number, in digits.")
    expect(page.locator("#limit")).to_have_value("two hundred thousand")
    expect(page.locator("#education")).to_have_value("university")
    page.fill("#limit", "210,000")
    page.click("form.edit button[type=submit]")
    expect(page.locator(".said")).to_have_text("What is known is kept.")
    expect(page.locator("main")).to_contain_text("NT$210,000")
    page.click("main a.button:has-text('History')")
    expect(page.locator("main")).to_contain_text("NT$210,000")


def _assess_anew(visit, office, person):
    page, before = visit.page, counted(office, "decisions")
    visit.open(f"/applicants/{person}")
    page.click("form button:has-text('Assess anew')")
    page.click("dialog button:has-text('Assess anew')")
    expect(page.locator(".said")).to_have_text("Assessed anew by what is known today.")
    assert counted(office, "decisions") == before + 1


def _try_what_if(visit, office, person):
    page = visit.page
    visit.open(f"/applicants/{person}/what-if?product={CARD}")
    stored = [counted(office, one) for one in ("decisions", "behaviours", "profile_versions")]
    before = page.locator("#answer .kpi-value").all_inner_texts()
    page.locator("#limit").focus()
    for _ in range(8):
        page.keyboard.press("ArrowLeft")
    expect(page.locator("#answer")).to_contain_text("By what is known today:")
    assert page.locator("#answer .kpi-value").all_inner_texts() != before
    after = [counted(office, one) for one in ("decisions", "behaviours", "profile_versions")]
    assert after == stored
    page.click("button:has-text('Apply these as an edit')")
    expect(page.locator("h1")).to_have_text("Edit the profile")
    expect(page.locator("#limit")).to_have_value("130000")
    assert [counted(office, "profile_versions")] == stored[2:]


def test_the_second_of_two_editors_loses_nothing(office, signed_in):
    person = person_of(office)
    visit = signed_in("manager1")
    page = visit.page
    visit.open(f"/applicants/{person}/profile/edit?product={CARD}")
    page.fill("#limit", "333000")
    manager = somebody(office.service, "manager1")
    seen = office.service.profiles.get(manager, person, CARD).version
    told = {"education": FeatureEdit(sent=frozenset({"value"}), value="graduate_school")}
    office.service.profiles.edit(manager, person, CARD, seen=seen, edits=told)
    page.click("form.edit button[type=submit]")

    expect(page.locator(".meanwhile")).to_contain_text("Somebody else has edited this meanwhile")
    expect(page.locator("#limit")).to_have_value("333000")
    expect(page.locator("#education")).to_have_value("graduate_school")
    page.click("form.edit button[type=submit]")
    expect(page.locator(".said")).to_have_text("What is known is kept.")
    known = office.service.profiles.get(manager, person, CARD).features
    assert (known["limit"].value, known["education"].value) == (333_000, "graduate_school")


def test_list_card_and_search_work_without_a_script(office, signed_in):
    person = person_of(office)
    visit = signed_in("manager1", java_script_enabled=False)
    page = visit.page
    visit.open("/applicants")
    page.select_option("#outcome", "decline")
    page.click("button:has-text('Apply the filters')")
    assert "outcome=decline" in page.url
    expect(page.locator(".people .pill.bad").first).to_be_visible()
    page.fill("#q", person)
    page.click("button:has-text('Search')")
    assert page.url.endswith(f"/applicants/{person}")
    visit.open(f"/applicants/{person}/what-if?product={CARD}")
    page.select_option("#delay_1", "-1")
    page.click("button:has-text('Try it')")
    expect(page.locator("#answer")).to_contain_text("By what is known today:")


@pytest.mark.parametrize("hostile", HOSTILE)
def test_what_is_stored_is_never_run(office, signed_in, hostile):
    person, service = person_of(office), office.service
    manager = somebody(service, "manager1")
    seen = service.applicant_records.get(manager, person)
    contacts = Contacts(name=hostile, address=hostile).document()
    given = Edit(contacts={key: one for key, one in contacts.items() if key in ("name", "address")})
    service.applicant_records.edit(manager, person, seen=seen.version, edit=given)
    service.notes.write(manager, person, hostile)
    view = service.views.save(manager, "applicants", hostile[:60], {"grade": hostile})
    visit = signed_in("manager1")
    page = visit.page
    for path in ("", "/profile", "/profile/edit", "/notes", "/contacts", "/what-if", "/accounts"):
        visit.open(f"/applicants/{person}{path}")
        assert page.evaluate("window.hurt") is None
    visit.open("/applicants")
    page.fill("#q", hostile)
    page.press("#q", "Enter")
    expect(page.locator("#q")).to_have_value(hostile)
    service.views.remove(manager, view.id)
    back = Edit(contacts={"name": seen.contacts.name, "address": seen.contacts.address})
    version = service.applicant_records.get(manager, person).version
    service.applicant_records.edit(manager, person, seen=version, edit=back)

    assert page.evaluate("window.hurt") is None
    assert not re.search("hurt", " ".join(visit.complaints))
    assert visit.complaints == []
