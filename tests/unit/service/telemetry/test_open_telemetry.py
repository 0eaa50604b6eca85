import asyncio
import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from loanwright.errors import Unavailable
from loanwright.service.edge.gather import Gatherer
from loanwright.service.telemetry.open_telemetry import OpenTelemetry, open_traces
from loanwright.service.telemetry.traces import NoTraces

CALLER = {b"traceparent": b"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"}


class SecretInMessage(Unavailable):
    """Ivan is not here."""


@pytest.fixture
def kept():
    return InMemorySpanExporter()


@pytest.fixture
def traces(kept):
    opened = OpenTelemetry(SimpleSpanProcessor(kept), service_name="tests")
    yield opened
    opened.close()


def named(kept):
    return {span.name: span for span in kept.get_finished_spans()}


def test_nobody_collects_unless_an_address_is_set():
    assert isinstance(open_traces(None, "loanwright"), NoTraces)


def test_a_request_continues_the_trace_of_its_caller(traces, kept):
    with traces.request(CALLER) as tell:
        tell(method="GET", route="/v1/things/{id}", status=200)
    span = named(kept)["GET /v1/things/{id}"]
    assert f"{span.context.trace_id:032x}" == "0af7651916cd43dd8448eb211c80319c"
    assert f"{span.parent.span_id:016x}" == "b7ad6b7169203331"
    assert span.attributes["http.response.status_code"] == 200
    assert span.attributes["http.route"] == "/v1/things/{id}"


@pytest.mark.parametrize("sent", [b"", b"Ivan", b"00-zz-zz-01", "é".encode()])
def test_what_is_no_trace_begins_one(traces, kept, sent):
    with traces.request({b"traceparent": sent}):
        pass
    assert named(kept)["request"].parent is None


def test_a_commit_is_a_span_between_the_work_and_the_end(traces, kept):
    order = []

    class Transaction:
        def __enter__(self):
            order.append("begin")

        def __exit__(self, *_):
            order.append(f"commit after {len(kept.get_finished_spans())} spans")

    with (
        traces.span("request"),
        traces.committing() as commit,
        Transaction(),
        commit,
        traces.span("store"),
    ):
        pass
    spans = named(kept)
    assert order == ["begin", "commit after 1 spans"]
    assert spans["commit"].parent.span_id == spans["request"].context.span_id
    assert spans["commit"].start_time >= spans["store"].end_time


def test_a_failure_is_told_by_its_name_and_never_by_its_message(traces, kept):
    with suppress(SecretInMessage), traces.span("assess"):
        raise SecretInMessage
    with suppress(ZeroDivisionError), traces.span("other"):
        raise ZeroDivisionError("Ivan")
    spans = named(kept)
    assert spans["assess"].attributes["error.type"] == "secret_in_message"
    assert spans["other"].attributes["error.type"] == "ZeroDivisionError"
    assert "Ivan" not in "".join(span.to_json() for span in spans.values())


def test_a_batch_is_inside_its_first_request_and_linked_to_the_others(traces, kept):
    async def ask(gatherer, number):
        with traces.request({}) as tell:
            tell(method="POST", route=f"/{number}", status=201)
            return await gatherer.submit(number)

    async def story():
        gatherer = Gatherer(list, batch=8, waiting=8, timeout=5, traces=traces)
        answers = await asyncio.gather(*(ask(gatherer, number) for number in range(3)))
        await gatherer.close(1)
        return answers

    assert asyncio.run(story()) == [0, 1, 2]
    spans = named(kept)
    batch = spans["decide"]
    assert batch.parent.span_id == spans["POST /0"].context.span_id
    linked = {link.context.span_id for link in batch.links}
    assert linked == {spans["POST /1"].context.span_id, spans["POST /2"].context.span_id}
    assert batch.attributes["loanwright.requests"] == 3


def test_whoever_knows_a_job_finds_its_trace(traces, kept):
    with traces.request({}):
        traces.ordered("job_1")
    with traces.job("relay", ["job_1"]):
        pass
    with traces.job("work", ["job_1"]):
        pass
    spans = named(kept)
    assert spans["relay"].context.trace_id == spans["work"].context.trace_id
    (link,) = spans["request"].links
    assert link.context.trace_id == spans["work"].context.trace_id


def test_many_jobs_that_are_relayed_together_are_linked(traces, kept):
    with traces.job("relay", ["job_1", "job_2"]):
        pass
    assert len(named(kept)["relay"].links) == 2


def test_spans_reach_a_collector_over_http():
    received = []

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["content-length"]))
            received.append((self.path, self.headers["content-type"], body))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_arguments):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    traces = open_traces(f"http://127.0.0.1:{server.server_port}", "tests")
    with traces.span("decide", requests=2):
        pass
    traces.close()
    server.shutdown()
    server.server_close()
    ((path, media_type, body),) = received
    assert path == "/v1/traces"
    assert media_type == "application/x-protobuf"
    assert b"decide" in body
    assert b"tests" in body
    assert json.dumps("loanwright.requests").strip('"').encode() in body
