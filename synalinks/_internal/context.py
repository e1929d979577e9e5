"""What is known about "here" in a concurrent run: context variables.

Each sample runs in a task of its own, and a task copies its context, so that samples
in flight at the same time never see each other's values.
"""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import (
    TYPE_CHECKING,
    Any,
    Generic,
    Literal,
    NamedTuple,
    Protocol,
    TypeAlias,
    TypeVar,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping, Sequence

    from synalinks._internal.journal import Intent, Journal
    from synalinks._internal.json import JsonObject

T = TypeVar("T")

Phase: TypeAlias = Literal["inference", "reward", "optimizer"]


@dataclass(slots=True, kw_only=True)
class SampleScope:
    """The sample that the current task works on."""

    id: str
    """Identity of the sample, such as `"train:17"`; never its arrival order."""
    calls: list[Any] = field(default_factory=list[Any])
    """`CallRecord`s made for this sample so far (a type of a higher layer)."""


class CallScope(NamedTuple):
    """The innermost module call that is under way."""

    path: str
    """Path of the module that was called."""
    training: bool
    """Whether the call is part of training."""


class Sending(Protocol):
    """Knows what is in flight, and may hold back what is not sent yet."""

    async def pass_through(self, send: Callable[[], Awaitable[T]]) -> T:
        """Send one request.

        Args:
            send: Sends it.

        Returns:
            What `send` returned.
        """
        ...


phase: ContextVar[Phase] = ContextVar("phase", default="inference")
sample: ContextVar[SampleScope | None] = ContextVar("sample", default=None)
# Identities of the samples that are scored together, by their position.
sample_ids: ContextVar[Sequence[str]] = ContextVar("sample_ids", default=())
call: ContextVar[CallScope | None] = ContextVar("call", default=None)
# The state of the run that callbacks are called for, of a type of a higher layer.
trainer: ContextVar[Any] = ContextVar("trainer", default=None)
# Classes and functions that may be loaded here, by the name that files give them.
custom_objects: ContextVar[Mapping[str, Any]] = ContextVar("custom_objects")
# Objects that several others share, by the number that the file gives them, while it is
# loaded.
shared_objects: ContextVar[dict[int, Any]] = ContextVar("shared_objects")
# The same while an object is saved: by identity, what was met and how often; and the
# numbers of those met more than once.
met_objects: ContextVar[dict[int, tuple[Any, int]]] = ContextVar("met_objects")
shared_ids: ContextVar[Mapping[int, int]] = ContextVar("shared_ids")
# Whether an object is copied in this process: its form may hold classes and functions.
is_copying: ContextVar[bool] = ContextVar("is_copying", default=False)
# The name that the next object of a class gets if it is given none.
automatic_name: ContextVar[tuple[type, Any] | None] = ContextVar(
    "automatic_name", default=None
)
# Classes of this library that a file may name here; None for all.
loadable: ContextVar[tuple[type, ...] | None] = ContextVar("loadable", default=None)
# Where in a run the current task is, such as `fit#0/epoch 2/batch 1/train/sample 17`;
# and the journal that is asked before anything that must not be done twice.
scope: ContextVar[str] = ContextVar("scope", default="")
journal: ContextVar[Journal | None] = ContextVar("journal", default=None)
# Which one of several measurements of the same this is: another draw asks anew.
draw: ContextVar[int] = ContextVar("draw", default=0)
# The call of the journal that requests are made for.
intent: ContextVar[Intent | None] = ContextVar("intent", default=None)
# Identities of the samples that are scored here, in the order of their outputs.
scored: ContextVar[tuple[str, ...]] = ContextVar("scored", default=())
# The seed of the run here, where it is not that of the session.
seed: ContextVar[int | None] = ContextVar("seed", default=None)
# How often names were given here; those of the session where there are none.
name_counts: ContextVar[dict[str, int] | None] = ContextVar("name_counts", default=None)
# Models that runs beside each other share, each by the counters of its own that it has
# here: by identity, the model and its twin.
twins: ContextVar[dict[int, tuple[Any, Any]] | None] = ContextVar("twins", default=None)
# What each answer took that is received here, refused ones included, of a type of a
# higher layer; None where nobody counts.
taken: ContextVar[list[Any] | None] = ContextVar("taken", default=None)
# Among how many processes the limits of calls in flight are divided here.
n_sharing: ContextVar[int] = ContextVar("n_sharing", default=1)
# What lets requests to providers pass, of a type of a higher layer.
sending: ContextVar[Sending | None] = ContextVar("sending", default=None)
# Keyed by the variable itself, not by its path: a judge program that runs inside the
# same task may have variables of the same path.
overlay: ContextVar[Mapping[Any, JsonObject] | None] = ContextVar(
    "overlay", default=None
)


class bound(Generic[T]):  # noqa: N801 - it is used as a function
    """Set a context variable for the length of a `with` block.

    Every call of a module enters some: a generator would take three times as long, and
    setting a variable five times as long as finding that it has the value already.

    Args:
        variable: The context variable.
        value: Its value inside the block.
    """

    __slots__ = ("_token", "_value", "_variable")

    def __init__(self, variable: ContextVar[T], value: T) -> None:
        self._variable = variable
        self._value = value

    def __enter__(self) -> T:
        try:
            is_there = self._variable.get() is self._value
        except LookupError:
            is_there = False
        self._token = None if is_there else self._variable.set(self._value)
        return self._value

    def __exit__(self, *_: object) -> None:
        if self._token is not None:
            self._variable.reset(self._token)


class all_bound:  # noqa: N801 - it is used as a function
    """Set several context variables for the length of a `with` block.

    Args:
        values: Each context variable, one with a default, with its value inside.
    """

    __slots__ = ("_tokens", "_values")

    def __init__(self, *values: tuple[ContextVar[Any], Any]) -> None:
        self._values = values

    def __enter__(self) -> None:
        self._tokens = [
            variable.set(value)
            for variable, value in self._values
            if variable.get() is not value
        ]

    def __exit__(self, *_: object) -> None:
        for token in reversed(self._tokens):
            token.var.reset(token)


def inside(*parts: str | int) -> bound[str]:
    """Go further down the path through the run for the length of a `with` block.

    Args:
        parts: Names of the places, such as `epoch 2`, from the outside in.

    Returns:
        The context; it gives the scope inside.
    """
    return bound(scope, scope_inside(*parts))


def scope_inside(*parts: str | int) -> str:
    """Return the scope that `inside` gives.

    Args:
        parts: Names of the places, from the outside in.
    """
    outer = scope.get()
    way = "/".join(map(str, parts))
    return f"{outer}/{way}" if outer else way
