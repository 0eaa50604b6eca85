"""Traces by OpenTelemetry, sent over OTLP; loaded only where somebody collects them."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any, Final

from loanwright.errors import LoanwrightError
from loanwright.service.telemetry.traces import NoTraces, Tell, Traces

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor
    from opentelemetry.trace import Link, Span, SpanContext

#: Names that OpenTelemetry has for what we tell; everything else is ours.
CONVENTIONS: Final = {
    "method": "http.request.method",
    "route": "http.route",
    "status": "http.response.status_code",
}
TRACES_PATH: Final = "/v1/traces"
SERVER_ERROR: Final = 500


def open_traces(endpoint: str | None, service_name: str) -> Traces:
    """Return what notes spans: nothing, unless somebody collects them."""
    if endpoint is None:
        return NoTraces()
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    exporter = OTLPSpanExporter(endpoint=endpoint.rstrip("/") + TRACES_PATH)
    return OpenTelemetry(BatchSpanProcessor(exporter), service_name=service_name)


class OpenTelemetry:
    """Notes spans by the SDK of OpenTelemetry, without any global state of it."""

    def __init__(self, processor: "SpanProcessor", *, service_name: str) -> None:
        from opentelemetry import context, trace
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        told = {"service.name": service_name, "service.version": version("loanwright")}
        self._provider = TracerProvider(resource=Resource.create(told), shutdown_on_exit=False)
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("loanwright", version("loanwright"))
        self._read = TraceContextTextMapPropagator().extract
        self._api = trace
        self._nowhere = context.Context

    def request(self, headers: Mapping[bytes, bytes]) -> AbstractContextManager[Tell]:
        """Open the span of a request, inside the caller's trace if it names one."""
        # Only the ids: what else callers may hang on a trace is theirs, and may name people.
        told = headers.get(b"traceparent", b"").decode("latin-1")
        parent = self._read({"traceparent": told}, context=self._nowhere())
        return self._open("request", parent, kind=self._api.SpanKind.SERVER)

    def span(self, name: str, **facts: Any) -> AbstractContextManager[Tell]:
        """Open a span inside the present one."""
        return self._open(name, None, facts=facts)

    def here(self) -> Any:
        """Return where we are, to be continued in another thread."""
        return self._api.get_current_span()

    def batch(self, name: str, origins: Sequence[Any]) -> AbstractContextManager[Tell]:
        """Open the span of work that many have asked for: inside the first, linked to the rest."""
        first, *others = origins
        return self._open(
            name,
            self._api.set_span_in_context(first, self._nowhere()),
            links=[self._api.Link(one.get_span_context()) for one in others],
            facts={"requests": len(origins)},
        )

    def job(self, name: str, job_ids: Sequence[str]) -> AbstractContextManager[Tell]:
        """Open a span of work on jobs, in the trace that each job has of its own."""
        links = [self._api.Link(self._trace_of(one)) for one in job_ids]
        if len(job_ids) > 1:
            return self._open(name, self._nowhere(), links=links, facts={"jobs": len(job_ids)})
        parent = self._api.NonRecordingSpan(links[0].context)
        return self._open(
            name,
            self._api.set_span_in_context(parent, self._nowhere()),
            facts={"job_id": job_ids[0]},
        )

    def ordered(self, job_id: str) -> None:
        """Link the present span to the trace of a job."""
        self.here().add_link(self._trace_of(job_id), {"loanwright.job_id": job_id})

    @contextmanager
    def committing(self) -> Iterator[AbstractContextManager[Any]]:
        """Return what spans a commit: entered before the transaction, and what it gives inside."""
        # What is entered last is left first: leaving it begins the span, leaving this ends it.
        began: list[Span] = []
        try:
            yield _Leaving(lambda: began.append(self._tracer.start_span("commit")))
        finally:
            for span in began:
                span.end()

    def close(self) -> None:
        """Send what is still here."""
        self._provider.shutdown()

    def _trace_of(self, job_id: str) -> "SpanContext":
        # No column and no message carries it: whoever knows the id of a job knows its trace.
        digest = hashlib.sha256(job_id.encode()).digest()
        return self._api.SpanContext(
            trace_id=int.from_bytes(digest[:16]),
            span_id=int.from_bytes(digest[16:24]),
            is_remote=True,
            trace_flags=self._api.TraceFlags(self._api.TraceFlags.SAMPLED),
        )

    @contextmanager
    def _open(
        self,
        name: str,
        parent: Any,
        *,
        kind: Any = None,
        links: "Sequence[Link]" = (),
        facts: Mapping[str, Any] | None = None,
    ) -> Iterator[Tell]:
        with self._tracer.start_as_current_span(
            name,
            parent,
            kind=kind or self._api.SpanKind.INTERNAL,
            links=links,
            # Messages of exceptions may repeat what was sent.
            record_exception=False,
            set_status_on_exception=False,
        ) as span:
            tell = self._teller(span)
            tell(**(facts or {}))
            try:
                yield tell
            except BaseException as failure:
                code = failure.code if isinstance(failure, LoanwrightError) else None
                span.set_status(self._api.StatusCode.ERROR)
                span.set_attribute("error.type", code or type(failure).__name__)
                raise

    def _teller(self, span: "Span") -> Tell:
        def tell(**facts: Any) -> None:
            for name, value in facts.items():
                if value is not None:
                    span.set_attribute(CONVENTIONS.get(name, f"loanwright.{name}"), value)
            if "route" in facts:
                span.update_name(f"{facts['method']} {facts['route']}")
            if (facts.get("status") or 0) >= SERVER_ERROR:
                span.set_status(self._api.StatusCode.ERROR)

        return tell


class _Leaving:
    """Does something when it is left."""

    def __init__(self, leave: Callable[[], object]) -> None:
        self._leave = leave

    def __enter__(self) -> None:
        """Do nothing yet."""

    def __exit__(self, *_failure: object) -> None:
        """Do it."""
        self._leave()
