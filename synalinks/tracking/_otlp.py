"""Spans to an OpenTelemetry collector, by MLflow's own settings and exporters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.tracking._faults import Unreachable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Collector:
    """The collector that the environment names, as MLflow reads it.

    `OTEL_EXPORTER_OTLP_TRACES_ENDPOINT` or `OTEL_EXPORTER_OTLP_ENDPOINT` is its
    address, `OTEL_EXPORTER_OTLP_PROTOCOL` is `grpc` or `http/protobuf`. MLflow itself
    gets no traces then, unless `MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT` is true.

    Args:
        load: Imports a part of MLflow by its name.
    """

    def __init__(self, load: Callable[[str], Any]) -> None:
        otlp, settings = load("tracing.utils.otlp"), load("environment_variables")
        self._exporter: Any = None
        self._translate: Callable[[Any], Any] | None = None
        self.takes_all = False
        if otlp.should_use_otlp_exporter():
            self._exporter = otlp.get_otlp_exporter()
            self.takes_all = not settings.MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT.get()
            if settings.MLFLOW_ENABLE_OTEL_GENAI_SEMCONV.get():
                translator = load("tracing.export.genai_semconv.translator")
                self._translate = translator.translate_span_to_genai

    def export(self, spans: Sequence[Any]) -> None:
        """Send spans, if there is a collector.

        Args:
            spans: Those of MLflow.

        Raises:
            Unreachable: It did not take them.
        """
        if self._exporter is None:
            return
        found = [span._span for span in spans]  # noqa: SLF001 - it has no public name
        if self._translate is not None:
            found = [self._translate(span) for span in found]
        result = self._exporter.export(found)
        if result.name != "SUCCESS":
            # Tried a few times, as if it had answered: MLflow's traces wait behind it.
            msg = "the OpenTelemetry collector does not take spans."
            raise Unreachable(msg, has_answered=True)
