"""Metrics by name, by configuration, or made of functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.metrics._mean import MeanMetricWrapper
from synalinks.metrics._metric import Metric
from synalinks.saving import load_as, look_up, serialize_synalinks_object

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject


def get(identifier: object) -> Metric | None:
    """Return the metric that an identifier stands for.

    Args:
        identifier: A metric; its name, in Camel or snake case, whatever the capitals;
            its configuration; a function of target and prediction; or None.

    Returns:
        The metric; None for None.

    Raises:
        ConfigurationError: The identifier stands for no metric.
    """
    return look_up(identifier, kind=Metric, from_function=_of_function)


def serialize(metric: Metric) -> JsonObject:
    """Return a metric as JSON.

    Args:
        metric: The metric.
    """
    return serialize_synalinks_object(metric)


def deserialize(
    config: Mapping[str, Any], custom_objects: Mapping[str, Any] | None = None
) -> Metric:
    """Return the metric that `serialize` described.

    Args:
        config: What `serialize` returned; `class_name` alone is enough to name a
            built-in class.
        custom_objects: Further classes and functions by name.

    Raises:
        ConfigurationError: It describes something that is not a metric.
    """
    return load_as(config, kind=Metric, custom_objects=custom_objects)


def _of_function(function: Any) -> Metric:
    return MeanMetricWrapper(function, name=_function_name(function))


def _function_name(fn: object) -> str:
    # A partial function has its name inside, a callable object that of its class.
    inner = getattr(fn, "func", fn)
    return getattr(inner, "__name__", type(inner).__name__).strip("<>")
