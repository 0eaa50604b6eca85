"""Notices and data packs over HTTP: written, issued on record, and who gets which."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from tests.integration.http.conftest import GOOD, apply
from tests.integration.http.test_reviews import DECLINED, REFERRED, TERMS, opened, resolved
from tests.integration.http.test_reviews import service as service_that_declines
from tests.integration.http.visiting import add_user, log_in

from loanwright.service.users.permissions import ROLES, Role
from loanwright.service.users.schemas import Principal

service = service_that_declines
LENDER = """
name = "Bank of Tests"
address = "1 Test Street"
contact = "tests@bank.example"
agency = "Agency of Tests, Washington"
"""


@pytest.fixture
def settings(settings, tmp_path):
    file = tmp_path / "lender.toml"
    file.write_text(LENDER)
    return settings.model_copy(update={"jurisdictions": ("EU",), "lender_file": file})


def notice(caller, decision_id, **asked):
    return caller.get(f"/v1/decisions/{decision_id}/notice", params=asked)


def sections(answer):
    return {one["code"]: one for one in answer.json()["sections"]}


def test_the_notice_of_a_decision_is_a_page_that_runs_nothing(api):
    decision = apply(api, DECLINED).json()["decision"]
    page = notice(api, decision["id"])

    assert page.status_code == 200
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'; style-src 'sha256-" in page.headers["content-security-policy"]
    assert "Less than we lend." in page.text
    assert "<script" not in page.text
    assert page.content == notice(api, decision["id"]).content


@pytest.mark.parametrize("jurisdiction", ["US", "EU", "RU"])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_one_record_is_told_under_three_laws_in_two_languages(api, jurisdiction, language):
    decision = apply(api, DECLINED).json()["decision"]
    asked = {"jurisdiction": jurisdiction, "language": language}
    told = notice(api, decision["id"], **asked, format="json")
    paper = notice(api, decision["id"], **asked, format="pdf")

    assert told.json()["language"] == language
    assert told.json()["law"].startswith(jurisdiction.lower())
    assert told.headers["x-law-pack"] == told.json()["law"]
    assert paper.content.startswith(b"%PDF")
    assert paper.headers["content-type"] == "application/pdf"


def test_neither_protected_features_nor_numbers_of_the_model_are_told(api):
    told = apply(api, DECLINED).json()["decision"]
    page = notice(api, told["id"], format="json").text
    assert str(told["score"]) not in page
    assert told["model"]["hash"] not in page
    assert f"{told['probability_of_default']:.4f}" not in page


def test_what_the_lender_has_not_said_is_asked_for_by_name(api, service):
    decision = apply(api, DECLINED).json()["decision"]
    from dataclasses import replace

    from tests.integration.http.conftest import open_api

    from loanwright.notices.record import Lender
    from loanwright.service.notices.lender import Issuers

    silent = replace(
        service, notices=replace(service.notices, issuers=Issuers(own=Lender(name="Nobody")))
    )
    token = service.keys.create("other")[1]
    with open_api(silent, service) as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        refused = notice(caller, decision["id"], jurisdiction="US")
    assert (refused.status_code, refused.json()["code"]) == (409, "notice_incomplete")
    assert "lender_address, agency" in refused.json()["detail"]


def test_a_law_that_is_not_there_is_named(api):
    decision = apply(api, DECLINED).json()["decision"]
    refused = notice(api, decision["id"], jurisdiction="ZZ")
    assert (refused.status_code, refused.json()["code"]) == (404, "law_unknown")


def test_a_counteroffer_and_an_approval_have_notices_of_their_own(api):
    decision = apply(api, GOOD).json()["decision"]
    plain = notice(api, decision["id"], format="json", jurisdiction="RU")
    api.post("/v1/offers", json={"decision_id": decision["id"], **TERMS})
    offered = notice(api, decision["id"], format="json", jurisdiction="RU")

    assert "ru.offer" not in sections(plain)
    assert "12,000.00 TWD" in sections(offered)["ru.offer"]["paragraphs"][0]


def test_after_a_review_the_notice_tells_the_word_of_the_person(api, service):
    told = apply(api, REFERRED).json()
    (review,) = api.get("/v1/reviews").json()["items"]
    before = notice(api, told["decision"]["id"], format="json")
    reviewer = log_in(api, add_user(service, "underwriter"))
    reviewer.post(f"/v1/reviews/{review['id']}/take")
    resolved(reviewer, review["id"], "decline", "income_unconfirmed")
    after = notice(api, told["decision"]["id"], format="json", jurisdiction="US")

    assert "eu.automated" in sections(before)
    assert sections(after)["us.reg_b.reasons"]["items"][0] == (
        "We could not confirm the income that was stated."
    )
    assert "eu.person" in sections(notice(api, told["decision"]["id"], format="json"))


def test_what_goes_out_is_put_on_record_with_its_hash_and_law(api, service):
    decision = apply(api, DECLINED).json()["decision"]
    wish = {"jurisdiction": "EU", "language": "ru", "format": "pdf"}
    issued = api.post(f"/v1/decisions/{decision['id']}/notices", json=wish)
    sent = notice(api, decision["id"], **wish).content
    listed = api.get(f"/v1/decisions/{decision['id']}/notices").json()["items"]
    entries = api.get("/v1/audit", params={"action": "notice.issued"}).json()["items"]

    assert issued.status_code == 201
    assert issued.json()["content_hash"] == hashlib.sha256(sent).hexdigest()
    assert issued.json()["law_pack"] == "eu-2026-11-20"
    assert listed == [issued.json()]
    assert [one["subject"] for one in entries] == [issued.json()["id"]]
    with pytest.raises(DBAPIError), service.database.write() as connection:
        connection.execute(text("DELETE FROM issued_notices"))


def test_reading_a_notice_records_nothing(api):
    decision = apply(api, DECLINED).json()["decision"]
    notice(api, decision["id"])
    assert api.get(f"/v1/decisions/{decision['id']}/notices").json()["items"] == []


def test_a_data_pack_tells_data_source_weight_outcome_deeds_and_retention(api):
    told = apply(api, DECLINED).json()
    address = f"/v1/applicants/{told['applicant']['id']}/data-pack"
    opened(api, told["decision"]["id"])
    parts = sections(api.get(address, params={"format": "json", "language": "en"}))
    decision = parts[told["decision"]["id"]]
    limit = next(row for row in decision["table"]["rows"] if "10,000" in row[1])

    assert decision["table"]["header"][-1] == "Weight"
    assert limit[2:3] == ["your answers"]
    assert float(limit[5].replace("−", "-")) != 0
    assert decision["items"] == ["Less than we lend."]
    assert "decided an application of yours" in [row[1] for row in parts["seen"]["table"]["rows"]]
    assert "eu.access" in parts
    assert "retention" in parts


def test_a_data_pack_tells_the_decision_as_it_was_and_each_review_of_it(api, service):
    anna = add_user(service, "borrower")
    own = log_in(api, anna)
    decision = apply(own, DECLINED).json()["decision"]
    review = opened(own, decision["id"], kind="objection", reason="I have paid it all.").json()
    reviewer = log_in(api, add_user(service, "underwriter"))
    reviewer.post(f"/v1/reviews/{review['id']}/take")
    assert resolved(reviewer, review["id"], "approve", "debt_repaid").status_code == 200
    asked = {"format": "json", "language": "en"}
    parts = sections(own.get(f"/v1/applicants/{anna.applicant_id}/data-pack", params=asked))
    told = " ".join(parts[review["id"]]["paragraphs"])

    assert parts[decision["id"]]["paragraphs"][0] == "The automated decision: Not approved."
    assert parts[decision["id"]]["items"] == ["Less than we lend."]
    assert "You wrote: I have paid it all." in told
    assert "Answered by: an underwriter" in told
    assert "The outcome that stands: Approved." in told


def test_a_data_pack_opens_what_was_written_about_a_person_to_them_alone(api, service):
    anna = add_user(service, "borrower")
    own = log_in(api, anna)
    decision = apply(own, DECLINED).json()["decision"]
    review = opened(own, decision["id"], kind="objection").json()
    writer = add_user(service, "underwriter")
    reviewer = log_in(api, writer)
    reviewer.post(f"/v1/reviews/{review['id']}/take")
    asked = {"item": "income_proof", "words": "The last three."}
    assert reviewer.post(f"/v1/reviews/{review['id']}/requests", json=asked).status_code == 201
    back = {"code": "waits_for_applicant", "words": "She will send them."}
    assert reviewer.post(f"/v1/reviews/{review['id']}/release", json=back).status_code == 200
    who = Principal(
        id=writer.id,
        kind="user",
        role=Role.UNDERWRITER,
        permissions=ROLES[Role.UNDERWRITER],
    )
    service.notes.write(who, anna.applicant_id, "Friendly on the phone.")

    wanted = {"format": "json", "language": "en"}
    pack = own.get(f"/v1/applicants/{anna.applicant_id}/data-pack", params=wanted)
    rows = sections(pack)["written"]["table"]["rows"]
    assert {row[2].partition(":")[0]: row[3] for row in rows} == {
        "You were asked for": "The last three.",
        "Your review was put back": "She will send them.",
        "A note": "Friendly on the phone.",
    }
    assert {row[1] for row in rows} == {"an employee", "an underwriter"}
    with service.database.read() as connection:
        kept = [
            str(list(connection.execute(text(f"SELECT * FROM {name}"))))
            for name in ("notes", "review_returns", "review_requests")
        ]
    for words in ("Friendly on the phone.", "She will send them.", "The last three."):
        assert words not in "".join(kept)


def test_borrowers_get_their_own_without_the_numbers_of_the_model(api, service):
    anna, boris = (add_user(service, "borrower") for _ in range(2))
    own, other = log_in(api, anna), log_in(api, boris)
    decision = apply(own, DECLINED).json()["decision"]
    address = f"/v1/applicants/{anna.applicant_id}/data-pack"
    pack = own.get(address, params={"format": "json", "language": "en"})
    table = sections(pack)[decision["id"]]["table"]

    assert table["header"][-1] == "How it weighed"
    assert "you" in [row[0] for row in sections(pack)["seen"]["table"]["rows"]]
    assert notice(own, decision["id"]).status_code == 200
    for path in (address, f"/v1/decisions/{decision['id']}/notice"):
        assert other.get(path).status_code == 404
    assert own.post(f"/v1/decisions/{decision['id']}/notices", json={}).status_code == 403


def test_an_erased_person_has_no_papers(api):
    told = apply(api, DECLINED).json()
    applicant = f"/v1/applicants/{told['applicant']['id']}"
    api.post(f"{applicant}/erasure", json={"reason": "letter", "force": True})
    assert notice(api, told["decision"]["id"]).status_code == 404
    assert api.get(f"{applicant}/data-pack").status_code == 404


def test_the_law_is_that_of_the_day_of_the_decision(api, service):
    from sqlalchemy import update
    from tests.integration.unguarded import unguard

    from loanwright.service.decisions.tables import decisions

    decision = apply(api, DECLINED).json()["decision"]
    then = service.clock.now() - timedelta(days=400)
    with service.database.write() as connection:
        unguard(connection)
        connection.execute(update(decisions).values(decided_at=then))
    told = notice(api, decision["id"], jurisdiction="US", format="json").json()
    assert told["law"] == "us-2011-07-21"
