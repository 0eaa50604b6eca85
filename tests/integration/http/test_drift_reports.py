"""Drift of what was decided, and of files that are sent, over HTTP."""

import time
from datetime import timedelta

import msgspec
import numpy as np
import polars as pl
import pytest
from tests.handmade import CARD, handmade_assessor, handmade_package
from tests.integration.http.visiting import add_user, log_in
from tests.integration.service.conftest import application

from loanwright.decisioning.policy import Policy
from loanwright.drift.method import METHODS
from loanwright.features.columns import matrix_from_columns
from loanwright.packaging.profiles import profile_file
from loanwright.service.audit.schemas import Actor
from loanwright.service.bootstrap import build
from loanwright.service.drift_reports.documents import DriftReportBody
from loanwright.service.jobs.schemas import State as JobState
from loanwright.service.registry.schemas import State
from loanwright.service.schedules.schemas import Kind, NewSchedule

PATH = "/v1/drift-reports"
DAYS = {"since": "2026-01-01", "until": "2027-12-31"}
NOBODYS = "dft_01JD3ZK8M0Q2V5T7W9X0Y1Z2A3"
BACKWARDS = {"since": "2026-02-01", "until": "2026-01-01"}
ALWAYS = {"since": "2020-01-01", "until": "2029-12-31"}


def profile():
    """Return the profile of applicants as they are sent below."""
    limits = np.random.default_rng(2).integers(1, 90, 2_000) * 10_000.0
    columns = {"limit": limits, "education": np.full(2_000, 1.0)}
    unseen = matrix_from_columns(CARD, "new", columns)
    return profile_file(CARD, "new", handmade_assessor(), columns, unseen)["profile.json"]


def promote(service, directory, **changes):
    model = service.registry.register(handmade_package(directory, **changes).path, by="tests")
    service.registry.promote(model.hash, to=State.CHAMPION, by="tests")


@pytest.fixture
def service(settings):
    """Return a service that decides by real packages."""
    service = build(settings)
    promote(service, settings.models_dir, profile__json=profile())
    service.policies.publish("credit-card", Policy.from_mapping(CARD.policy), by="tests")
    yield service
    service.close()


def decide(service, limits):
    sent = [
        application(features={"limit": int(limit), "education": "university"}) for limit in limits
    ]
    service.origination.submit_many(sent)


@pytest.fixture
def history(service):
    """Return a service that has decided two hundred applications like those of the profile."""
    decide(service, np.random.default_rng(1).integers(1, 90, 200) * 10_000)
    return service


def near(service):
    """Return the days around now."""
    now = service.clock.now()
    since, until = now - timedelta(days=10), now + timedelta(days=10)
    return {"since": f"{since:%Y-%m-%d}", "until": f"{until:%Y-%m-%d}"}


def ended(api, answer, seconds=60):
    assert answer.status_code == 202, answer.text
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = api.get(answer.headers["location"]).json()
        if found["state"] not in ("queued", "running"):
            return found
        time.sleep(0.1)
    raise AssertionError(found)


def ask(api, **changes):
    body = {"product": "credit-card", "segment": "new", "days": ALWAYS, "by": "all", **changes}
    return api.post(PATH, json={name: one for name, one in body.items() if one is not None})


def test_what_was_decided_is_compared_with_other_days(history, api):
    found = ended(api, ask(api, reference=ALWAYS, days=near(history), by="week"))
    assert (found["state"], found["problem"], found["kind"]) == ("done", None, "drift")
    report = found["result"]
    assert report["reference"]["rows"] == 200
    assert [one["rows"] for one in report["chunks"]] == [200]
    assert report["chunks"][0]["name"] == f"{history.clock.now():%G-W%V}"
    assert not report["drifted"]
    assert report["chunks"][0]["score"]["measures"]["psi"]["value"] == 0
    assert {one["feature"] for one in report["chunks"][0]["features"]} == {
        "limit",
        "education",
        "education_level",
    }
    decided = list(history.decisions.read_all())
    mean = sum(one.probability_of_default for one in decided) / len(decided)
    assert report["chunks"][0]["probability_of_default"] == pytest.approx(mean)
    approved = sum(one.score >= report["approve_from"] for one in decided) / len(decided)
    assert report["chunks"][0]["approval_rate"] == approved


def test_what_was_decided_is_compared_with_the_sample_of_the_champion(history, api):
    calm = ended(api, ask(api))["result"]
    assert calm["reference"]["name"] == "development sample"
    assert not calm["drifted"]
    decide(history, np.random.default_rng(3).integers(1, 30, 200) * 10_000)
    found = ended(api, ask(api))["result"]
    assert {one["feature"] for one in found["alerts"]} == {"limit"}
    first = found["chunks"][0]["features"][0]
    assert (first["feature"], first["effect"]["probability"] > 0) == ("limit", True)


def test_a_report_that_is_done_is_a_page_in_both_languages(history, api):
    found = ended(api, ask(api, reference=ALWAYS))
    address = f"{PATH}/{found['id']}/page"
    for language, word in (("en", "Drift"), ("ru", "Сдвиг данных")):
        page = api.get(f"{address}?language={language}")
        assert page.headers["content-type"].startswith("text/html")
        assert "attachment" in page.headers["content-disposition"]
        assert f"<h1>{word}" in page.text


