"""Traces go to an OpenTelemetry collector, by MLflow's own settings."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from builders import Query, functional, run, scripted
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTraceServiceRequest,
)

import synalinks

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(240),
    # MLflow's own, when it is imported.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture
def collector():
    """A collector on this machine: its address, and the spans that it was sent."""
    spans = []

    class Receiver(BaseHTTPRequestHandler):
        def do_POST(self):
            content = self.rfile.read(int(self.headers["Content-Length"]))
            sent = ExportTraceServiceRequest.FromString(content)
            for resource in sent.resource_spans:
                for scope in resource.scope_spans:
                    spans.extend(scope.spans)
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            """Print nothing."""

    server = HTTPServer(("127.0.0.1", 0), Receiver)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/v1/traces", spans
    server.shutdown()
    thread.join()
    server.server_close()


def test_traces_reach_a_collector_and_mlflow(mlflow_server, collector, monkeypatch):
    """With dual export both have the same tree of spans."""
    endpoint, spans = collector
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", endpoint)
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf")
    monkeypatch.setenv("MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT", "true")

    async def serve():
        # An address of its own, so that its sender begins now, with these settings.
        synalinks.enable_observability(f"{mlflow_server.url}/", "exported")
        model, _ = scripted()
        program = await functional(model, name="exported")
        await program(Query(query="a"))
        assert await synalinks.flush_observability(120)

    run(serve())

    names = {span.span_id: span.name for span in spans}
    tree = {(span.name, names.get(span.parent_span_id)) for span in spans}
    (trace,) = mlflow_server.traces("exported")
    stored = {span.span_id: span.name for span in trace.data.spans}
    assert ("exported", None) in tree
    assert tree == {
        (span.name, stored.get(span.parent_id)) for span in trace.data.spans
    }
    assert {span.trace_id.hex() for span in spans} == {
        trace.info.trace_id.removeprefix("tr-")
    }
