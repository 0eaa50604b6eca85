"""Profiles over HTTP: features by source with their days, each edit a version that stays."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import text
from tests.integration.http.test_applicants import add
from tests.integration.service.conftest import BEHAVIOUR


@pytest.fixture
def person(api):
    return add(api, contacts={"name": "Anna"}).json()["id"]


def url(person, part="profile", product="credit-card"):
    return f"/v1/applicants/{person}/{part}?product={product}"


def edit(api, person, features, etag):
    headers = {"content-type": "application/merge-patch+json", "if-match": etag}
    return api.patch(url(person), content=json.dumps({"features": features}), headers=headers)


def values(answer):
    return {name: one["value"] for name, one in answer.json()["features"].items()}


def test_a_profile_is_empty_until_somebody_writes_it(api, person):
    empty = api.get(url(person))

    assert (empty.json()["version"], empty.json()["features"]) == (0, {})
    assert empty.headers["etag"] == '"0"'


def test_each_feature_has_its_source_its_days_and_who_recorded_it(api, person):
    told = edit(
        api,
        person,
        {
            "education": {"value": "university"},
            "limit": {"value": 200_000, "valid_from": "2020-01-01", "valid_until": "2020-12-31"},
        },
        '"0"',
    ).json()["features"]

    assert told["limit"]["source"] == "questionnaire"
    assert told["limit"]["valid"] is False
    assert told["education"]["valid"] is True
    assert told["education"]["recorded_by"].startswith("key_")


def test_what_is_absent_stays_and_null_takes_away(api, person):
    edit(api, person, {"education": {"value": "university"}, "limit": {"value": 100_000}}, '"0"')
    told = edit(api, person, {"limit": None}, '"1"')

    assert values(told) == {"education": "university"}
    assert told.headers["etag"] == '"2"'


def test_a_new_value_does_not_inherit_the_end_of_the_old_one(api, person):
    edit(api, person, {"limit": {"value": 100_000, "valid_until": "2999-01-01"}}, '"0"')
    same = edit(api, person, {"limit": {"value": 100_000}}, '"1"')
    other = edit(api, person, {"limit": {"value": 200_000}}, '"1"')

    assert same.json()["features"]["limit"]["valid_until"] == "2999-01-01"
    assert other.json()["features"]["limit"]["valid_until"] is None


def test_the_second_editor_of_a_profile_sees_what_the_first_one_wrote(api, person):
    first = edit(api, person, {"limit": {"value": 100_000}}, '"0"')
    second = edit(api, person, {"limit": {"value": 200_000}}, '"0"')

    assert second.status_code == 412
    assert second.json()["current"] == first.json()


@pytest.mark.parametrize(
    ("features", "field", "code"),
    [
        ({"limit": {"value": "much"}}, "features.limit", "wrong_type"),
        ({"education": {"value": "wizard"}}, "features.education", "unknown_category"),
        ({"luck": {"value": 1}}, "features.luck", "unknown_field"),
        ({"luck": None}, "features.luck", "unknown_field"),
        ({"limit": {"valid_until": "2999-01-01"}}, "features.limit.value", "missing"),
        (
            {"limit": {"value": 100_000, "valid_from": "2020-01-02", "valid_until": "2020-01-01"}},
            "features.limit.valid_until",
            "out_of_range",
        ),
    ],
)
def test_each_error_names_its_field_and_what_to_do(api, person, features, field, code):
    refused = edit(api, person, features, '"0"')
    (error,) = refused.json()["errors"]

    assert (refused.status_code, error["field"], error["code"]) == (422, field, code)
    assert error["message"]


def test_behaviour_is_corrected_where_decisions_read_it(api, person, service):
    sent = {name: {"value": value} for name, value in BEHAVIOUR.items()}
    edit(api, person, sent, '"0"')
    told = edit(api, person, {"bill_1": {"value": 777}}, '"1"')
    known = service.applicants.get(person).behaviours["credit-card"]

    assert told.json()["features"]["bill_1"]["source"] == "behaviour"
    assert (known.version, known.features["bill_1"]) == (2, 777)
    part = edit(api, person, {"bill_1": {"valid_until": "2999-01-01"}}, '"2"')
    assert part.json()["errors"][0]["code"] == "not_accepted_here"


def test_history_says_who_when_before_and_after(api, person, service):
    edit(api, person, {"limit": {"value": 100_000}}, '"0"')
    edit(api, person, {"limit": {"value": 200_000}, "education": {"value": "university"}}, '"1"')
    edit(api, person, {"limit": None}, '"2"')
    told = api.get(url(person, "history") + "&feature=limit").json()["items"]
    pairs = [
        tuple(one and one["value"] for one in (change["before"], change["after"]))
        for entry in told
        for change in entry["changes"]
    ]

    assert pairs == [(200_000, None), (100_000, 200_000), (None, 100_000)]
    assert {entry["by"] for entry in told} == {service.keys.list_keys()[0].id}
    whole = api.get(url(person, "history")).json()["items"]
    assert [len(entry["changes"]) for entry in whole] == [1, 2, 1]


def test_history_is_read_in_pages_while_it_grows(api, person):
    for number in range(7):
        edit(api, person, {"limit": {"value": 100_000 + number}}, f'"{number}"')
    seen, cursor = [], ""
    for number in range(7, 11):
        page = api.get(url(person, "history") + f"&limit=2{cursor}").json()
        seen += [entry["changes"][0]["after"]["value"] for entry in page["items"]]
        edit(api, person, {"limit": {"value": 100_000 + number}}, f'"{number}"')
        cursor = f"&cursor={page['next_cursor']}"

    assert page["next_cursor"] is None
    assert seen == [100_000.0 + number for number in reversed(range(7))]


def test_nothing_of_a_profile_can_be_read_without_the_key(api, person, service):
    edit(api, person, {"limit": {"value": 123_456}, "education": {"value": "university"}}, '"0"')
    with service.database.read() as connection:
        kept = connection.execute(text("SELECT features FROM profile_versions")).scalar_one()

    assert kept.startswith("s1.")


def test_an_unknown_product_or_person_is_not_found(api, person):
    assert api.get(url(person, product="boat-loan")).json()["code"] == "product_unknown"
    assert api.get(url("apl_" + "0" * 26)).json()["code"] == "applicant_not_found"


def test_a_day_decides_what_holds(service, person):
    from loanwright.service.applicants.profile import FeatureEdit

    key = service.keys.create("tests")[0].principal
    today = service.clock.now().date()
    days = {"sent": frozenset({"value", "valid_from", "valid_until"}), "value": 100_000}
    for start, end, held in ((-2, -1, False), (-1, 0, True), (0, 0, True), (1, 2, False)):
        version = service.profiles.get(key, person, "credit-card").version
        told = service.profiles.edit(
            key,
            person,
            "credit-card",
            seen=version,
            edits={
                "limit": FeatureEdit(
                    **days,
                    valid_from=today + timedelta(days=start),
                    valid_until=today + timedelta(days=end),
                )
            },
        )
        assert ("limit" in told.valid()) is held
