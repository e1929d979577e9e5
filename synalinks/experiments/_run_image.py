"""`RunImage`: what callbacks see of a run, kept alike in two processes."""

from __future__ import annotations

import functools
import io
import pickle
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

from synalinks._internal.shape import is_dict
from synalinks.errors import ConfigurationError, TrainingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from synalinks.contracts import RunContext, TrainerState

Cell: TypeAlias = "tuple[str, Any, Callable[[Any], object]]"

# Live objects of one process, and what is too large to be sent.
_STAYS = {
    "program", "callbacks", "read_usage", "samples", "ctx", "history", "_tasks",
}  # fmt: skip
_OF_HISTORY = (
    "history", "epoch", "stop_reason", "best", "callback_seconds", "restored",
)  # fmt: skip
_OF_PROGRAM = ("stop_training", "stop_evaluating", "stop_predicting")
_OF_OPTIMIZER = (
    "iterations", "epochs", "population", "proposals", "_seed", "_incumbent", "_winner",
)  # fmt: skip
# Lists that are appended to: only their ends are sent.
_GROWING = {"trainer.rows", "trainer.records", "trainer.candidate_events"}
# Sent at all times: the row of a batch is the `logs` of its hooks, on both sides.
_ALWAYS = {"trainer.rows", "trainer.logs"}
# What the run alone knows.
_OF_THE_RUN = {"usage", "trainer.artifacts", "trainer.params"}


