"""What operators see: readiness part by part, figures, traces, logs without personal data."""

import re
import socket
from datetime import timedelta

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families
from tests.integration.http.conftest import apply, open_api
from tests.integration.service.conftest import PlainPackage, write_plain

from loanwright.decisioning.policy import Policy
from loanwright.service.bootstrap import build
from loanwright.service.health.readiness import broker_probe, disk_probe, relay_probe
from loanwright.service.kit.database import Database
from loanwright.service.messaging.relay import BrokerUnavailable
from loanwright.service.registry.schemas import State
from loanwright.service.telemetry.open_telemetry import OpenTelemetry

AWAY = "postgresql+psycopg://nobody@127.0.0.1:1/none"


def figures(caller):
    answer = caller.get("/metrics")
    assert answer.status_code == 200, answer.text
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_figures_tell_of_requests_decisions_and_models(api, service):
    outcome = apply(api).json()["decision"]["outcome"]
    apply(api, prefer="respond-async")
    told = figures(api)
    assert told["loanwright_decisions_total", outcome, "credit-card", "new"] >= 1
    assert told["loanwright_requests_total", "/v1/applications", "201", "POST"] == 1
    assert told["loanwright_request_seconds_count", "/v1/applications"] == 2
    assert told["loanwright_gatherer_batch_size_count",] == 1
    assert told["loanwright_database_up",] == 1
    assert told["loanwright_database_connections_most",] == service.database.connections()[1]
    (live,) = [one for one in service.registry.list_live() if one.segment == "new"]
    assert told["loanwright_model_info", *sorted((live.hash, "scorecard", "credit-card", "new"))]


def test_figures_need_a_key_with_their_scope_unless_they_are_public(service, token, log):
    _, narrow = service.keys.create("narrow", scopes=["products:read"])
    _, prometheus = service.keys.create("prometheus", scopes=["metrics:read"])
    with open_api(service, log) as caller:
        assert caller.get("/metrics").status_code == 401
        told = {"authorization": f"Bearer {narrow}"}
        assert caller.get("/metrics", headers=told).json()["code"] == "scope_missing"
        told = {"authorization": f"Bearer {prometheus}"}
        answer = caller.get("/metrics", headers=told)
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
        assert caller.get("/v1/decisions", headers=told).status_code == 403
    with open_api(service, log, metrics_public=True) as caller:
        assert caller.get("/metrics").status_code == 200


def test_waiting_jobs_and_messages_are_figures(service, token, log):
    with open_api(service, log, broker_url="set: another process works") as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        for _ in range(3):
            assert apply(caller, prefer="respond-async").status_code == 202
        told = figures(caller)
    assert told["loanwright_jobs", "queued"] == 3
    assert told["loanwright_jobs", "failed"] == 0
    assert told["loanwright_outbox_waiting",] == 3
    assert told["loanwright_outbox_oldest_seconds",] >= 0


def test_figures_are_answered_while_the_database_is_away(service, token, log, tmp_path):
    with open_api(service, log, metrics_public=True) as caller:
        place = service.database.engine.url
        assert figures(caller)["loanwright_database_up",] == 1
        service.database.engine = Database(AWAY, timeout=1).engine
        told = figures(caller)
    assert place != service.database.engine.url
    assert told["loanwright_database_up",] == 0
    assert ("loanwright_outbox_waiting",) not in told


@pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
def test_a_balancer_may_ask_by_head(api, path):
    answer = api.head(path)
    assert answer.status_code == 200
    assert answer.content == b""


def test_readiness_tells_every_part(api):
    told = api.get("/health/ready").json()
    assert told["status"] == "ok"
    assert told["parts"].keys() >= {"database", "models", "disk", "relay"}
    assert set(told["parts"].values()) == {"ok"}


def test_a_broker_that_is_away_degrades_and_stops_no_decision(settings, log):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    away = settings.model_copy(update={"broker_url": _secret(f"amqp://guest@127.0.0.1:{port}/")})
    service = decidable(build(away, load_package=PlainPackage.load))
    _, token = service.keys.create("tests")
    with open_api(service, log) as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        answer = caller.get("/health/ready")
        assert answer.status_code == 200
        assert answer.json()["status"] == "degraded"
        assert answer.json()["parts"]["broker"] == "degraded"
        assert str(port) not in answer.text
        assert apply(caller).status_code == 201
    assert any(str(port) in str(event) for event in log.events)


@pytest.mark.parametrize("path", ["/v1/decisions", "/v1/products", "/v1/models/live"])
def test_a_parameter_that_nobody_reads_is_refused_by_name(api, path):
    assert api.get(path).status_code == 200
    answer = api.get(path, params={"colour": "red", "limits": 3})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["query.colour", "query.limits"]
    assert "red" not in answer.text


def test_a_parameter_that_is_read_is_not_refused(api):
    assert apply(api).status_code == 201
    told = api.get("/v1/decisions", params={"limit": 1, "product": "credit-card"})
    assert told.status_code == 200
    assert api.get("/v1/decisions?limit=1&Limit=1").status_code == 422
    assert api.get("/health/live?cachebuster=1").status_code == 200


def test_applications_in_the_spool_are_figures(settings, log):
    kept = settings.model_copy(update={"spool": True, "metrics_public": True})
    kept.spool_dir.mkdir(parents=True)
    (kept.spool_dir / "one.jsonl").write_bytes(b"x" * 70)
    service = build(kept, load_package=PlainPackage.load)
    text = service.metrics.render().decode()
    service.close()
    assert "loanwright_spool_files 1.0" in text
    assert "loanwright_spool_bytes 70.0" in text


