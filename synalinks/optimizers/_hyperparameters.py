"""The numbers of an optimizer, which callbacks may read and change."""

from __future__ import annotations

import inspect
import math
from typing import TYPE_CHECKING, Any, cast

from synalinks.contracts import value_at
from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.saving import Configurable

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks.contracts import Schedule


class Hyperparameters(Configurable):
    """The numbers among the constructor's arguments, by name."""

    name: str
    iterations: int

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
        if name in self.schedules:
            msg = (
                f"`{self.name}` was made with a schedule for `{name}`, which nothing "
                "else may change: give it a number, or leave the callback out."
            )
            raise ConfigurationError(msg)
        setattr(self, name, self.checked_hyperparameter(name, value))

    def checked_hyperparameter(self, name: str, value: float) -> float:
        """Return a value for a hyperparameter in the form in which it is used.

        Args:
            name: Name of the argument.
            value: A value for it.

        Raises:
            ConfigurationError: There is no such argument, or it cannot have the value.
        """
        return self._checked({name: value})[name]

    # -- schedules -------------------------------------------------------------

    @property
    def schedules(self) -> dict[str, Schedule]:
        """The schedules among the constructor's arguments."""
        return {
            name: cast("Schedule", value)
            for name, value in self._arguments.items()
            if callable(value) and isinstance(getattr(self, name, None), (int, float))
        }

    def begin_schedules(self) -> None:
        """Put first values where a subclass has kept the schedules it was given."""
        parameters = inspect.signature(type(self)).parameters
        for name, value in self._arguments.items():
            is_kept = callable(value) and getattr(self, name, None) is value
            default = parameters[name].default if name in parameters else None
            if is_kept and isinstance(default, (int, float)):
                first = number_at_start(name, cast("Schedule", value))
                setattr(self, name, round(first) if isinstance(default, int) else first)

    def check_schedules(self, n_steps: int) -> None:
        """Refuse schedules that come to values which their arguments cannot have.

        Args:
            n_steps: Steps that will be taken; the first and the last are looked at.

        Raises:
            ConfigurationError: A value is out of its range.
        """
        for step in {0, max(0, n_steps - 1)} if self.schedules else ():
            self._checked(self._scheduled(self.iterations + step))

    def follow_schedules(self) -> None:
        """Take over the values that the schedules have at the present step."""
        if not self.schedules:
            return
        for name, value in self._checked(self._scheduled(self.iterations)).items():
            setattr(self, name, value)

    def _scheduled(self, step: int) -> dict[str, float]:
        return {name: value_at(name, one, step) for name, one in self.schedules.items()}

    def _checked(self, values: Mapping[str, float]) -> dict[str, float]:
        known = self.hyperparameters()
        fitting: dict[str, float] = {}
        for name, value in values.items():
            if name not in known:
                msg = (
                    f"`{self.name}` has no hyperparameter {name!r}."
                    f"{did_you_mean(name, known)} Available: "
                    f"{', '.join(sorted(known))}."
                )
                raise ConfigurationError(msg)
            check_number(name, value)
            if not math.isfinite(value):
                msg = f"`{name}` is a finite number, received: {show(value)}."
                raise ConfigurationError(msg)
            fitting[name] = round(value) if self._is_count(name) else float(value)
        # The constructor knows what goes with what.
        arguments: dict[str, Any] = {**self._arguments, **known, **fitting}
        if "name" in arguments:
            arguments["name"] = self.name
        type(self)(**arguments)
        return fitting

    def _is_count(self, name: str) -> bool:
        # A temperature of 1 is none, so the value alone does not tell.
        parameter = inspect.signature(type(self)).parameters.get(name)
        annotation = parameter.annotation if parameter else None
        if annotation is float or str(annotation).startswith("float"):
            return False
        return isinstance(getattr(self, name), int)


def number_at_start(name: str, value: float | Schedule) -> float:
    """Return the number that an argument begins with.

    Args:
        name: Name of the argument.
        value: A number, or a schedule.

    Raises:
        ConfigurationError: The schedule gives no number.
    """
    return value_at(name, value, 0) if callable(value) else value


def count_at_start(name: str, value: int | Schedule) -> int:
    """Return the count that an argument begins with.

    Args:
        name: Name of the argument.
        value: A count, or a schedule, whose values are rounded.

    Raises:
        ConfigurationError: The schedule gives no number.
    """
    return round(value_at(name, value, 0)) if callable(value) else value


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
