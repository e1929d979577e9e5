"""`Benchmark`: a named data set on which the arms of an experiment are compared."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.json import digest
from synalinks.errors import ConfigurationError, did_you_mean
from synalinks.training import Evaluator

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from synalinks.metrics import Metric


class Benchmark:
    """A named data set with metrics, breakdowns and tags.

    Every run is scored on it after training, with the program that training leaves;
    with `every` also while it trains. Nothing is chosen by it.

    Args:
        name: Letters, digits, `_` and `-`.
        x: Inputs, as for `fit`.
        y: Targets, as for `fit`.
        metrics: Metrics, names or functions, as for `compile`; those of the program
            when None.
        breakdowns: By name, how samples are put into groups that are scored apart: the
            name of a field of the target, or else of the input; or a function of both
            that returns the name of the group.
        tags: Labels for loggers.
        every: How often it is scored in training, as the cadence of an `Evaluator`,
            such as `"1ep"` or `"10ba"`; None for only after training.
        batch_size: Samples in a batch, as callbacks see them.

    Raises:
        ConfigurationError: An argument cannot work.

    Costs the program's LM calls, once per sample and score.
    """

    def __init__(
        self,
        name: str,
        x: Any,
        y: Any = None,
        *,
        metrics: Sequence[Any] | None = None,
        breakdowns: Mapping[str, str | Callable[[Any, Any], Any]] | None = None,
        tags: Sequence[str] = (),
        every: str | None = None,
        batch_size: int = 32,
    ) -> None:
        # It has the same rules as one, and is one in training.
        self.evaluator: Evaluator = Evaluator(
            name, x, y, every=every, metrics=metrics, batch_size=batch_size, tags=tags
        )
        self.name = name
        self.every = every
        self.tags: tuple[str, ...] = tuple(tags)
        self.breakdowns: dict[str, str | Callable[[Any, Any], Any]] = dict(
            breakdowns or {}
        )
        self.batch_size = batch_size
        samples = self.evaluator.feed.samples
        self.x: list[Any] = [one.x for one in samples]
        has_no_target = y is None and not any(one.y for one in samples)
        self.y: list[Any] | None = None if has_no_target else [one.y for one in samples]
        self.benchmark_id: str = digest(
            [[one.x.get_json(), one.y and one.y.get_json()] for one in samples]
        )
        for breakdown in self.breakdowns:
            self._check_breakdown(breakdown)

    def _check_breakdown(self, name: str) -> None:
        """Refuse what cannot group the samples: they are all known.

        Args:
            name: Name of the breakdown.

        Raises:
            ConfigurationError: No sample has the field, or the function fails.
        """
        rule, where = self.breakdowns[name], f"`Benchmark({self.name!r})`"
        targets = self.y or [None] * len(self.x)
        if isinstance(rule, str):
            parts = [one.get_json() for one in [*targets, *self.x] if one is not None]
            fields = list(dict.fromkeys(key for one in parts for key in one))
            if rule not in fields:
                msg = (
                    f"{where}: `breakdowns` has {name!r} by the field {rule!r}, which "
                    f"no sample has.{did_you_mean(rule, fields)} Fields: "
                    f"{', '.join(fields)}."
                )
                raise ConfigurationError(msg)
            return
        for index, (x, y) in enumerate(zip(self.x, targets, strict=True)):
            try:
                rule(x, y)
            except Exception as error:
                msg = (
                    f"{where}: the function of the breakdown {name!r} fails on sample "
                    f"{index}: {type(error).__name__}: {error}."
                )
                raise ConfigurationError(msg) from error

    def metrics_of(self, program: Any) -> list[Metric]:
        """Return the metrics that it computes.

        Args:
            program: The program that is scored.
        """
        return self.evaluator.metrics_of(program)

    def group_of(self, breakdown: str, x: Any, y: Any) -> str:
        """Return the group that a sample is in.

        Args:
            breakdown: Name of the breakdown.
            x: The input.
            y: The target, or None.
        """
        rule = self.breakdowns[breakdown]
        if not isinstance(rule, str):
            return str(rule(x, y))
        value = y.get(rule) if y is not None else None
        return str(x.get(rule) if value is None else value)

    def __repr__(self) -> str:
        return f"<Benchmark {self.name!r} of {len(self.x)} samples>"
