"""Means and sums of numbers."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, cast

from synalinks._internal import context
from synalinks.errors import ConfigurationError, StateMismatchError, show
from synalinks.metrics._metric import Direction, Metric, mismatch
from synalinks.metrics._number import checked_number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from typing_extensions import Unpack

    from synalinks._internal.json import JsonObject
    from synalinks.ops import MaskArguments, Outputs


class _Tally(Metric):
    """Adds numbers up and counts them."""

    _total: float = 0.0
    _count: int = 0

    def _add(self, value: object) -> None:
        if value is not None:
            self._total += checked_number(value, self.name)
            self._count += 1

    def reset_state(self) -> None:
        """Forget all numbers."""
        self._total, self._count = 0.0, 0

    def state_dict(self) -> JsonObject:
        """Return the sum and the count."""
        return {"total": self._total, "count": self._count}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from a sum and a count.

        Args:
            state: What `state_dict` returned.

        Raises:
            StateMismatchError: It is the state of a metric of another kind.
        """
        if state.keys() != {"total", "count"}:
            raise StateMismatchError(mismatch(self.name, state, self.state_dict()))
        self._total, self._count = float(state["total"]), int(state["count"])

    def result(self) -> float:
        """Return the mean of the numbers; 0.0 if there are none."""
        return self._total / self._count if self._count else 0.0


class _OfNumbers(_Tally):
    """Adds up numbers that are given, without targets and predictions."""

    # A mean of numbers has no targets: one argument instead of two.
    async def update_state(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, values: object
    ) -> None:
        """Take numbers into account.

        Args:
            values: One number, or an iterable of numbers; None is left out.
        """
        is_many = hasattr(values, "__iter__") and not isinstance(values, str)
        numbers = cast("Iterable[object]", values) if is_many else [values]
        for number in numbers:
            self._add(number)

    async def __call__(  # pyright: ignore[reportIncompatibleMethodOverride]
        self, values: object
    ) -> float:
        """Return the result with further numbers taken into account.

        Args:
            values: As for `update_state`.
        """
        await self.update_state(values)
        return self.result()


class Mean(_OfNumbers):
    """The mean of numbers.

    Args:
        name: Name in logs.
        **masks: Have no effect: numbers have no fields.
    """

    def __init__(
        self, name: str | None = "mean", **masks: Unpack[MaskArguments]
    ) -> None:
        super().__init__(name=name, **masks)


class Sum(_OfNumbers):
    """The sum of numbers.

    Args:
        name: Name in logs.
        **masks: Have no effect: numbers have no fields.
    """

    def __init__(
        self, name: str | None = "sum", **masks: Unpack[MaskArguments]
    ) -> None:
        super().__init__(name=name, **masks)

    def result(self) -> float:
        """Return the sum of the numbers; 0.0 if there are none."""
        return self._total


class MeanMetricWrapper(_Tally):
    """The mean of what a function says of each sample.

    A failed sample (`y_pred` is None) counts as 0.0 without the function being asked.

    Args:
        fn: `async def fn(y_true, y_pred, **kwargs)`, or a plain `def`, that returns a
            number, or None for a sample that is not to be counted.
        name: Name in logs.
        in_mask: As for `Metric`.
        out_mask: As for `Metric`.
        in_mask_pattern: As for `Metric`.
        out_mask_pattern: As for `Metric`.
        **kwargs: Further arguments for the function.

    Raises:
        ConfigurationError: `fn` is no function, or does not take these arguments.
    """

    def __init__(
        self,
        fn: Callable[..., Any],
        name: str | None = "mean_metric_wrapper",
        in_mask: Sequence[str] | None = None,
        out_mask: Sequence[str] | None = None,
        in_mask_pattern: str | None = None,
        out_mask_pattern: str | None = None,
        **kwargs: object,
    ) -> None:
        _check_function(fn, kwargs)
        super().__init__(name, in_mask, out_mask, in_mask_pattern, out_mask_pattern)
        self.fn = fn
        self.kwargs = kwargs
        # Rewards are made higher, so their mean has a direction.
        home = getattr(fn, "__module__", "") or ""
        if home.startswith("synalinks.rewards"):
            self.direction: Direction | None = "up"

    async def update_state(self, y_true: Outputs, y_pred: Outputs) -> None:
        """Ask the function about one sample.

        Args:
            y_true: The target, a data model; None if there is none.
            y_pred: The prediction, a data model; None if the sample failed.
        """
        y_true, y_pred = self.masked(y_true, y_pred)
        if y_pred is None:
            self._add(0.0)
            return
        with context.bound(context.phase, "reward"):  # a function may ask a model
            value = self.fn(y_true, y_pred, **self.kwargs)
            value = await value if inspect.isawaitable(value) else value
        self._add(value)


def _check_function(fn: object, kwargs: dict[str, object]) -> None:
    if not callable(fn) or inspect.isclass(fn):
        msg = (
            f"`MeanMetricWrapper` received {show(fn)}. Expected a function "
            "`async def fn(y_true, y_pred)`."
        )
        raise ConfigurationError(msg)
    try:
        inspect.signature(fn).bind(None, None, **kwargs)
    except TypeError as error:
        msg = (
            f"{show(fn)} cannot be called with `y_true, y_pred` and "
            f"{sorted(kwargs) or 'no further arguments'}: {error}."
        )
        raise ConfigurationError(msg) from None
    except ValueError:  # a function of C without a signature
        return
