"""A program of its own for each run of an arm."""

from __future__ import annotations

import contextlib
import inspect
from typing import TYPE_CHECKING, Any

from synalinks import optimizers
from synalinks._internal import context
from synalinks._internal.json import canonical
from synalinks.callbacks import reachable_models
from synalinks.errors import ConfigurationError, SynalinksError, show
from synalinks.programs import Program
from synalinks.saving import Configurable, copy_configurable

if TYPE_CHECKING:
    from collections.abc import Generator

    from synalinks.experiments._arm import Arm


@contextlib.contextmanager
def apart(seed: int) -> Generator[None]:
    """Keep seed, names and counters of models of a run apart in a `with` block.

    Args:
        seed: Seed of the run.

    Yields:
        None.
    """
    with (
        context.bound(context.seed, seed),
        context.bound(context.twins, {}),
        context.bound(context.name_counts, {}),
    ):
        yield


async def program_of(arm: Arm) -> Program:
    """Return a fresh, compiled program for a run; to be called inside `apart`.

    Args:
        arm: The arm.

    Raises:
        ConfigurationError: It cannot be made, copied or compiled.
    """
    source: Any = arm.program
    program = await _made(arm) if arm.is_made else await _copied(arm, source)
    own = program if arm.is_made else source
    given = {"optimizer": arm.optimizer, "reward": arm.reward, "metrics": arm.metrics}
    if not arm.is_made or any(one is not None for one in given.values()):
        metrics = own.compiled_metrics if arm.metrics is None else arm.metrics
        program.compile(
            optimizer=_fresh(optimizers.get(arm.optimizer) or own.optimizer),
            reward=_fresh(arm.reward or own.reward),
            metrics=metrics,
        )
    if program.optimizer is None or program.reward is None:
        lacks = "an optimizer" if program.optimizer is None else "a reward"
        msg = (
            f"`Arm({arm.name!r})` has no {lacks.split()[1]}: compile its program with "
            f"{lacks}, or give the arm one."
        )
        raise ConfigurationError(msg)
    return program


async def _made(arm: Arm) -> Program:
    made: Any = arm.program(**arm.config)
    if inspect.isawaitable(made):
        made = await made
    if not isinstance(made, Program):
        msg = (
            f"`Arm({arm.name!r})`: `program` is a function that returns a program, it "
            f"returned: {show(made)}."
        )
        raise ConfigurationError(msg)
    return made


async def _copied(arm: Arm, original: Program) -> Program:
    try:
        program = copy_configurable(original)
        if original.built and not program.built:
            await program.build_from_config(original.get_build_config() or {})
        state = original.get_state_tree()
        program.set_state_tree(state)
    except (SynalinksError, TypeError) as error:
        msg = (
            f"`Arm({arm.name!r})`: its program cannot be copied for each run: {error} "
            "Give a function that makes it."
        )
        raise ConfigurationError(msg) from error
    return program


def _fresh(part: Any) -> Any:
    """Return a part of its own for a run; what has no configuration is shared."""
    if not isinstance(part, Configurable):
        return part
    try:
        return copy_configurable(part)
    except (SynalinksError, TypeError):
        return part


class SharedLimits:
    """Lets the programs of all runs count their calls in flight together."""

    def __init__(self) -> None:
        self._first: dict[str, Any] = {}

    def join(self, program: Any) -> None:
        """Have the models of a program share the limits of equal ones before.

        Args:
            program: A program.
        """
        for model in reachable_models(program):
            config = {**model.get_config(), "name": None, "description": None}
            config["fallback"] = None
            first = self._first.setdefault(canonical(config), model)
            if first is not model:
                model.share_limit(first)