def test_reports_are_listed_without_their_results_and_feed_alerts(history, api):
    found = ended(api, ask(api, reference=ALWAYS))
    assert [one["id"] for one in api.get(PATH).json()["items"]] == [found["id"]]
    assert api.get(PATH).json()["items"][0]["result"] is None
    figures = history.drift_reports.figures
    assert figures("credit-card", "new", "psi", None) == [("all", 0.0)]
    assert figures("credit-card", "new", "psi", "limit") == [("all", 0.0)]
    assert figures("credit-card", "new", "alerts", None) == [("all", 0.0)]
    assert figures("credit-card", "existing", "psi", None) == []


def test_a_schedule_orders_reports_and_rules_watch_their_drift(history):
    anna = Actor(id="usr_ANNA")
    moved = {"name": "Moved", "figure": "feature_drift", "product": "credit-card", "above": 0.2}
    limit = history.alerts.add_rule(anna, {**moved, "feature": "limit"})
    score = history.alerts.add_rule(anna, {**moved, "figure": "score_drift", "segment": "new"})
    assert history.alerts.look_at_all() == 0
    assert history.alerts.list_readings(limit.id) == []
    decide(history, np.random.default_rng(3).integers(1, 15, 200) * 10_000)
    wish = NewSchedule(
        name="Drift", kind=Kind.DRIFT_REPORT, cron="0 3 1 * *", product="credit-card"
    )
    schedule = history.schedules.add(anna, wish)
    history.work(history.schedules.run_now(anna, schedule.id).id)
    _, job = history.schedules.list_runs(schedule.id)[0]
    told = msgspec.json.decode(job.result)
    assert (list(told["drift_reports"]), list(told["refused"])) == (["new"], ["existing"])
    history.work(told["drift_reports"]["new"])
    assert history.jobs.get(told["drift_reports"]["new"]).state is JobState.DONE
    # The few scores of the handmade model share a bin: only the limit is beyond.
    assert history.alerts.look_at_all() == 1
    assert [one.rule_id for one in history.alerts.list_page().items] == [limit.id]
    for rule, feature in ((limit, "limit"), (score, None)):
        (read,) = history.alerts.list_readings(rule.id)
        found = history.drift_reports.figures("credit-card", "new", "psi", feature)
        assert [(read.chunk, read.value)] == found
        assert history.alerts.get_rule(rule.id).problem is None


def test_a_champion_without_a_profile_needs_days_of_a_reference(history, api, settings):
    promote(history, settings.models_dir)
    assert ask(api).json()["code"] == "champion_without_profile"
    found = ended(api, ask(api, reference=ALWAYS))["result"]
    assert (found["reference"]["rows"], found["drifted"]) == (200, False)


def test_days_in_which_nothing_was_decided_fail_with_a_reason(history, api):
    empty = {"since": "2001-01-01", "until": "2001-01-31"}
    found = ended(api, ask(api, days=empty, reference=ALWAYS))
    assert (found["state"], found["problem"]["code"]) == ("failed", "no_decisions_then")
    analyst = log_in(api, add_user(history, "analyst"))
    page = analyst.get(f"/analysis/drift/{found['id']}", headers={"accept-language": "ru"})
    assert page.status_code == 200
    assert "В эти дни решений не было." in page.text


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"product": "unheard-of"}, "drift_product_unknown"),
        ({"segment": "unheard-of"}, "drift_segment_unknown"),
        ({"by": "week"}, "too_many_chunks"),
        ({"days": None, "files": {"chunk": NOBODYS}}, "drift_file_not_found"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_counted(history, api, changes, code):
    assert ask(api, **changes).json()["code"] == code


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"product": "credit-card", "days": DAYS},
        {"product": "credit-card", "segment": "new", "days": BACKWARDS},
        {"product": "credit-card", "segment": "new", "days": DAYS, "methods": ["chi"]},
        {"files": {"chunk": NOBODYS}},
        {"product": "credit-card", "segment": "new", "days": DAYS, "significance": 0},
    ],
)
def test_a_body_that_asks_for_nothing_that_can_be_done_is_malformed(api, body):
    assert api.post(PATH, json=body).status_code == 422


def table(seed, scale=1.0):
    random = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "limit": np.round(random.lognormal(11.5, 0.8, 3_000) * scale, 2).clip(1, 1e6),
            "education": random.choice(["university", "other"], 3_000).tolist(),
        }
    )


def send(api, frame):
    answer = api.post(
        f"{PATH}/files", content=frame.write_csv().encode(), headers={"content-type": "text/csv"}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def test_two_files_are_compared_and_removed(history, api):
    files = {"reference": send(api, table(1)), "chunk": send(api, table(2, 0.6))}
    found = ended(api, api.post(PATH, json={"files": files}))
    report = found["result"]
    assert {(one["feature"], one["method"]) for one in report["alerts"]} == {("limit", "psi")}
    assert (report["reference"]["name"], report["chunks"][0]["name"]) == ("reference", "chunk")
    again = api.post(PATH, json={"files": files})
    assert again.json()["code"] == "drift_file_not_found"


def test_two_files_are_compared_by_the_answers_of_the_champion(history, api):
    files = {"reference": send(api, table(1)), "chunk": send(api, table(2, 0.6))}
    body = {"files": files, "product": "credit-card", "segment": "new"}
    report = ended(api, api.post(PATH, json=body))["result"]
    assert report["chunks"][0]["assessed"] == 3_000
    assert report["subject"]["model"] is not None


def test_the_methods_of_the_body_are_those_there_are():
    methods = DriftReportBody.model_json_schema()["properties"]["methods"]["items"]["enum"]
    assert set(methods) == set(METHODS)
