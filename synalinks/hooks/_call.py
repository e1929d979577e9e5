"""One call that hooks observe: of a program, a module, a model or a reward."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from synalinks.contracts import Usage

if TYPE_CHECKING:
    from synalinks._internal import context
    from synalinks._internal.json import JsonObject

Kind: TypeAlias = Literal[
    "sample", "program", "module", "language_model", "embedding_model", "reward"
]


NOTHING = Usage()


@dataclass(slots=True, kw_only=True, eq=False)
class Call:
    """What is known of a call while it runs, and after it."""

    id: str
    """16 hexadecimal digits."""
    parent: Call | None
    """The call that it is part of; None for the outermost one."""
    trace_id: str
    """What all calls of one tree share: 32 hexadecimal digits."""
    kind: Kind
    """What was called."""
    name: str
    """Its name."""
    path: str
    """Its path in the program; of what is no module, its name."""
    subject: Any
    """What was called: the module, model or reward itself."""
    inputs: Any
    """What it was called with."""
    kwargs: JsonObject
    """Its keyword arguments."""
    phase: context.Phase
    """What the call is for: `inference`, `reward` or `optimizer`."""
    sample_id: str | None
    """The sample that it is made for, if any."""
    started_ns: int = field(default_factory=time.time_ns)
    """When it began, in nanoseconds since 1970."""
    ended_ns: int = 0
    """When it ended; 0 while it runs."""
    outputs: Any = None
    """What it returned; None while it runs and if it failed."""
    exception: BaseException | None = None
    """Why it failed."""
    usage: Usage = field(default_factory=lambda: NOTHING)
    """What a model's answers took, those that were refused included."""
    _clock_ns: int = field(default_factory=time.perf_counter_ns)

    @property
    def parent_id(self) -> str | None:
        """Identity of the call that it is part of."""
        return self.parent.id if self.parent else None

    @property
    def root(self) -> Call:
        """The outermost call of its tree."""
        return self.parent.root if self.parent else self

    @property
    def elapsed_s(self) -> float:
        """Seconds that it took; 0.0 while it runs."""
        return max(0, self.ended_ns - self.started_ns) / 1e9

    def end(self) -> None:
        """Note that it is over."""
        # Clocks on the wall may be set back.
        self.ended_ns = self.started_ns + time.perf_counter_ns() - self._clock_ns
