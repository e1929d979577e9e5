"""`CallbackSuite`: what every callback has to do."""

from __future__ import annotations

import asyncio
import json
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from synalinks._internal.shape import is_dict
from synalinks.callbacks import HOOKS, LambdaCallback, StopRun
from synalinks.testing._toy_program import make_toy_program, toy_data

if TYPE_CHECKING:
    from synalinks.callbacks import History

_OF_CALLBACKS = {
    "params": dict,
    "callback_order": (int, float),
    "on_hook_error": str,
    "state_key": str,
}
_CLOCK_TOLERANCE = 60.0
_POLICIES = ("raise", "warn", "disable")


class CallbackSuite:
    """Tests that a callback is a good citizen; subclass it, and pytest runs it.

    Override `make`. The tests train a program of one prompt over a scripted language
    model, in a folder of their own, and need no provider.

    Attributes:
        fit_options: Further arguments of the `fit` that the tests call.

    Example:
        ```python
        class TestMine(CallbackSuite):
            def make(self, folder):
                return Mine(folder / "mine.txt")
        ```
    """

    fit_options: ClassVar[dict[str, Any]] = {}

    def make(self, folder: Path) -> Any:
        """Return a new callback.

        Args:
            folder: An empty folder for its files.

        Raises:
            NotImplementedError: The subclass has not overridden it.
        """
        msg = f"`{type(self).__name__}.make` is to return the callback to test."
        raise NotImplementedError(msg)

    # -- how the tests run it ----------------------------------------------------------

    async def fit(self, program: Any, *callbacks: Any, **options: Any) -> History:
        """Run two epochs of two batches with validation.

        Args:
            program: The program.
            callbacks: Callbacks of the run.
            options: Arguments of `fit` that are to be others.

        Returns:
            The history.
        """
        arguments = {
            "validation_data": toy_data(4, 8),
            "batch_size": 2,
            "epochs": 2,
            "verbose": 0,
            **self.fit_options,
            **options,
        }
        return await program.fit(
            *toy_data(0, 4), callbacks=list(callbacks), **arguments
        )

    # -- the tests ---------------------------------------------------------------------

    def test_it_is_whole_before_any_run(self) -> None:
        """What `Callback` promises is there, whether `super()` was called or not."""
        callback = self._made()
        for name, kind in _OF_CALLBACKS.items():
            value = getattr(callback, name, None)
            _expect(isinstance(value, kind), f"`{name}` is {value!r} before a run")
        policy = callback.on_hook_error
        _expect(policy in _POLICIES, f"`on_hook_error` is {policy!r}")

    def test_it_has_no_unknown_hooks(self) -> None:
        """Every method named like a hook is one, so that it is called."""
        callback = self._made()
        known = {*HOOKS, *getattr(callback, "_extra_hooks", ())}
        unknown = [
            name
            for name in dir(callback)
            if name.startswith(("on_", "before_"))
            and callable(getattr(callback, name))
            and name not in known
        ]
        _expect(not unknown, f"{unknown} are no hooks and never called")

    def test_it_lives_through_fit_evaluate_and_predict(self) -> None:
        """Its hooks take their arguments by position, plain or `async`."""

        async def run(callback: Any) -> None:
            program = await make_toy_program()
            history = await self.fit(program, callback)
            _expect(bool(history.epoch), "no epoch was run")
            x, y = toy_data(0, 2)
            await program.evaluate(x, y, callbacks=callback, verbose=0)
            await program.predict(x, callbacks=callback, verbose=0)

        self._run(run)

    def test_its_state_is_json_and_comes_back(self) -> None:
        """`state_dict` survives JSON, and another instance takes it."""

        async def run(callback: Any, other: Any) -> None:
            states: list[Any] = []

            def save(*_: Any) -> None:
                states.append(callback.state_dict())

            def load(*_: Any) -> None:
                other.load_state_dict(copied)
                loaded = other.state_dict()
                _expect(_is_alike(loaded, state), f"{state} was loaded as {loaded}")

            saving = LambdaCallback(on_epoch_end=save, callback_order=99)
            await self.fit(await make_toy_program(), callback, saving)
            state = states[-1]
            copied = json.loads(json.dumps(state, allow_nan=False))
            _expect(copied == state, f"JSON changes the state {state}")
            loading = LambdaCallback(on_train_begin=load, callback_order=99)
            await self.fit(await make_toy_program(), other, loading)

        self._run(run, n=2)

    def test_it_serves_two_fits(self) -> None:
        """One instance runs twice; nothing of the first run ends the second one."""

        async def run(callback: Any) -> None:
            first = await self.fit(await make_toy_program(), callback)
            second = await self.fit(await make_toy_program(), callback)
            _expect(first.epoch == second.epoch, "the second fit had other epochs")

        self._run(run)

    def test_it_lives_with_the_stop_of_another(self) -> None:
        """After a `StopRun` in the first batch `fit` returns, with its reason."""

        async def run(callback: Any) -> None:
            stop = LambdaCallback(before_update=_raising(StopRun("enough")))
            history = await self.fit(await make_toy_program(), stop, callback)
            reason = history.stop_reason
            _expect(reason == "enough", f"the reason became {reason!r}")

        self._run(run)

    def test_it_hides_no_error_of_another(self) -> None:
        """The caller gets the error of another callback, and nothing about this one."""

        async def run(callback: Any) -> None:
            error = LookupError("of another")
            failing = LambdaCallback(on_epoch_end=_raising(error))
            raised: Exception | None = None
            try:
                await self.fit(await make_toy_program(), failing, callback)
            except Exception as found:  # noqa: BLE001 - it is looked at
                raised = found
            _expect(raised is error, f"the caller got {raised!r}")
            _, *notes = error.__notes__
            notes = [one for one in notes if not one.startswith("The run is saved")]
            _expect(not notes, f"it failed while the error was dealt with: {notes}")

        self._run(run)

    def test_it_is_open_about_changes_of_the_program(self) -> None:
        """If it changes the program in any hook, it says so with `mutates`."""

        async def run(callback: Any) -> None:
            with warnings.catch_warnings():
                warnings.filterwarnings("error", "changed the program")
                await self.fit(await make_toy_program(), callback, check_callbacks=True)

        self._run(run)

    # -- helpers -----------------------------------------------------------------------

    def _made(self) -> Any:
        with tempfile.TemporaryDirectory() as folder:
            return self.make(Path(folder))

    def _run(self, run: Any, *, n: int = 1) -> None:
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(run(*[self.make(Path(folder)) for _ in range(n)]))


def _expect(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)


def _is_alike(loaded: Any, saved: Any) -> bool:
    """Return whether two states are one, but for the time that has passed."""
    if is_dict(saved) and is_dict(loaded):
        return saved.keys() == loaded.keys() and all(
            _is_alike(loaded[key], value) for key, value in saved.items()
        )
    if isinstance(saved, float) and isinstance(loaded, float):
        return abs(loaded - saved) < _CLOCK_TOLERANCE
    return loaded == saved


def _raising(error: Exception) -> Any:
    def hook(*_: Any) -> None:
        raise error

    return hook
