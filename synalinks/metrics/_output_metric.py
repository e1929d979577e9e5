"""`OutputMetric`: a metric of one output of several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_row
from synalinks.errors import ConfigurationError, show
from synalinks.metrics._lookup import get
from synalinks.metrics._metric import BatchMetric, Direction, Metric

if TYPE_CHECKING:
    from typing import Self

    from synalinks._internal.json import JsonObject
    from synalinks.ops import Outputs


class OutputMetric(Metric):
    """Looks at one output of a program that has several.

    `compile(metrics={"answer": ["accuracy"]})`, or with a list per output, makes them.
    A sample whose output is missing, and was not expected, is not counted.

    Args:
        metric: The metric of the output, or anything that `synalinks.metrics.get`
            takes.
        output: Position of the output in the list, or its name in the dict.
        name: Name in logs; `<output>_<metric>` if None.

    Raises:
        ConfigurationError: It is no metric, or one of whole batches.
    """

    def __init__(self, metric: Any, output: int | str, name: str | None = None) -> None:
        inner = get(metric)
        if inner is None or isinstance(inner, BatchMetric):
            msg = (
                f"A metric of the output {output!r} is {show(metric)}. Expected one "
                "that takes one sample at a time."
            )
            raise ConfigurationError(msg)
        place = f"output_{output}" if isinstance(output, int) else output
        super().__init__(name=name or f"{place}_{inner.name}")
        self.metric = inner
        self.output = output
        self.direction: Direction | None = inner.direction

    async def update_state(self, y_true: Outputs, y_pred: Outputs) -> None:
        """Take the output of one sample into account.

        Args:
            y_true: The targets, a list or dict.
            y_pred: The predictions, a list or dict; None if the sample failed.

        Raises:
            ConfigurationError: The targets or predictions have no such output.
        """
        target = self._of(y_true)
        predicted = None if y_pred is None else self._of(y_pred)
        if target is not None or predicted is not None:
            await self.metric.update_state(target, predicted)

    def _of(self, outputs: Any) -> Any:
        if isinstance(self.output, int) and is_row(outputs):
            if self.output < len(outputs):
                return outputs[self.output]
        elif is_dict(outputs) and self.output in outputs:
            return outputs[self.output]
        msg = (
            f"Metric `{self.name}` is of the output {self.output!r}, received: "
            f"{show(outputs)}."
        )
        raise ConfigurationError(msg)

    def result(self) -> float:
        """Return the number of the metric."""
        return self.metric.result()

    def reset_state(self) -> None:
        """Forget all samples."""
        self.metric.reset_state()

    def state_dict(self) -> JsonObject:
        """Return what the metric has gathered, as JSON."""
        return self.metric.state_dict()

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: What `state_dict` returned.
        """
        self.metric.load_state_dict(state)

    def clone(self) -> Self:
        """Return a metric made with the same arguments, without the samples."""
        return type(self)(self.metric.clone(), self.output, self.name)
