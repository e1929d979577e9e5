"""`RayHooks`: shared callbacks stay here, and workers of Ray call their hooks."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import threading
from collections import defaultdict
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.callbacks import (
    EXPERIMENT_HOOKS,
    HOOKS,
    CallbackList,
    History,
)
from synalinks.contracts import ArmResult, TrainerState
from synalinks.errors import ConfigurationError
from synalinks.experiments._callback_scopes import of_run
from synalinks.experiments._copies import apart, program_of
from synalinks.experiments._forwarded_callback import (
    ForwardedCallback,
    HookCall,
    HookLine,
)
from synalinks.experiments._run_image import RunImage

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from synalinks.contracts import RunContext
    from synalinks.experiments._run import Job

_MUTABLE = (dict, ArmResult)
# What a hook has spawned has ended before these.
_AFTER_SPAWNED = ("on_train_end", "teardown")
_SHUTDOWN_TIMEOUT_S = 10.0


class Switchboard:
    """Passes calls of hooks on from workers, in order, and their results back.

    It is an actor: workers cannot reach the process of the experiment by themselves.
    """

    def __init__(self) -> None:
        self._calls: defaultdict[str, asyncio.Queue[Any]] = defaultdict(asyncio.Queue)
        self._results: dict[tuple[str, int], asyncio.Future[bytes]] = {}

    async def ask(self, line: str, number: int, call: HookCall) -> bytes:
        """Have something called.

        Args:
            line: Name of the line of the run.
            number: That of the call.
            call: What is to be called.

        Returns:
            What came of it.
        """
        result = asyncio.get_running_loop().create_future()
        self._results[line, number] = result
        self._calls[line].put_nowait((number, call))
        return await result

    async def put(self, line: str, item: tuple[int, None] | None) -> None:
        """Give up a call, or close the line.

        Args:
            line: Name of the line.
            item: Number of the call, and None; None alone closes the line.
        """
        self._calls[line].put_nowait(item)

    async def next(self, line: str) -> tuple[int, HookCall | None] | None:
        """Return the next call of a line, once there is one; None at its end.

        Args:
            line: Name of the line.
        """
        item = await self._calls[line].get()
        if item is None:
            del self._calls[line]
        return item

    async def answer(self, line: str, number: int, result: bytes) -> None:
        """Send the result of a call back.

        Args:
            line: Name of the line.
            number: That of the call.
            result: What came of it.
        """
        self._results.pop((line, number)).set_result(result)


class RayHooks:
    """Calls hooks of shared callbacks here when workers ask for it.

    Args:
        ray: The package, connected.
    """

    def __init__(self, ray: Any) -> None:
        self._ray = ray
        self._switchboard: Any = None
        self._numbers = itertools.count()
        self._opening = threading.Lock()

    def _opened(self) -> Any:
        with self._opening:
            if self._switchboard is None:
                make = self._ray.remote(num_cpus=0)(Switchboard)
                self._switchboard = make.remote()
        return self._switchboard

    @contextlib.asynccontextmanager
    async def serving(
        self, shared: Sequence[Any], job: Job, ctx: RunContext
    ) -> AsyncGenerator[list[ForwardedCallback]]:
        """Call hooks for a worker in a `with` block.

        Args:
            shared: The callbacks that all runs share.
            job: The run of the worker.
            ctx: The context of the run.

        Yields:
            What stands for them in the worker.

        Raises:
            CancelledError: The run was cancelled.
        """
        if not shared:
            yield []
            return
        switchboard = await asyncio.to_thread(self._opened)
        name = f"{job.plan.key} {next(self._numbers)}"
        served = _Served(self._ray, switchboard, name, of_run(shared, ctx), job)
        line = HookLine(self._ray, switchboard, name)
        serving = asyncio.ensure_future(served.serve(ctx))
        is_cut = False
        try:
            yield [ForwardedCallback(line, i, one) for i, one in enumerate(shared)]
        except asyncio.CancelledError:
            is_cut = True
            served.cut()
            raise
        finally:
            switchboard.put.remote(name, None)
            await asyncio.wait([serving])
            error = serving.exception()
            if error is not None and not is_cut:
                raise error


class _Served:
    """Calls the hooks that one worker asks for."""

    def __init__(
        self, ray: Any, switchboard: Any, name: str, callbacks: list[Any], job: Job
    ) -> None:
        self._ray = ray
        self._switchboard = switchboard
        self._name = name
        self._job = job
        # As in one process: a list for the run, and one for its training.
        self._lists = [
            {of: CallbackList([one]) for of in (True, False)} for one in callbacks
        ]
        self._tasks: dict[int, asyncio.Task[None]] = {}
        self._program: Any = None

    async def serve(self, ctx: RunContext) -> None:
        """Call hooks until the line is closed.

        Args:
            ctx: The context of the run.
        """
        self._image = RunImage(self._ray.cloudpickle, ctx, is_copy=True)
        latest = None
        with apart(self._job.plan.seed):
            while item := await self._switchboard.next.remote(self._name):
                number, call = item
                if call is None:
                    self._tasks[number].cancel()  # who has asked was cancelled
                    continue
                latest = asyncio.ensure_future(self._answer(number, call, latest))
                self._tasks[number] = latest
        if latest is not None:
            await asyncio.wait([latest])
        if self._image.state is not None:
            await self._image.state.drain(cancel_after=_SHUTDOWN_TIMEOUT_S)

    def cut(self) -> None:
        """Cancel what is under way."""
        for task in self._tasks.values():
            task.cancel()

    async def _answer(
        self, number: int, call: HookCall, before: asyncio.Task[None] | None
    ) -> None:
        if before is not None:
            await asyncio.wait([before])
        image, args = self._image, list[Any]()
        try:
            args, named, changes = await self._unpacked(call)
            image.apply(changes)
            image.changes()  # what changes from here on, the hook has done
            value, error = await self._call(call, args, named), None
        except Exception as problem:  # noqa: BLE001 - it is raised in the worker
            value, error = None, image.sendable(problem)
        changed: list[Any] = [one if type(one) in _MUTABLE else None for one in args]
        try:
            result = image.dumps((value, error, image.changes(), changed))
        except Exception as problem:  # noqa: BLE001 - as above
            result = image.dumps((None, image.sendable(problem), {}, []))
        await self._switchboard.answer.remote(self._name, number, result)

    async def _unpacked(self, call: HookCall) -> Any:
        image = self._image
        if call.is_new:
            if self._program is None:
                self._program = await program_of(self._job.arm)
            image.begin(_state_of(self._program, image.ctx))
        program = self._program
        if call.built_with and not program.built:
            await program.build_from_config(call.built_with)
        return image.loads(call.content)

    async def _call(self, call: HookCall, args: list[Any], named: Any) -> Any:
        state = self._image.state
        if call.is_new and state is not None:
            for lists in self._lists:
                lists[False].bind(state.program, state.params)
        callbacks = self._lists[call.index][call.method in EXPERIMENT_HOOKS]
        sending: Any = _NothingPasses() if call.is_kept else context.sending.get()
        with (
            context.bound(context.trainer, state if call.in_run else None),
            context.bound(context.sending, sending),
        ):
            if call.method not in HOOKS:
                return getattr(callbacks[0], call.method)(*args)
            if call.method in _AFTER_SPAWNED and state is not None:
                await state.drain()
            return await callbacks.dispatch(call.method, *args, **named)


class _CopiedState(TrainerState):
    """The state of a run that takes place in another process."""

    def __getattr__(self, name: str) -> Any:
        msg = (
            f"`trainer.{name}` is in the worker of Ray in which the run is, and is not "
            "sent to callbacks with the scope `experiment`. One with the scope `run` "
            "is there."
        )
        raise AttributeError(msg)

    async def save_checkpoint(self, *_: Any, **__: Any) -> Any:
        """Refuse: what saves is elsewhere.

        Raises:
            ConfigurationError: Always.
        """
        msg = (
            "On Ray, a callback with the scope `experiment` cannot save by itself: "
            "`self.trainer.request_checkpoint(path)` has it saved after the hook."
        )
        raise ConfigurationError(msg)


class _NothingPasses:
    """Lets no request to a provider pass."""

    async def pass_through(self, send: Any) -> Any:
        """Refuse: its answer would not be saved with the run.

        Args:
            send: Would send it.

        Raises:
            ConfigurationError: Always.
        """
        msg = (
            "On Ray, a callback with the scope `experiment` cannot call models during "
            "a training: the answer would be neither saved with the run, which is in "
            "another process, nor counted. Give the callback the scope `run`."
        )
        raise ConfigurationError(msg)


def _state_of(program: Any, ctx: RunContext) -> TrainerState:
    state = _CopiedState(program=program, stage="train", params={})
    state.ctx, state.history = ctx, History()
    events = program.optimizer.log.events
    state.candidate_events = state.history.candidate_events = events
    state.mark_step(is_done=False)
    del state.callbacks, state.samples
    return state
