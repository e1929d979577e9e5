"""Curves: what histories hold that is numbers, by name."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from synalinks.errors import ConfigurationError, did_you_mean, show

if TYPE_CHECKING:
    from synalinks.callbacks import History

    HistoryLike: TypeAlias = History | Mapping[str, Sequence[Any]]

_VALIDATION = "val_"
_MIN_FOR_SPREAD = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The values of one name."""

    name: str
    """Its name in the logs."""
    epochs: Sequence[int]
    """Where there are values; counted from 1."""
    values: Sequence[float]
    """Finite numbers, one for each of them."""
    spreads: Sequence[float] | None = None
    """Standard deviations of means; None where the values are no means."""

    @property
    def metric(self) -> str:
        """The name without what says that it is one of validation."""
        return self.name.removeprefix(_VALIDATION)

    @property
    def is_validation(self) -> bool:
        """Whether it is one of validation."""
        return self.name.startswith(_VALIDATION)


def curves_of(history: HistoryLike) -> list[Curve]:
    """Return the curves of a history.

    Args:
        history: What `fit` returned, or its `history` dict.

    Raises:
        ConfigurationError: It is neither, or has no number in it.
    """
    values_by_name: Any = getattr(history, "history", history)
    if not isinstance(values_by_name, Mapping) or not all(
        hasattr(values, "__len__") for values in cast("Any", values_by_name).values()
    ):
        msg = f"`history` is what `fit` returned, received: {show(history)}."
        raise ConfigurationError(msg)
    indices: Any = getattr(history, "epoch", None)
    curves: list[Curve] = []
    for name, values in cast("Mapping[Any, Sequence[Any]]", values_by_name).items():
        # A value may be missing where validation is not done after every epoch.
        points = [
            (epoch + 1, float(value))
            for epoch, value in zip(indices or range(len(values)), values, strict=False)
            if isinstance(value, Real) and math.isfinite(value)
        ]
        if points:
            epochs, numbers = zip(*points, strict=True)
            curves.append(Curve(name=str(name), epochs=epochs, values=numbers))
    if not curves:
        msg = "There is nothing to plot: no epoch has a value that is a number."
        raise ConfigurationError(msg)
    return curves


def mean_curves(histories: Iterable[HistoryLike]) -> list[Curve]:
    """Return the means of several runs, epoch by epoch, with standard deviations.

    An epoch that a run did not come to, or has no value of, is one of the others.

    Args:
        histories: What `fit` returned, once for each run.

    Raises:
        ConfigurationError: There is none, or one of them is none.
    """
    check_runs("history_list", histories)
    found: dict[str, dict[int, list[float]]] = {}
    for history in histories:
        for curve in curves_of(history):
            by_epoch = found.setdefault(curve.name, {})
            for epoch, value in zip(curve.epochs, curve.values, strict=True):
                by_epoch.setdefault(epoch, []).append(value)
    return [
        Curve(
            name=name,
            epochs=sorted(by_epoch),
            values=[statistics.fmean(by_epoch[epoch]) for epoch in sorted(by_epoch)],
            spreads=[spread_of(by_epoch[epoch]) for epoch in sorted(by_epoch)],
        )
        for name, by_epoch in found.items()
    ]


def spread_of(values: Sequence[float]) -> float:
    """Return the standard deviation of a sample; 0.0 of a single value.

    Args:
        values: At least one.
    """
    return statistics.stdev(values) if len(values) >= _MIN_FOR_SPREAD else 0.0


def check_runs(name: str, runs: Any) -> None:
    """Make sure that something is a list of runs.

    Args:
        name: The argument.
        runs: What was given.

    Raises:
        ConfigurationError: It is no list, or an empty one.
    """
    received = show(runs)
    is_list = isinstance(runs, Sequence) and not isinstance(runs, str)
    if not is_list or not len(cast("Sequence[Any]", runs)):
        msg = f"`{name}` is a list with one entry per run, received: {received}."
        raise ConfigurationError(msg)


def check_named(name: str, runs: Any) -> None:
    """Make sure that something is a dict of runs by name.

    Args:
        name: The argument.
        runs: What was given.

    Raises:
        ConfigurationError: It is no dict, or an empty one.
    """
    received = show(runs)
    if not isinstance(runs, Mapping) or not runs:
        msg = (
            f"`{name}` is a dict of what is compared, by the name that the picture is "
            f"to give it, received: {received}."
        )
        raise ConfigurationError(msg)


def chosen(curves: Sequence[Curve], names: Iterable[str] | None) -> list[Curve]:
    """Return the curves that are asked for.

    Args:
        curves: What there is.
        names: Names of values or metrics; None for all that tell something.

    Raises:
        ConfigurationError: A name is not known, or nothing is asked for.
    """
    if names is None:
        # A line of zeros for the samples that failed is no news; scores are.
        return [one for one in curves if one.metric != "failed" or any(one.values)]
    known = dict.fromkeys(name for one in curves for name in (one.metric, one.name))
    wanted = checked_filter(names, list(known), "the history")
    return [one for one in curves if one.name in wanted or one.metric in wanted]


def checked_filter(
    names: Iterable[str], known: Sequence[str], where: str
) -> Sequence[str]:
    """Return the names of `metrics_filter` as a list.

    Args:
        names: What was given.
        known: What may be named.
        where: What it is that has these names.

    Raises:
        ConfigurationError: A name is not known, or there is none.
    """
    wanted = [names] if isinstance(names, str) else list(names)
    for name in wanted:
        if name not in known:
            msg = (
                f"`metrics_filter` names `{name}`, which {where} does not have. It "
                f"has: {', '.join(f'`{one}`' for one in known)}."
                f"{did_you_mean(name, known)}"
            )
            raise ConfigurationError(msg)
    if not wanted:
        msg = "There is nothing to plot: `metrics_filter` is empty."
        raise ConfigurationError(msg)
    return wanted
