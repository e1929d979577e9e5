"""`Arm`: one way of training that an experiment compares with others."""

from __future__ import annotations

import inspect
import itertools
import re
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_row
from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.programs import Program
from synalinks.training import Trainer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.=,+-]*")
_OF_THE_EXPERIMENT = ("self", "resume", "ctx")
_PARTS = ("program", "optimizer", "reward", "metrics")


class Arm:
    """One way of training: a program, an optimizer, and arguments of `fit`.

    Each run of the arm begins with a fresh program, optimizer, reward and metrics:
    copies of those given, or what a function makes. Runs of one arm differ by their
    seed only.

    Args:
        name: Letters, digits and `_.=,+-`; runs and their folders are named after it.
        program: A program, or a function that makes one, plain or `async`; it is called
            for each run with `config` as keyword arguments. A function can also be sent
            to other machines.
        optimizer: As for `compile`; that of the program when None.
        reward: As for `compile`; that of the program when None.
        metrics: As for `compile`; those of the program when None.
        fit: Arguments of `fit`, such as `{"x": x, "y": y, "epochs": 4}`; they win over
            those of the experiment.
        stages: Data sets on which the program is trained one after the other: its
            variables are carried over, the optimizer begins anew, and the chain ends at
            the first failure. Each is `(x, y)`, or a dict of arguments of `fit` with
            an optional `name`.
        config: Settings of the arm, as JSON, for the function that makes the program,
            and for loggers.

    Attributes:
        shown: Settings as they are in results: `config`, or of a search what was
            chosen.

    Raises:
        ConfigurationError: An argument cannot work.
    """

    def __init__(
        self,
        name: str,
        program: Any,
        optimizer: Any = None,
        *,
        reward: Any = None,
        metrics: Sequence[Any] | None = None,
        fit: Mapping[str, Any] | None = None,
        stages: Sequence[Any] | None = None,
        config: Mapping[str, Any] | None = None,
    ) -> None:
        check_name("The name of an arm", name)
        if isinstance(program, type) or not callable(program):
            msg = (
                f"`Arm({name!r})`: `program` is a program, or a function that makes "
                f"one, received: {show(program)}."
            )
            raise ConfigurationError(msg)
        self.name = name
        self.program = program
        self.optimizer = optimizer
        self.reward = reward
        self.metrics = metrics
        self.fit: dict[str, Any] = dict(fit or {})
        check_fit_arguments(f"Arm({name!r})", self.fit)
        self.stages: list[dict[str, Any]] = [
            _stage(name, i, one) for i, one in enumerate(stages or ())
        ]
        self.config: dict[str, Any] = dict(config or {})
        if self.is_made:
            _check_config(name, program, self.config)
        self.shown: dict[str, Any] = dict(self.config)

    @classmethod
    def grid(
        cls, axes: Mapping[str, Any], *, program: Any = None, **common: Any
    ) -> list[Arm]:
        """Return an arm for each combination of values.

        Args:
            axes: By name what varies: `program`, `optimizer`, `reward` or `metrics`; an
                argument of `fit`; anything else is an argument of the function that
                makes the program. The values are a list, or a dict by label.
            program: As for `Arm`, if it does not vary.
            common: Further arguments of all arms.

        Returns:
            The arms, the last axis varying fastest; they are named after the values,
            such as `optimizer=OMEGA,batch_size=4`.

        Raises:
            ConfigurationError: An axis has no values, or is not what can vary.
        """
        labelled = {axis: _labelled(axis, values) for axis, values in axes.items()}
        arms: list[Arm] = []
        for point in itertools.product(*(one.items() for one in labelled.values())):
            chosen = dict(zip(labelled, point, strict=True))
            name = ",".join(f"{axis}={label}" for axis, (label, _) in chosen.items())
            values = {axis: value for axis, (_, value) in chosen.items()}
            arms.append(cls(name, **_varied({"program": program, **common}, values)))
        return arms

    def varied(self, name: str, values: Mapping[str, Any]) -> Arm:
        """Return an arm like this one with other values.

        Args:
            name: Name of the new arm.
            values: By name, as the axes of `grid`.
        """
        parts = ("program", "optimizer", "reward", "metrics", "fit", "stages", "config")
        common = {part: getattr(self, part) for part in parts}
        return Arm(name, **_varied(common, values))

    @property
    def is_made(self) -> bool:
        """Whether a function makes the program."""
        return not isinstance(self.program, Program)

    def __repr__(self) -> str:
        return f"<Arm {self.name!r}>"


