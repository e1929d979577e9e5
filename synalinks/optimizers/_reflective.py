"""The base of optimizers whose proposals a language model writes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from synalinks._internal.paid import gather_paid
from synalinks.contracts import Candidate
from synalinks.errors import ConfigurationError
from synalinks.language_models import get as get_language_model
from synalinks.optimizers._hyperparameters import check_number
from synalinks.optimizers._optimizer import Optimizer
from synalinks.optimizers._proposer import (
    REFLECT,
    Proposer,
    proposing_model,
    rewritable,
)
from synalinks.optimizers._records import program_records_of, records_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import ProgramBrief, Rollout
    from synalinks.language_models import LanguageModel
    from synalinks.optimizers._proposer import Rewriting

# After three proposals in a row that were known already, the model is to vary more.
_MAX_REPEATS = 3
_WIDENING = 1.25
_HIGHEST_TEMPERATURE = 1.5
_USUAL_TEMPERATURE = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RewriteRequest:
    """One rewriting that is asked for."""

    parent: Candidate
    """What is rewritten."""
    materials: Mapping[str, Sequence[JsonObject]]
    """Records by path of the variables to rewrite."""
    origin: str = "mutation"
    """How the child is made."""
    others: Mapping[str, Candidate] = field(default_factory=dict[str, Candidate])
    """Further candidates to show, by what they are called."""
    temperature: float | None = None
    """Sampling temperature; the optimizer's own when None."""
    metadata: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What to remember of the child."""


class ReflectiveOptimizer(Optimizer):
    """Let a language model rewrite variables from records of what happened.

    Args:
        language_model: The model that writes, its name, or None for the program's own.
        temperature: Its sampling temperature; None for the model's default.
        reasoning_effort: How much it is to reason; None for the model's default.
        use_chain_of_thought: Whether it first writes down what it thinks.
        instructions: What it is told to do; None for a default.
        max_chars: Longest text of a field that it may write.
        **options: Those of `Optimizer`.

    Raises:
        ConfigurationError: A number is out of its range.
    """

    default_instructions = REFLECT
    learns_from_failures = True

    def __init__(
        self,
        *,
        language_model: Any = None,
        temperature: float | None = None,
        reasoning_effort: str | None = None,
        use_chain_of_thought: bool = False,
        instructions: str | None = None,
        max_chars: int = 12_000,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        check_number("max_chars", max_chars, at_least=1)
        if temperature is not None:
            check_number("temperature", temperature, at_least=0)
        # None is the program's own, not the default of the session.
        self.language_model: LanguageModel | None = (
            language_model and get_language_model(language_model)
        )
        self.temperature = temperature
        self.reasoning_effort = reasoning_effort
        self.use_chain_of_thought = use_chain_of_thought
        self.instructions = instructions
        self.max_chars = max_chars
        self._known: set[str] = set()
        self._n_repeats = 0

    def start(
        self,
        seed: Candidate,
        data_fingerprint: str,
        *,
        samples: Mapping[str, tuple[Any, Any]] | None = None,
        brief: ProgramBrief | None = None,
    ) -> None:
        """Begin or continue a run; see `Optimizer.start`.

        Args:
            seed: The program as it is.
            data_fingerprint: Digest of all samples of the run, and of what scores them.
            samples: Input and target by sample.
            brief: What there is to know of the program.

        Raises:
            ConfigurationError: There is no model to write proposals, or no variable
                that it could rewrite.
        """
        super().start(seed, data_fingerprint, samples=samples, brief=brief)
        if not rewritable(self.brief, seed):
            msg = (
                f"`{self.name}` rewrites trainable variables, and the program has none "
                f"that hold more than examples: {sorted(seed.values)}."
            )
            raise ConfigurationError(msg)
        proposing_model(self.language_model, self.brief, self.name)

    def adopt(self, candidate: Candidate) -> None:
        """Make a candidate the incumbent, whatever its score.

        Args:
            candidate: The program as someone else, such as a callback, has set it.
        """
        super().adopt(candidate)
        self._known.add(candidate.digest)

    def is_telling(self, rollout: Rollout) -> bool:
        """Return whether a rollout has a record to show.

        Args:
            rollout: A scored rollout.
        """
        return bool(rollout.calls) or not self.ledger.has_calls()

    def records(self, path: str, rollouts: Iterable[Rollout]) -> list[JsonObject]:
        """Return what the model is to read of a variable.

        Args:
            path: Path of the variable.
            rollouts: Scored rollouts.

        Returns:
            One record per call that was made with it; one per rollout, of the whole
            program, if no call was ever made with it.
        """
        if self.ledger.has_calls(path):
            return records_of(path, rollouts)
        return program_records_of(path, rollouts)

    async def rewrite(
        self, requests: Sequence[RewriteRequest]
    ) -> list[Candidate | None]:
        """Let the model rewrite candidates, all at once. Costs one LM call each.

        Args:
            requests: What is to be rewritten, from what.

        Returns:
            One child per request, in their order; None for one that is broken or known
            already, which is noted.
        """
        with self.ledger.charging():
            rewritings = await gather_paid(
                [lambda one=one: self._rewriting(one) for one in requests]
            )
        # In their order, whichever answer came first.
        return [
            self._child(request, rewriting)
            for request, rewriting in zip(requests, rewritings, strict=True)
        ]

    async def _rewriting(self, request: RewriteRequest) -> Rewriting:
        proposer = self._proposer(request.temperature)
        return await proposer.rewrite(
            self.brief, request.parent, request.materials, others=request.others
        )

    def _child(self, request: RewriteRequest, rewriting: Rewriting) -> Candidate | None:
        if rewriting.values is None:
            self.note_dropped(request.parent, request.origin, rewriting.reason)
            return None
        relatives = [one.digest for one in request.others.values()]
        child = Candidate(
            values={**request.parent.values, **rewriting.values},
            origin=request.origin,
            parents=(request.parent.digest, *relatives),
            metadata=dict(request.metadata),
        )
        if not self.is_new(child):
            self._n_repeats += 1
            reason = "The same was proposed before."
            self.note_dropped(request.parent, request.origin, reason)
            return None
        self._n_repeats = 0
        return child

    def is_new(self, candidate: Candidate) -> bool:
        """Return whether a candidate was never proposed before, and remember it.

        Args:
            candidate: The candidate.
        """
        is_new = candidate.digest not in self._known
        self._known.add(candidate.digest)
        return is_new

    def _proposer(self, temperature: float | None) -> Proposer:
        return Proposer(
            proposing_model(self.language_model, self.brief, self.name),
            instructions=self.instructions or self.default_instructions,
            temperature=self._widened(
                self.temperature if temperature is None else temperature
            ),
            reasoning_effort=self.reasoning_effort,
            thinks=self.use_chain_of_thought,
            max_chars=self.max_chars,
        )

    def _widened(self, temperature: float | None) -> float | None:
        if self._n_repeats < _MAX_REPEATS:
            return temperature
        usual = _USUAL_TEMPERATURE if temperature is None else temperature
        wider = usual * _WIDENING ** (self._n_repeats - _MAX_REPEATS + 1)
        return min(wider, _HIGHEST_TEMPERATURE)

    def state_dict(self) -> JsonObject:
        """Return what the optimizer has learned, as JSON."""
        return {
            **super().state_dict(),
            "known": sorted(self._known),
            "n_repeats": self._n_repeats,
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        super().load_state_dict(state)
        self._known = set(state["known"])
        self._n_repeats = state["n_repeats"]
