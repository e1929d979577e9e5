"""A reward made of a function."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError, show
from synalinks.rewards._reward import Reward, settled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synalinks.ops import Outputs
    from synalinks.rewards._score import Score


class RewardFunctionWrapper(Reward):
    """Makes a reward of a function of target and prediction.

    Args:
        fn: `async def fn(y_true, y_pred, **kwargs)`, or a plain `def`; it may return
            what `Reward.call` may. A plain `def` should not wait for anything: all
            samples in flight would wait with it.
        reduction: As for `Reward`.
        name: Name in messages and logs; that of the function if None.
        in_mask: As for `Reward`.
        out_mask: As for `Reward`.
        in_mask_pattern: As for `Reward`.
        out_mask_pattern: As for `Reward`.
        **kwargs: Further arguments for the function.

    Raises:
        ConfigurationError: `fn` is no function, or does not take these arguments.
    """

    def __init__(  # noqa: PLR0917 - the public API has them
        self,
        fn: Callable[..., Any],
        reduction: str | None = "mean",
        name: str | None = None,
        in_mask: Sequence[str] | None = None,
        out_mask: Sequence[str] | None = None,
        in_mask_pattern: str | None = None,
        out_mask_pattern: str | None = None,
        **kwargs: object,
    ) -> None:
        check_function(fn, kwargs, type(self).__name__)
        super().__init__(
            name=name or function_name(fn),
            reduction=reduction,
            in_mask=in_mask,
            out_mask=out_mask,
            in_mask_pattern=in_mask_pattern,
            out_mask_pattern=out_mask_pattern,
        )
        self.fn = fn
        self.kwargs = kwargs

    async def call(self, y_true: Outputs, y_pred: Outputs) -> float | Score | None:
        """Return what the function returns.

        Args:
            y_true: The target, masked.
            y_pred: The prediction, masked.
        """
        return await settled(self.fn(y_true, y_pred, **self.kwargs))


def check_function(fn: object, kwargs: dict[str, object], wrapper: str) -> None:
    """Refuse what cannot be called with target and prediction, before it costs money.

    Args:
        fn: What the user gave as a function.
        kwargs: Further arguments that it will be called with.
        wrapper: Name of the class it was given to, for the message.

    Raises:
        ConfigurationError: It cannot be called that way.
    """
    if not callable(fn) or inspect.isclass(fn):
        msg = (
            f"`{wrapper}` received {show(fn)}. Expected a function "
            "`async def fn(y_true, y_pred)`."
        )
        raise ConfigurationError(msg)
    try:
        inspect.signature(fn).bind(None, None, **kwargs)
    except TypeError as error:
        msg = (
            f"`{function_name(fn)}` cannot be called with `y_true, y_pred` and "
            f"{sorted(kwargs) or 'no further arguments'}: {error}."
        )
        raise ConfigurationError(msg) from None
    except ValueError:  # a function of C without a signature
        return


def function_name(fn: object) -> str:
    """Return a name for a function, a partial function or a callable object.

    Args:
        fn: What can be called.
    """
    own = getattr(fn, "__name__", None) or getattr(
        getattr(fn, "func", None), "__name__", type(fn).__name__
    )
    return own.strip("<>")
