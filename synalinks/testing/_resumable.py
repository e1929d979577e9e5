"""`check_resumable`: does a program of the user's survive an interruption exactly?"""

from __future__ import annotations

import asyncio
import tempfile
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks._internal.json import JsonObject, canonical, digest
from synalinks._internal.shape import is_dict, is_row
from synalinks.callbacks import BackupAndRestore, Callback, CallbackList
from synalinks.errors import ConfigurationError, DivergenceError, ResumeError, show

if TYPE_CHECKING:
    from collections.abc import Iterator

_N_INTERRUPTIONS = 5
_CAUSE = (
    "Something keeps a state that is not saved, such as an attribute that a module or "
    "a callback changes: keep it in a variable, or in `state_dict`."
)


class _InterruptedError(Exception):
    """Ends a run for the check; nobody else sees it."""


class _Interruptor(Callback):
    """Ends a run right before a batch is done."""

    callback_order = float("inf")

    def __init__(self, after: int | None) -> None:
        self._n_left = after

    def before_update(self, step: int, logs: Any) -> None:
        if self._n_left is not None:
            self._n_left -= 1
            if not self._n_left:
                raise _InterruptedError


async def check_resumable(program: Any, data: Any, **arguments: Any) -> None:
    """Train a program, with and without interruptions, and compare how that ends.

    The program is trained three times: once as it is; once from what the first run has
    saved of its answers alone; and once with five interruptions in the middle of steps,
    each of which is gone on with. All have to end the same, and only the first one may
    make any call. That fails where something depends on more than its inputs: a module
    that keeps something between calls outside of variables, the time, a random number,
    or an order.

    Afterwards the program is as it was before.

    Args:
        program: A program that is built and compiled.
        data: Training data: `(x, y)`, or a dataset.
        arguments: Further arguments of `fit`; callbacks with state of their own are
            part of what is compared.

    Raises:
        ConfigurationError: The arguments cannot work, or a `BackupAndRestore` is among
            the callbacks.
        DivergenceError: A repeated run asks something else; the message says what.
        ResumeError: A repeated run ends otherwise.

    Costs the LM calls of one `fit`.
    """
    check = _Check(program, data, arguments)
    folder = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="synalinks-")
    try:
        await check.run(Path(folder.name))
    finally:
        check.put_back()
        await asyncio.to_thread(folder.cleanup)


class _Check:
    def __init__(self, program: Any, data: Any, arguments: JsonObject) -> None:
        self._program = program
        pair = data if is_row(data) and len(data) in (1, 2) else (data, None)
        self._x, self._y = (*pair, None)[:2]
        self._arguments = {"verbose": 0, **arguments}
        self._callbacks = list(CallbackList(self._arguments.pop("callbacks", None)))
        if any(isinstance(one, BackupAndRestore) for one in self._callbacks):
            msg = "`check_resumable` saves runs itself: leave `BackupAndRestore` out."
            raise ConfigurationError(msg)
        if not (program.built and program.optimizer):
            msg = (
                "`check_resumable` takes a program that is built and compiled with an "
                f"optimizer, received: {show(program)}."
            )
            raise ConfigurationError(msg)
        self._variables = {one.path: one.get_json() for one in program.variables}
        # A copy: it may hold what the optimizer goes on changing.
        self._optimizer = deepcopy(program.optimizer.state_dict())

    async def run(self, folder: Path) -> None:
        whole = await self._train(folder, None)
        await asyncio.to_thread(_remove_snapshots, folder)
        self.put_back()
        self._compare("worked through again", whole, await self._train(folder, None))
        n_steps = whole["optimizer"]["iterations"]
        await asyncio.to_thread(_remove_snapshots, folder)
        for after in _instants(n_steps):
            self.put_back()
            await self._interrupt(folder, after)
        self.put_back()
        self._compare("interrupted", whole, await self._train(folder, None))

    async def _train(self, folder: Path, after: int | None) -> JsonObject:
        backup = BackupAndRestore(folder / "run", 1, delete_checkpoint=False)
        callbacks = [*self._callbacks, _Interruptor(after), backup]
        program = self._program
        history = await program.fit(
            self._x, self._y, callbacks=callbacks, **self._arguments
        )
        return {
            "variables": {one.path: one.get_json() for one in program.variables},
            "optimizer": deepcopy(program.optimizer.state_dict()),
            "history": history.history,
            "paid calls": backup.n_paid,
        }

    async def _interrupt(self, folder: Path, after: int) -> None:
        try:
            await self._train(folder, after)
        except _InterruptedError:
            return

    def put_back(self) -> None:
        program = self._program
        for variable in program.variables:
            variable.assign(self._variables[variable.path])
        program.optimizer.load_state_dict(deepcopy(self._optimizer))
        program.optimizer.ledger.replace([])

    def _compare(self, how: str, whole: JsonObject, again: JsonObject) -> None:
        if again.pop("paid calls"):
            msg = (
                f"A run that was {how} made calls that the first one did not make: it "
                f"took another way. {_CAUSE}"
            )
            raise DivergenceError(msg)
        for name, value in again.items():
            if canonical(value) != canonical(whole[name]):
                msg = (
                    f"A run that was {how} ends with another {name}: "
                    f"{show(_first_difference(whole[name], value))}. {_CAUSE}"
                )
                raise ResumeError(msg)


def _instants(n_steps: int) -> Iterator[int]:
    """Yield after how many steps of its own each process is interrupted."""
    for number in range(_N_INTERRUPTIONS):
        yield 1 + (number * n_steps) // (2 * _N_INTERRUPTIONS)


def _remove_snapshots(folder: Path) -> None:
    for path in (folder / "run").glob("snap-*.json"):
        path.unlink()


def _first_difference(before: Any, now: Any, path: str = "") -> tuple[str, Any, Any]:
    if is_dict(before) and is_dict(now):
        for key in sorted({*before, *now}, key=str):
            one, other = before.get(key), now.get(key)
            if digest([one]) != digest([other]):
                return _first_difference(one, other, f"{path}/{key}")
    return path, before, now
