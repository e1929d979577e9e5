"""What a language model was used for: counters by phase, in one place."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import TYPE_CHECKING, get_args

from synalinks._internal import context
from synalinks._internal.context import Phase
from synalinks.contracts import Usage
from synalinks.hooks import note_usage

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import CallGate

_PHASES: tuple[Phase, ...] = get_args(Phase)


@dataclass(slots=True, kw_only=True)
class Counters:
    """Counters of one phase; the names are those that users read."""

    calls: int = 0
    """Answers received from the provider."""
    attempts: int = 0
    """Requests sent, whether there was an answer or not."""
    failed_calls: int = 0
    """Calls that ended in an error."""
    prompt_tokens: int = 0
    """Tokens sent."""
    completion_tokens: int = 0
    """Tokens answered, reasoning included."""
    cached_tokens: int = 0
    """Prompt tokens that the provider had cached."""
    cache_creation_tokens: int = 0
    """Prompt tokens that the provider put into its cache."""
    reasoning_tokens: int = 0
    """Completion tokens spent on reasoning."""
    cost: float | None = 0.0
    """US dollars; None once a call had no known price."""
    elapsed_s: float = 0.0
    """Seconds of waiting, summed over calls."""
    fallback_activations: int = 0
    """Calls answered by the fallback model."""
    cache_hits: int = 0
    """Answers taken from our own cache; of embedding models, vectors."""
    vectors: int = 0
    """Vectors received; only embedding models have any."""
    streaming_calls: int = 0
    """Calls whose answer was streamed."""
    streaming_ttft_s: float = 0.0
    """Seconds to the first token of streams, summed."""
    streaming_ttlt_s: float = 0.0
    """Seconds to the last token of streams, summed."""
    trajectory_calls: int = 0
    """Final answers of agents that were streamed."""
    trajectory_ttft_s: float = 0.0
    """Seconds from the start of an agent to the first token of its answer, summed."""

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens together."""
        return self.prompt_tokens + self.completion_tokens

    def add(self, usage: Usage) -> None:
        """Count the usage of one answer.

        Args:
            usage: What it took.
        """
        self.calls += usage.calls
        self.prompt_tokens += usage.prompt_tokens
        self.completion_tokens += usage.completion_tokens
        self.cached_tokens += usage.cached_tokens
        self.cache_creation_tokens += usage.cache_creation_tokens
        self.reasoning_tokens += usage.reasoning_tokens
        self.elapsed_s += usage.elapsed_s
        self.cache_hits += usage.cache_hits
        if self.cost is not None:
            known = usage.cost_usd
            self.cost = None if known is None else self.cost + known


_FREE = contextlib.nullcontext()
_COUNTERS = tuple(item.name for item in fields(Counters))
_counts_of = attrgetter(*_COUNTERS)
COUNTER_NAMES = (*_COUNTERS, "tokens")


class UsageLedger:
    """All counters of one language model.

    Attributes:
        gates: What is asked before a request is sent, such as a budget.
        last_usage: What the last answer took.
        last_finish_reason: Why the model stopped in the last answer.
    """

    def __init__(self) -> None:
        self.gates: list[CallGate] = []
        self._phases: dict[Phase, Counters] = {name: Counters() for name in _PHASES}
        self.last_usage: Usage = Usage()
        self.last_finish_reason: str | None = None

    @property
    def here(self) -> Counters:
        """The counters of the phase that the current task is in."""
        return self._phases[context.phase.get()]

    def record(self, usage: Usage, finish_reason: str) -> None:
        """Count one answer.

        Args:
            usage: What it took.
            finish_reason: Why the model stopped.
        """
        self.here.add(usage)
        note_usage(self, usage)
        taken = context.taken.get()
        if taken is not None:
            taken.append(usage)
        self.last_usage = usage
        self.last_finish_reason = finish_reason

    def state_dict(self) -> JsonObject:
        """Return all counters by phase, as JSON."""
        return {
            phase: dict(zip(_COUNTERS, _counts_of(one), strict=True))
            for phase, one in self._phases.items()
        }

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on counting from what `state_dict` returned.

        Args:
            state: The state; counters that it does not have begin anew.
        """
        for name in _PHASES:
            kept: JsonObject = state.get(name, {})
            counts = {key: kept[key] for key in _COUNTERS if key in kept}
            self._phases[name] = Counters(**counts)

    def in_flight(
        self, expected: Callable[[], Usage]
    ) -> contextlib.AbstractContextManager[None]:
        """Ask all gates whether a request may be sent, and tell them when it is over.

        Args:
            expected: Returns what the request is expected to take; called only where
                there is a gate.

        Returns:
            The context in which the request is sent; it raises `BudgetExceededError`
            where a gate holds the request back.
        """
        return self._admitted(expected) if self.gates else _FREE

    @contextlib.contextmanager
    def _admitted(self, expected: Callable[[], Usage]) -> Generator[None]:
        admitted: list[tuple[CallGate, Usage]] = []
        try:
            for gate in self.gates:
                usage = expected()
                gate.admit(usage)
                admitted.append((gate, usage))
            yield
        finally:
            for gate, usage in admitted:
                gate.release(usage)

    def total(self, counter: str, phase: Phase | None = None) -> float | None:
        """Return one counter, of one phase or summed over all.

        Args:
            counter: One of `COUNTER_NAMES`.
            phase: The phase; None for all.
        """
        phases = _PHASES if phase is None else (phase,)
        total: float = 0
        for name in phases:
            value: float | None = getattr(self._phases[name], counter)
            if value is None:
                return None
            total += value
        return total

    def read(self, name: str) -> object:
        """Return a counter by the name that users know it by.

        Args:
            name: Such as `cumulated_cost`, `reward_cumulated_calls`,
                `last_call_tokens` or `last_call_finish_reason`.

        Raises:
            KeyError: There is no counter of that name.
        """
        if name == "last_call_finish_reason":
            return self.last_finish_reason
        if name.startswith("last_call_"):
            counter = name.removeprefix("last_call_")
            return getattr(self.last_usage, _USAGE_FIELDS[counter])
        phase, counter = _split(name)
        if counter == "details":
            return self.details(phase)
        if counter not in COUNTER_NAMES:
            raise KeyError(name)
        return self.total(counter, phase)

    def details(self, phase: Phase | None = None) -> JsonObject:
        """Return every counter by name.

        Args:
            phase: The phase; None for all.
        """
        return {counter: self.total(counter, phase) for counter in COUNTER_NAMES}


_USAGE_FIELDS = {
    "calls": "calls",
    "prompt_tokens": "prompt_tokens",
    "completion_tokens": "completion_tokens",
    "tokens": "tokens",
    "cached_tokens": "cached_tokens",
    "cache_creation_tokens": "cache_creation_tokens",
    "cache_hits": "cache_hits",
    "reasoning_tokens": "reasoning_tokens",
    "cost": "cost_usd",
    "elapsed_s": "elapsed_s",
}


def _split(name: str) -> tuple[Phase | None, str]:
    for phase in _PHASES:
        if name.startswith(f"{phase}_"):
            rest = name.removeprefix(f"{phase}_")
            return phase, rest.removeprefix("cumulated_")
    if name.startswith("cumulated_"):
        return None, name.removeprefix("cumulated_")
    raise KeyError(name)
