"""The numbers of an optimizer, which callbacks may read and change."""

from __future__ import annotations

import inspect
import math
from typing import Any

from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.saving import Configurable


class Hyperparameters(Configurable):
    """The numbers among the constructor's arguments, by name."""

    name: str

    def hyperparameters(self) -> dict[str, float]:
        """Return every number among the constructor's arguments, as it is now."""
        present = {name: getattr(self, name, None) for name in self._arguments}
        return {
            name: value
            for name, value in present.items()
            if isinstance(value, (int, float)) and not isinstance(value, bool)
        }

    def set_hyperparameter(self, name: str, value: float) -> None:
        """Change a number of the constructor's arguments from now on.

        Args:
            name: Name of the argument.
            value: Its value; rounded where it is a count.

        Raises:
            ConfigurationError: There is no such argument, or it cannot have the value.
        """
        setattr(self, name, self.checked_hyperparameter(name, value))

    def checked_hyperparameter(self, name: str, value: float) -> float:
        """Return a value for a hyperparameter in the form in which it is used.

        Args:
            name: Name of the argument.
            value: A value for it.

        Raises:
            ConfigurationError: There is no such argument, or it cannot have the value.
        """
        known = self.hyperparameters()
        if name not in known:
            msg = (
                f"`{self.name}` has no hyperparameter {name!r}."
                f"{did_you_mean(name, known)} Available: {', '.join(sorted(known))}."
            )
            raise ConfigurationError(msg)
        check_number(name, value)
        if not math.isfinite(value):
            msg = f"`{name}` is a finite number, received: {show(value)}."
            raise ConfigurationError(msg)
        fitting = round(value) if self._is_count(name) else float(value)
        # The constructor knows what goes with what.
        arguments: dict[str, Any] = {**self._arguments, **known, name: fitting}
        if "name" in arguments:
            arguments["name"] = self.name
        type(self)(**arguments)
        return fitting

    def _is_count(self, name: str) -> bool:
        # A temperature of 1 is none, so the value alone does not tell.
        parameter = inspect.signature(type(self)).parameters.get(name)
        annotation = parameter.annotation if parameter else None
        if annotation in {"float", float}:
            return False
        return isinstance(getattr(self, name), int)


def check_number(
    argument: str,
    value: Any,
    *,
    at_least: float | None = None,
    above: float | None = None,
) -> None:
    """Refuse what is no number, or out of range.

    Args:
        argument: Name of the argument, for the message.
        value: What was given.
        at_least: Smallest value allowed.
        above: Value that it must exceed.

    Raises:
        ConfigurationError: The value is no number or too small.
    """
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number and not (
        (at_least is not None and value < at_least)
        or (above is not None and value <= above)
    ):
        return
    bound = f" at least {at_least}" if at_least is not None else ""
    bound = f" above {above}" if above is not None else bound
    msg = f"`{argument}` is a number{bound}, received: {show(value)}."
    raise ConfigurationError(msg)