def test_another_name_than_its_own_is_refused_except_for_health(service, token, log):
    names = ("bank.test", "127.0.0.1")
    told = {"authorization": f"Bearer {token}"}
    with open_api(service, log, allowed_hosts=names) as caller:
        for name, status in (
            ("bank.test", 200),
            ("Bank.Test:8443", 200),
            ("127.0.0.1:8000", 200),
            ("evil.test", 421),
            ("bank.test.evil.test", 421),
            ("", 421),
        ):
            answer = caller.get("/v1/decisions", headers={**told, "host": name})
            assert answer.status_code == status, name
        assert answer.json()["code"] == "host_unknown"
        assert caller.get("/health/live", headers={"host": "10.0.0.7"}).status_code == 200


def test_a_process_that_will_stop_is_not_ready_and_still_answers(api, service, log):
    service.readiness.announce_stop()
    answer = api.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "The service cannot decide now: stopping."
    assert api.get("/health/live").status_code == 200
    assert apply(api).status_code == 201


def test_a_database_that_is_away_is_the_only_thing_said(service, log):
    with open_api(service, log) as caller:
        service.database.engine = Database(AWAY, timeout=1).engine
        answer = caller.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json()["detail"] == "The service cannot decide now: database."


def test_the_probes_say_what_they_found(tmp_path):
    assert disk_probe(tmp_path / "not" / "yet")() is None
    assert "MiB free" in disk_probe(tmp_path, least=1 << 60)()
    assert relay_probe(lambda: None)() is None
    assert relay_probe(lambda: 29.0)() is None
    assert "31 s" in relay_probe(lambda: 31.0)()
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        assert broker_probe(f"amqp://guest:guest@127.0.0.1:{port}/")() is None
    assert "does not answer" in broker_probe(f"amqp://guest:guest@127.0.0.1:{port}/")()


class Broker:
    """A publisher that can be away."""

    def __init__(self):
        self.away = True
        self.published = []

    def publish(self, messages):
        if self.away:
            raise BrokerUnavailable(why="away")
        self.published += messages


def test_relaying_and_working_are_figures(service, log):
    broker, moment = Broker(), service.clock.now()
    relay = service.relay_loop(broker, log)._relay
    job = service.later.order(_submission())
    with pytest.raises(BrokerUnavailable):
        relay.pass_on()
    broker.away = False
    relay.pass_on()
    assert service.work(job.id) is True
    assert service.work("job_unknown") is True
    text = service.metrics.render().decode()
    assert "loanwright_relay_messages_total 1.0" in text
    assert "loanwright_relay_lag_seconds_count 1.0" in text
    assert 'loanwright_job_attempts_total{result="ended"} 1.0' in text
    assert 'loanwright_job_attempts_total{result="unknown"} 1.0' in text
    assert broker.published[0].created_at - moment < timedelta(seconds=30)


def test_a_decision_is_one_trace_from_the_request_to_the_commit(settings, log):
    kept = InMemorySpanExporter()
    service = traced(settings, kept)
    _, token = service.keys.create("tests")
    with open_api(service, log) as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        assert apply(caller).status_code == 201
    spans = {span.name: span for span in kept.get_finished_spans()}
    wanted = ["take in", "assess", "apply the policy", "store", "commit"]
    assert {*wanted, "decide", "POST /v1/applications"} <= set(spans)
    trace = spans["POST /v1/applications"].context.trace_id
    assert {spans[name].context.trace_id for name in wanted} == {trace}
    parents = {spans[name].parent.span_id for name in wanted}
    assert parents == {spans["decide"].context.span_id}
    starts = [spans[name].start_time for name in wanted]
    assert starts == sorted(starts)
    assert spans["commit"].end_time <= spans["POST /v1/applications"].end_time


def test_work_for_later_is_found_from_the_request_that_ordered_it(settings, log):
    kept = InMemorySpanExporter()
    service = traced(settings, kept)
    _, token = service.keys.create("tests")
    with open_api(service, log, broker_url="set: another process works") as caller:
        caller.headers["authorization"] = f"Bearer {token}"
        job = apply(caller, prefer="respond-async").json()["id"]
        service.work(job)
    spans = {span.name: span for span in kept.get_finished_spans()}
    (link,) = spans["POST /v1/applications"].links
    assert link.context.trace_id == spans["work"].context.trace_id
    assert spans["commit"].context.trace_id == spans["work"].context.trace_id
    assert spans["work"].attributes["loanwright.job_id"] == job


def test_no_figure_is_named_after_a_person(api, token):
    apply(api, {**_named("Ivan"), "applicant": {"document_number": "AB1234567"}})
    api.get("/v1/decisions/AB1234567")
    api.get("/Ivan?x=AB1234567")
    text = api.get("/metrics").text
    assert not re.search("Ivan|AB1234567", text)


def _named(name):
    return {"product": "credit-card", "features": {"limit": 200_000, "education": name}}


def _submission():
    from tests.integration.service.conftest import application

    return application()


def _secret(text):
    from pydantic import SecretStr

    return SecretStr(text)


def decidable(service):
    for segment in ("new", "existing"):
        path = write_plain(service.settings.models_dir, segment)
        model = service.registry.register(path, by="tests")
        service.registry.promote(model.hash, to=State.CHAMPION, by="tests")
    policy = Policy.from_mapping(service.products["credit-card"].policy)
    service.policies.publish("credit-card", policy, by="tests")
    return service


def traced(settings, kept):
    traces = OpenTelemetry(SimpleSpanProcessor(kept), service_name="tests")
    return decidable(build(settings, load_package=PlainPackage.load, traces=traces))
