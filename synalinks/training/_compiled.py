"""What `compile` resolves: optimizer, reward, metrics."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from synalinks import metrics as metrics_module
from synalinks import optimizers, rewards
from synalinks._internal.shape import is_dict, is_row
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


def compile_parts(
    optimizer: Any, reward: Any, reward_weights: Any, metrics: Any
) -> Compiled:
    """Resolve what the user passed to `compile`.

    Args:
        optimizer: An optimizer, its name or configuration, or None.
        reward: A reward, its name or configuration, a function, None, or a list or
            dict of these for several outputs.
        reward_weights: Numbers in the form of `reward`, or None.
        metrics: A list of metrics, names, configurations or functions, or None.

    Returns:
        The parts.

    Raises:
        ConfigurationError: A name is unknown, two metrics have one name, or rewards and
            weights do not fit.
    """
    return Compiled(
        optimizer=optimizers.get(optimizer),
        reward=_reward(reward, reward_weights),
        metrics=resolve_metrics(metrics),
    )


def _reward(reward: Any, weights: Any) -> Reward | None:
    if is_row(reward) or (is_dict(reward) and "class_name" not in reward):
        return rewards.OutputRewards(reward, weights=weights)
    if weights is not None:
        msg = (
            "`reward_weights` weighs the rewards of several outputs: pass `reward` as "
            f"a list or dict, received: {show(reward)}. Several rewards of one output "
            "are a `ComposableReward(rewards, weights=...)`."
        )
        raise ConfigurationError(msg)
    return rewards.get(reward)


def check_outputs(program: Any, reward: Reward | None) -> None:
    """Refuse rewards for other outputs than those of a program.

    Args:
        program: The program; one whose outputs are not known may have any.
        reward: Its reward.

    Raises:
        ConfigurationError: There are more or fewer, or they have other names.
    """
    outputs = getattr(program, "outputs", None)
    if isinstance(reward, rewards.OutputRewards) and outputs is not None:
        reward.check_outputs(outputs)


def resolve_metrics(metrics: Any) -> list[Metric]:
    """Return copies of what the user passed as metrics.

    Args:
        metrics: A list of metrics, names, configurations or functions, or None; for
            several outputs a list or dict of such lists.

    Raises:
        ConfigurationError: A name is unknown, or two metrics have one name.
    """
    by_output = _by_output(metrics)
    if by_output is not None:
        metrics = [
            metrics_module.OutputMetric(one, output)
            for output, several in by_output.items()
            for one in (several if is_row(several) else [several])
        ]
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


def _by_output(metrics: Any) -> dict[int | str, Any] | None:
    """Return the metrics of several outputs; None for metrics of one."""
    if is_dict(metrics) and "class_name" not in metrics:
        return {name: one for name, one in metrics.items() if one is not None}
    are_lists = is_row(metrics) and any(is_row(one) for one in metrics)
    if are_lists and all(one is None or is_row(one) for one in metrics):
        given = cast("Sequence[Any]", metrics)
        return {index: one for index, one in enumerate(given) if one is not None}
    return None


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
