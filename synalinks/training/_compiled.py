"""What `compile` resolves: optimizer, reward, metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from synalinks import metrics as metrics_module
from synalinks import optimizers, rewards
from synalinks._internal.shape import is_row
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.metrics import Metric
    from synalinks.optimizers import Optimizer
    from synalinks.rewards import Reward


@dataclass(slots=True, kw_only=True)
class Compiled:
    """Optimizer, reward and metrics of a program."""

    optimizer: Optimizer | None
    """Proposes new values; None for a program that is only evaluated."""
    reward: Reward | None
    """Scores predictions."""
    metrics: list[Metric]
    """Own copies of the metrics given."""

    def metric_names(self) -> list[str]:
        """Return the names of the metrics, in order."""
        return [metric.name for metric in self.metrics]


def compile_parts(optimizer: Any, reward: Any, metrics: Any) -> Compiled:
    """Resolve what the user passed to `compile`.

    Args:
        optimizer: An optimizer, its name or configuration, or None.
        reward: A reward, its name or configuration, a function, or None.
        metrics: A list of metrics, names, configurations or functions, or None.

    Returns:
        The parts.

    Raises:
        ConfigurationError: A name is unknown, or two metrics have one name.
    """
    return Compiled(
        optimizer=optimizers.get(optimizer),
        reward=None if reward is None else rewards.get(reward),
        metrics=resolve_metrics(metrics),
    )


def resolve_metrics(metrics: Any) -> list[Metric]:
    """Return copies of what the user passed as metrics.

    Args:
        metrics: A list of metrics, names, configurations or functions, or None.

    Raises:
        ConfigurationError: A name is unknown, or two metrics have one name.
    """
    if metrics is not None and not is_row(metrics):
        msg = f"`metrics` is a list, received: {show(metrics)}."
        raise ConfigurationError(msg)
    given = cast("Sequence[Any]", metrics or ())
    # The program owns its metrics: one instance may be compiled into several.
    resolved = [_metric(one).clone() for one in given]
    names = ["reward", *(metric.name for metric in resolved)]
    repeated = sorted({name for name in names if names.count(name) > 1})
    if repeated:
        msg = (
            f"Two metrics are named {repeated[0]!r}, or one is named as the reward "
            "in the logs. Pass another `name=`."
        )
        raise ConfigurationError(msg)
    return resolved


def _metric(identifier: Any) -> Metric:
    metric = metrics_module.get(identifier)
    if metric is None:
        msg = "`metrics` holds None: expected a metric, its name, or a function."
        raise ConfigurationError(msg)
    return metric


def compile_config(compiled: Compiled) -> JsonObject:
    """Return what `compile` was given, as JSON.

    Args:
        compiled: The parts.
    """
    return {
        "optimizer": compiled.optimizer and optimizers.serialize(compiled.optimizer),
        "reward": compiled.reward and rewards.serialize(compiled.reward),
        "metrics": [metrics_module.serialize(one) for one in compiled.metrics],
    }