def check_name(what: str, name: Any) -> None:
    """Refuse what cannot be the name of a folder on any system.

    Args:
        what: What is named, for the message.
        name: The name.

    Raises:
        ConfigurationError: It has other characters, or is no text.
    """
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        msg = (
            f"{what} begins with a letter or digit and goes on with letters, digits "
            f"and `_.=,+-`, received: {show(name)}."
        )
        raise ConfigurationError(msg)


def check_fit_arguments(where: str, arguments: Mapping[str, Any]) -> None:
    """Refuse what `fit` does not take, or what the experiment gives it.

    Args:
        where: Who has them, for the message.
        arguments: Arguments of `fit` by name.

    Raises:
        ConfigurationError: One cannot be given.
    """
    known = fit_arguments()
    for name in arguments:
        if name in _OF_THE_EXPERIMENT:
            msg = f"`{where}`: `{name}` is given to `fit` by the experiment."
            raise ConfigurationError(msg)
        if name not in known:
            hint = did_you_mean(name, known)
            msg = f"`{where}`: `fit` takes no argument `{name}`.{hint}"
            raise ConfigurationError(msg)


def fit_arguments() -> list[str]:
    """Return the names of the arguments of `fit` that an arm may have."""
    names = inspect.signature(Trainer.fit).parameters
    return [name for name in names if name not in _OF_THE_EXPERIMENT]


def _stage(arm: str, index: int, given: Any) -> dict[str, Any]:
    if is_row(given) and len(given) == len("xy"):
        return {"name": f"stage{index + 1}", "x": given[0], "y": given[1]}
    if not is_dict(given) or "x" not in given:
        msg = (
            f"`Arm({arm!r})`: a stage is `(x, y)` or a dict of arguments of `fit` with "
            f"`x`, received: {show(given)}."
        )
        raise ConfigurationError(msg)
    stage = {"name": f"stage{index + 1}", **given}
    check_name("The name of a stage", stage["name"])
    check_fit_arguments(
        f"Arm({arm!r})", {k: v for k, v in stage.items() if k != "name"}
    )
    return stage


def _labelled(axis: str, values: Any) -> dict[str, Any]:
    if is_dict(values) and values:
        return values
    if not is_row(values) or not values:
        msg = (
            f"`Arm.grid`: the axis {axis!r} needs a list of values, or a dict by "
            f"label, received: {show(values)}."
        )
        raise ConfigurationError(msg)
    found: dict[str, Any] = {}
    for value in values:
        label = _label(value)
        n_alike = sum(one.partition("+")[0] == label for one in found)
        found[f"{label}+{n_alike + 1}" if n_alike else label] = value
    return found


def _label(value: Any) -> str:
    if value is None or isinstance(value, (bool, int, float, str)):
        text = str(value)
    else:
        text = getattr(value, "__name__", None) or type(value).__name__
    return re.sub(r"[^A-Za-z0-9_.-]+", "-", text).strip("-") or "empty"


def _check_config(name: str, make: Any, config: Mapping[str, Any]) -> None:
    try:
        signature = inspect.signature(make)
    except ValueError:  # a function of C
        return
    try:
        signature.bind(**config)
    except TypeError as error:
        msg = (
            f"`Arm({name!r})`: the function that makes the program is called with "
            f"`config` as keyword arguments, {show(config)}, and takes {signature}: "
            f"{error}."
        )
        raise ConfigurationError(msg) from error


def _varied(common: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    of_fit = fit_arguments()
    arguments: dict[str, Any] = dict(common)
    added: list[str] = []
    fit, config = dict(common.get("fit") or {}), dict(common.get("config") or {})
    for axis, value in values.items():
        if axis in _PARTS:
            arguments[axis] = value
        elif axis in of_fit:
            fit[axis] = value
        else:
            config[axis] = value
            added.append(axis)
    if added and isinstance(arguments["program"], Program):
        hint = did_you_mean(added[0], [*_PARTS, *of_fit])
        msg = (
            f"{added[0]!r} cannot vary: it is no part of an arm and no argument of "
            f"`fit`, and `program` is no function that could take it.{hint}"
        )
        raise ConfigurationError(msg)
    return {**arguments, "fit": fit, "config": config}
