"""What makes an arm what it is: it is refused to go on with another of its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks import metrics
from synalinks._internal.json import digest
from synalinks._internal.shape import is_dict, is_row
from synalinks.contracts import present_candidate, trainable_by_path
from synalinks.errors import ConfigurationError, SynalinksError, did_you_mean
from synalinks.programs import Program

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.experiments._arm import Arm
    from synalinks.experiments._experiment import Experiment

_NAMES = ("name", "description")
# How long and how a run goes, not what it is.
_NOT_PART = ("callbacks", "verbose", "epochs", "check_callbacks", "callback_errors")


def arm_digest(arm: Arm, common: Mapping[str, Any]) -> str:
    """Return what identifies an arm: its data, settings, program and optimizer.

    The code of functions is no part of it: that a run asks something else than it did
    is found by its journal.

    Args:
        arm: The arm.
        common: Arguments of `fit` that all arms have.
    """
    stages = [_arguments(one) for one in arm.stages]
    content: JsonObject = {
        "fit": _arguments({**common, **arm.fit}),
        "stages": stages,
        "config": as_plain(arm.config),
        "program": _part(arm.program),
        "optimizer": _part(arm.optimizer),
        "reward": _part(arm.reward),
    }
    return digest(content)


def _arguments(given: Mapping[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in given.items() if key not in _NOT_PART}
    data = {key: kept.pop(key) for key in ("x", "y", "validation_data") if key in kept}
    return {**{key: as_plain(value) for key, value in kept.items()}, **_data(data)}


def _data(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return digests of data that can be read more than once."""
    held_out = given.get("validation_data")
    pairs: dict[str, Any] = {
        "train": (given.get("x"), given.get("y")),
        "validation": held_out if is_row(held_out) else (held_out,),
    }
    return {
        name: [digest(list(map(_json, part))) for part in pair if _is_listed(part)]
        for name, pair in pairs.items()
    }


def _is_listed(value: Any) -> bool:
    return is_row(value) or hasattr(value, "dtype")


def _json(value: Any) -> Any:
    return value.get_json() if hasattr(value, "get_json") else str(value)


def _part(value: Any) -> Any:
    if isinstance(value, Program):
        present = present_candidate(trainable_by_path(value))
        return [type(value).__name__, present.digest]
    if value is None or isinstance(value, str):
        return value
    try:
        config = value.get_config()
    except (AttributeError, SynalinksError):
        return getattr(value, "__qualname__", type(value).__qualname__)
    return [type(value).__name__, _without_names(config)]


def _without_names(value: Any) -> Any:
    """Return a configuration without names, which a second one in a session has not."""
    if is_dict(value):
        kept = {key: one for key, one in value.items() if key not in _NAMES}
        return {key: _without_names(one) for key, one in kept.items()}
    return [_without_names(one) for one in value] if is_row(value) else as_plain(value)


def as_plain(value: Any) -> Any:
    """Return settings as JSON: what is none is only named.

    Args:
        value: Any value.
    """
    if is_dict(value):
        return {str(key): as_plain(part) for key, part in value.items()}
    if is_row(value):
        return [as_plain(part) for part in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return getattr(value, "__qualname__", type(value).__qualname__)


def direction_of(experiment: Experiment) -> str:
    """Return whether a higher success metric is better.

    Args:
        experiment: The experiment.
    """
    if experiment.direction is not None:
        return experiment.direction
    benchmark, dot, name = experiment.success_metric.rpartition(".")
    name = name if dot else name.removeprefix("val_")
    if name == "reward":
        return "up"
    for metric in [*_own_metrics(experiment, benchmark), *_arm_metrics(experiment)]:
        if metric.name == name and metric.direction:
            return metric.direction
    return "up"


def check_metric_name(experiment: Experiment) -> None:
    """Refuse a success metric that no benchmark computes, as far as that is known.

    Args:
        experiment: The experiment.

    Raises:
        ConfigurationError: There is no such metric.
    """
    given = experiment.success_metric
    benchmark, dot, name = given.rpartition(".")
    if not dot:
        return  # callbacks may add values of training
    found = _own_metrics(experiment, benchmark)
    if not found:
        if any(arm.is_made and arm.metrics is None for arm in experiment.arms):
            return  # the programs are not there yet
        found = _arm_metrics(experiment)
    known = list(dict.fromkeys(["reward", "failed", *(one.name for one in found)]))
    if name not in known:
        msg = (
            f"`success_metric={given!r}`: {benchmark!r} has no metric {name!r}."
            f"{did_you_mean(name, known)} It has {', '.join(known)}."
        )
        raise ConfigurationError(msg)


def _own_metrics(experiment: Experiment, benchmark: str) -> list[metrics.Metric]:
    found = [one for one in experiment.benchmarks if one.name == benchmark]
    return _resolved([m for one in found for m in one.evaluator.own_metrics or ()])


def _arm_metrics(experiment: Experiment) -> list[metrics.Metric]:
    given: list[Any] = []
    for arm in experiment.arms:
        program: Any = arm.program  # no function, unless `is_made`
        given += arm.metrics or ()
        given += [] if arm.is_made else program.compiled_metrics
    return _resolved(given)


def _resolved(given: Sequence[Any]) -> list[metrics.Metric]:
    return [one for one in map(metrics.get, given) if one is not None]