class RunImage:
    """The parts of a run that hooks read and change, as cells by name.

    One side is the run itself, the other a copy that hooks are called with. Cells that
    have changed are sent before a hook, and those that it has changed after it.

    Args:
        cloudpickle: That of Ray.
        ctx: The context of the run.
        is_copy: Whether this is the side of the copy.

    Attributes:
        state: The state of the run; None where none is under way.
    """

    def __init__(self, cloudpickle: Any, ctx: RunContext, *, is_copy: bool) -> None:
        self.ctx = ctx
        self.state: TrainerState | None = None
        self._cloudpickle = cloudpickle
        self._is_copy = is_copy
        self._known: dict[str, bytes] = {}
        self._lengths: dict[str, int] = {}

    def begin(self, state: TrainerState) -> None:
        """Go over to another state, of which the other side knows nothing.

        Args:
            state: The state.
        """
        self.state = state
        self._known.clear()
        self._lengths.clear()

    # -- cells -------------------------------------------------------------------------

    def changes(self) -> dict[str, Any]:
        """Return the cells that have changed since this was last asked.

        Raises:
            ConfigurationError: A cell holds what cannot be sent.
        """
        found: dict[str, Any] = {}
        for name, value, _ in self._cells():
            if self._is_copy and name in _OF_THE_RUN:
                continue
            part = self._end_of(name, value)
            known, content = self._known.get(name), self._dumped(name, part)
            is_due = name in _ALWAYS and not self._is_copy
            if is_due or not (content == known or self._equals(known, part)):
                found[name] = part
            if name in _GROWING:
                self._lengths[name] = len(value)
                content = self._dumped(name, self._end_of(name, value))
            self._known[name] = content
        return found

    def apply(self, changes: Mapping[str, Any]) -> None:
        """Take over what has changed on the other side.

        Args:
            changes: What its `changes` returned.

        Raises:
            ConfigurationError: There is no such cell here.
        """
        cells = {name: write for name, _, write in self._cells()}
        for name, value in changes.items():
            if name not in cells:
                msg = (
                    f"`{name}` of the run of a worker is not in the program that "
                    f"`Arm({self.ctx.run_config.get('arm')!r})` makes here: a program "
                    "must be made alike in all processes."
                )
                raise ConfigurationError(msg)
            cells[name](value)
        if self._is_copy and self.state is not None:
            self.state.history.artifacts = self.state.artifacts

    def _cells(self) -> Iterator[Cell]:
        ctx, state = self.ctx, self.state
        yield "ctx.extras", ctx.extras, partial(_refill, ctx.extras)
        yield "ctx.usage", ctx.usage, partial(setattr, ctx, "usage")
        own: Any = getattr(ctx.ids, "maps", [ctx.ids])[0]
        yield "ctx.ids", dict(own), own.update
        if ctx.parent is not None:
            ids = ctx.parent.ids
            yield "experiment.ids", dict(ids), ids.update
        if state is None:
            return
        program, optimizer = state.program, state.optimizer
        yield from self._fields("trainer", state, vars(state).keys() - _STAYS)
        yield from self._fields("history", state.history, _OF_HISTORY)
        yield from self._fields("program", program, _OF_PROGRAM)
        names = (*_OF_OPTIMIZER, *optimizer.hyperparameters())
        yield from self._fields("optimizer", optimizer, names)
        usage = state.usage
        yield "usage", usage, lambda value: setattr(state, "read_usage", lambda: value)
        yield "metrics", program.get_metrics_state(), program.set_metrics_state
        for one in program.variables:
            yield f"variable {one.path}", one.__synalinks_json__(), one.update

    def _fields(self, owner: str, obj: Any, names: Any) -> Iterator[Cell]:
        for field in sorted(names):
            name, value = f"{owner}.{field}", getattr(obj, field)
            if name in _GROWING:
                yield name, value, partial(self._grow, value)
            else:
                yield name, value, partial(self._write, obj, field)

    def _write(self, owner: Any, field: str, value: Any) -> None:
        old = getattr(owner, field)
        if is_dict(old) and is_dict(value) and not self._is_copy:
            _refill(old, value)  # others hold the same dict
        else:
            setattr(owner, field, value)

    def _grow(self, values: list[Any], end: tuple[int, list[Any]]) -> None:
        start, items = end
        held = values[start:]
        if not self._is_copy:
            for old, new in zip(held, items, strict=False):
                if is_dict(old):
                    _refill(old, new)
            items = [*held, *items[len(held) :]]
        values[start:] = items

    def _end_of(self, name: str, value: Any) -> Any:
        if name not in _GROWING:
            return value
        n_known = self._lengths.get(name, 0)
        start = max(0, n_known - 1) if n_known <= len(value) else 0
        return start, value[start:]

    # -- sending -----------------------------------------------------------------------

    def dumps(self, value: Any) -> bytes:
        """Return a value in a form that can be sent; live objects stand for themselves.

        Args:
            value: The value.
        """
        file = io.BytesIO()
        names = {id(one): name for name, one in self._live().items()}
        _pickler(self._cloudpickle.Pickler)(file, names).dump(value)
        return file.getvalue()

    def loads(self, content: bytes) -> Any:
        """Return the value that `dumps` was given, with the live objects of this side.

        Args:
            content: What it returned.
        """
        return _Unpickler(io.BytesIO(content), self._live()).load()

    def sendable(self, error: BaseException) -> BaseException:
        """Return an error, or one that says the same if it cannot be sent.

        Args:
            error: The error.
        """
        try:
            self.loads(self.dumps(error))
        except Exception:  # noqa: BLE001 - whatever an error of users holds
            return TrainingError(f"{type(error).__name__}: {error}")
        return error

    def _dumped(self, name: str, value: Any) -> bytes:
        try:
            return self.dumps(value)
        except Exception as error:
            msg = (
                f"A callback with the scope `experiment` is called in another process "
                f"than the run is in, and `{name}` cannot be sent there: {error}. Give "
                "the callback the scope `run`, or make that something that can be "
                "pickled."
            )
            raise ConfigurationError(msg) from error

    def _equals(self, known: bytes | None, value: Any) -> bool:
        # What was only looked at may have computed something that it keeps.
        try:
            return known is not None and bool(self.loads(known) == value)
        except Exception:  # noqa: BLE001 - objects of users may refuse
            return False

    def _live(self) -> dict[str, Any]:
        ctx, state = self.ctx, self.state
        found: dict[str, Any] = {"ctx": ctx, "experiment": ctx.parent}
        if state is not None:
            found |= {"trainer": state, "program": state.program}
            found |= {"optimizer": state.optimizer, "history": state.history}
            found["callbacks"] = getattr(state, "callbacks", None)
        return {name: one for name, one in found.items() if one is not None}


def _refill(old: dict[Any, Any], new: Mapping[Any, Any]) -> None:
    old.clear()
    old.update(new)


@functools.cache
def _pickler(base: Any) -> Any:
    class Pickler(base):
        def __init__(self, file: Any, names: Mapping[int, str]) -> None:
            base.__init__(self, file)
            self._names = names

        def persistent_id(self, obj: Any) -> str | None:
            return self._names.get(id(obj))

        def reducer_override(self, obj: Any) -> Any:
            if isinstance(obj, BaseException):
                # Constructors of errors may want other arguments than those they keep.
                return _remade, (type(obj), obj.args, vars(obj))
            return base.reducer_override(self, obj)

    return Pickler


class _Unpickler(pickle.Unpickler):  # noqa: S301 - Ray itself unpickles what workers send
    def __init__(self, file: Any, live: Mapping[str, Any]) -> None:
        super().__init__(file)
        self._live = live

    def persistent_load(self, pid: Any) -> Any:
        return self._live.get(pid)


def _remade(
    kind: type[BaseException], args: tuple[Any, ...], fields: Any
) -> BaseException:
    error = kind.__new__(kind, *args)
    vars(error).update(fields)
    return error
