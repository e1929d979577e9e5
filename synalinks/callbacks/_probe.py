"""`Probe`: values of one's own in the logs, every so often."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, TypeAlias

from synalinks._internal.shape import is_dict
from synalinks.callbacks._cadence import Cadence
from synalinks.callbacks._callback import Callback
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Mapping

    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import Logs
    from synalinks.contracts import TrainerState

    _Function: TypeAlias = Callable[[TrainerState], Any | Awaitable[Any]]


class Probe(Callback):
    """Puts the results of functions into the logs of a batch, before its update.

    The functions see the program as it was when the batch was run: its proposal is
    accepted and not applied yet. They are called for the first batch, and then every
    so often.

    Args:
        functions: `def function(trainer)` or `async def`, by the name that its value
            has in the logs. A value that is no number goes to `trainer.records`.
        every: A cadence, such as `10ba` or `$0.50`; not of epochs.

    Raises:
        ConfigurationError: There is no function, or `every` is no such cadence.
    """

    def __init__(self, functions: Mapping[str, _Function], every: str = "10ba") -> None:
        if not is_dict(functions) or not functions:
            msg = f"`functions` is a dict of functions, received: {show(functions)}."
            raise ConfigurationError(msg)
        for name, function in functions.items():
            if not callable(function):
                msg = f"`functions[{name!r}]` is no function: {show(function)}."
                raise ConfigurationError(msg)
        self._cadence = Cadence(every, from_the_start=True)
        if self._cadence.interval.unit == "ep":
            msg = f"A probe looks at batches: `every` is no '2ep', received: {every!r}."
            raise ConfigurationError(msg)
        self.functions: dict[str, _Function] = dict(functions)
        self.every = every
        self.provides: Collection[str] = tuple(functions)

    @property
    def state_key(self) -> str:
        """The name under which the state is kept."""
        return f"{type(self).__name__}({', '.join(self.functions)})"

    def state_dict(self) -> JsonObject:
        """Return when it was due last."""
        return self._cadence.state_dict()

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from there.

        Args:
            state: What `state_dict` returned.
        """
        self._cadence.load_state_dict(state)

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Begin to count.

        Args:
            logs: Empty.
        """
        self._cadence.begin(self.trainer)

    async def before_update(self, step: int, logs: Logs) -> None:
        """Call the functions, if it is time.

        Args:
            step: Index of the step.
            logs: The row of the batch.
        """
        if not self._cadence.is_due(self.trainer):
            return
        for name, function in self.functions.items():
            value = function(self.trainer)
            self.trainer.log(name, await value if inspect.isawaitable(value) else value)
