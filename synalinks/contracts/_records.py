"""Calls, rollouts, candidates and trials."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from functools import cached_property
from operator import attrgetter
from typing import TYPE_CHECKING, Any, Literal

from synalinks._internal.checks import check_count
from synalinks._internal.json import digest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from synalinks._internal.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What language-model calls took; sums and differences are usages too."""

    calls: int = 0
    """Answers received from providers."""
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
    audio_prompt_tokens: int = 0
    """Prompt tokens that are sound."""
    audio_completion_tokens: int = 0
    """Completion tokens that are sound."""
    cost_usd: float | None = 0.0
    """US dollars; None where the price of a model is not known."""
    elapsed_s: float = 0.0
    """Seconds of waiting, summed over calls."""
    cache_hits: int = 0
    """Answers taken from our own cache: no call, no tokens, no cost."""

    def __add__(self, other: Usage) -> Usage:
        return self._with(other, 1)

    def __sub__(self, other: Usage) -> Usage:
        return self._with(other, -1)

    def _with(self, other: Usage, sign: int) -> Usage:
        amounts: dict[str, Any] = {
            name: getattr(self, name) + sign * getattr(other, name) for name in _AMOUNTS
        }
        if self.cost_usd is None or other.cost_usd is None:
            return Usage(**amounts, cost_usd=None)
        return Usage(**amounts, cost_usd=self.cost_usd + sign * other.cost_usd)

    @classmethod
    def total(cls, usages: Iterable[Usage]) -> Usage:
        """Return the sum, to the last digit the same in whatever order they come.

        Args:
            usages: What is added up.
        """
        return sum(sorted(usages, key=repr), cls())

    @property
    def tokens(self) -> int:
        """Prompt and completion tokens together."""
        return self.prompt_tokens + self.completion_tokens

    def as_json(self) -> JsonObject:
        """Return all fields by name."""
        return dict(zip(_FIELDS, _values_of(self), strict=True))


_FIELDS = tuple(one.name for one in fields(Usage))
_values_of = attrgetter(*_FIELDS)
_AMOUNTS = tuple(one.name for one in fields(Usage) if one.name != "cost_usd")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRecord:
    """One call of a trainable LM module, made for one sample."""

    sample_id: str
    """The sample the call was made for."""
    module_path: str
    """Path of the module that made the call."""
    variable_path: str
    """Path of the trainable variable that the prompt was made from."""
    index: int
    """How many calls were made for the sample before this one."""
    inputs: JsonObject
    """What the module was given."""
    outputs: JsonObject
    """What the module answered."""
    usage: Usage
    """Tokens, dollars and seconds of the call."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """Why a sample has no output."""

    boundary: Literal["language_model", "module", "reward"]
    """Where it failed."""
    error: str
    """Class name of the error."""
    message: str
    """First line of the error's message."""
    is_answer: bool
    """Whether the program is to blame (it scores 0.0) or the transport (no score)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollout:
    """What the program made of one sample, and how good that was.

    Raises:
        ValueError: A failed rollout has an output, or the reward is not finite.
    """

    sample_id: str
    """Identity of the sample, such as `"train:17"`."""
    inputs: Any
    """What the program was given."""
    target: Any = None
    """What was expected; None where there is no target."""
    output: Any = None
    """What the program answered; None after a failure or a branch not taken."""
    calls: tuple[CallRecord, ...] = ()
    """Calls of trainable modules, in the order in which they ended."""
    failure: Failure | None = None
    """Why there is no output."""
    reward: float | None = None
    """Score, higher is better; None before scoring."""
    trace_id: str = field(default="", compare=False)
    """Identity of the tree of calls that were made for it; empty if not observed."""
    feedback: str | None = None
    """What the reward says of the output, in words."""
    module_feedback: Mapping[str, str] | None = None
    """What the reward says of single modules, by module path."""
    draw: int = 0
    """Which one it is of several runs of the same candidate on the sample."""
    spent: Usage | None = None
    """What all answers took; None where those of `calls` are all."""

    @property
    def usage(self) -> Usage:
        """What all calls took that were made to get the output."""
        return self.spent or sum((call.usage for call in self.calls), Usage())

    def __post_init__(self) -> None:
        if self.failure is not None and self.output is not None:
            msg = f"Rollout of {self.sample_id!r} has both a failure and an output."
            raise ValueError(msg)
        if self.reward is not None and not math.isfinite(self.reward):
            msg = f"Rollout of {self.sample_id!r} has the reward {self.reward!r}."
            raise ValueError(msg)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A value for every trainable variable of a program: a whole program, as data."""

    values: Mapping[str, JsonObject]
    """Learnable fields (examples included) by variable path."""
    origin: str = "seed"
    """How it was made: `seed`, `few_shot`, `mutation`, `crossover`, `merge`, ..."""
    parents: tuple[str, ...] = ()
    """Digests of the candidates it was made from."""
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What its optimizer wants to remember of it (JSON)."""

    def as_json(self) -> JsonObject:
        """Return the candidate as JSON, the arguments it is made with."""
        return {
            "values": dict(self.values),
            "origin": self.origin,
            "parents": list(self.parents),
            "metadata": dict(self.metadata),
        }

    @classmethod
    def from_json(cls, content: Mapping[str, Any]) -> Candidate:
        """Return the candidate that `as_json` described.

        Args:
            content: What it returned.
        """
        fields: JsonObject = dict(content)
        fields["parents"] = tuple(content.get("parents", ()))
        return cls(**fields)

    @cached_property
    def digest(self) -> str:
        """Identity: two candidates of the same values are one."""
        return digest(dict(self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateEvent:
    """Something that became of a candidate, for logs and callbacks.

    A candidate is `proposed` once. Then it is `accepted`, once, or `rejected`; one that
    was rejected is accepted later on if more measurements speak for it. `best` says
    that it is in use from now on: only accepted ones are, and programs that nobody
    proposed, such as the one that training begins with, which have no other event.
    """

    event: Literal["proposed", "accepted", "rejected", "dropped", "best"]
    """Proposed; taken into the population; not taken; broken, so never run; in use."""
    step: int
    """Step of the optimizer, from 0."""
    candidate: str
    """Digest of the candidate; of its parent where it was dropped."""
    origin: str
    """How it was made."""
    parents: tuple[str, ...] = ()
    """Digests of the candidates it was made from."""
    reward: float | None = None
    """Mean reward where it is measured so far."""
    n_samples: int = 0
    """On how many samples that is."""
    reason: str = ""
    """Why it was dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """A candidate that is to be measured on some samples.

    Raises:
        ConfigurationError: The draw is no count.
    """

    candidate: Candidate
    """What to run."""
    sample_ids: tuple[str, ...]
    """On which samples; a cell that is already measured is not run again."""
    draw: int = 0
    """Which one of several measurements it is, where answers are a matter of chance.
    What is asked for a further one is asked anew, of judges as well: neither a journal
    nor a cache gives it the answers of another draw. A model's `seed` is `draw` more.
    With a temperature of 0, it costs calls and tells little."""

    def __post_init__(self) -> None:
        check_count("draw", self.draw)


@dataclass(slots=True, kw_only=True)
class Progress:
    """Where a run stands; started and completed differ inside a step."""

    epoch: int = 0
    """Index of the epoch under way."""
    batch: int = 0
    """Index in the epoch of the batch under way."""
    steps_started: int = 0
    """Training steps begun in the life of the optimizer."""
    steps_completed: int = 0
    """Training steps whose update was decided."""
