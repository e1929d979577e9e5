"""`Chain`: optimizers one after the other, with one ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError, show
from synalinks.optimizers._hyperparameters import check_number
from synalinks.optimizers._lookup import get
from synalinks.optimizers._optimizer import Optimizer

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Candidate, ProgramBrief, Span, Trial
    from synalinks.optimizers._step_view import StepView


class Chain(Optimizer):
    """Let optimizers take turns, each going on from what the one before has found.

    All share what was measured, so that nothing is paid for twice, and the run's
    budget. After the last one it is the first one's turn again.

    Cost: that of the optimizer whose turn it is.

    Source: Soylu et al. 2024, "Fine-Tuning and Prompt Optimization: Two Great Steps
    that Work Better Together", arXiv 2407.10930 (BetterTogether).

    Args:
        optimizers: At least one optimizer, or names of such.
        steps_per_turn: How many steps each takes before it is the next one's turn.
        **options: Those of `Optimizer`.

    Raises:
        ConfigurationError: There are no optimizers, one is given twice, or a number is
            out of its range.

    Example:
        ```python
        synalinks.optimizers.Chain(
            [
                synalinks.optimizers.OutOfBagRacing(),
                synalinks.optimizers.BootstrapFewShot(),
            ]
        )
        ```
    """

    def __init__(
        self, optimizers: Sequence[Any], *, steps_per_turn: int = 10, **options: Any
    ) -> None:
        super().__init__(**options)
        check_number("steps_per_turn", steps_per_turn, at_least=1)
        self.optimizers: list[Optimizer] = [_checked(one) for one in optimizers]
        if not self.optimizers or len(set(map(id, self.optimizers))) < len(optimizers):
            msg = (
                "`Chain` takes one or more optimizers, each once, received: "
                f"{show(optimizers)}."
            )
            raise ConfigurationError(msg)
        self.steps_per_turn = steps_per_turn
        self.learns_from_failures: bool = any(
            one.learns_from_failures for one in self.optimizers
        )
        for one in self.optimizers:
            one.ledger, one.log = self.ledger, self.log

    @property
    def current(self) -> Optimizer:
        """The optimizer whose turn it is."""
        turn = self.iterations // self.steps_per_turn
        return self.optimizers[turn % len(self.optimizers)]

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
        """
        super().start(seed, data_fingerprint, samples=samples, brief=brief)
        for one in self.optimizers:
            # Whose turn it is not goes on from where it was when its turn comes.
            own = one.incumbent if one.has_begun else seed
            one.start(own, data_fingerprint, samples=samples, brief=brief)

    def adopt(self, candidate: Candidate) -> None:
        """Make a candidate the incumbent, whatever its score.

        Args:
            candidate: The program as someone else, such as a callback, has set it.
        """
        super().adopt(candidate)
        self.current.adopt(candidate)

    def check_schedules(self, n_steps: int) -> None:
        """Refuse schedules that come to values which their arguments cannot have.

        Args:
            n_steps: Steps that will be taken; the first and the last are looked at.

        Raises:
            ConfigurationError: A value is out of its range.
        """
        super().check_schedules(n_steps)
        for one in self.optimizers:
            one.check_schedules(n_steps)

    async def prepare(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Pass the step on to the optimizer whose turn it is.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            Trials.
        """
        current = self.current
        current.adopt(self.incumbent)
        current.proposals = []
        current.iterations = self.iterations
        current.follow_schedules()
        async for trials in current.prepare(step):
            yield trials

    async def propose(self, step: StepView) -> Sequence[Candidate]:
        """Return what the optimizer whose turn it is proposes.

        Args:
            step: The step's scored rollouts and settings.
        """
        return await self.current.propose(step)

    def starting_points(self) -> list[Candidate]:
        """Return what the optimizer whose turn it is would start from."""
        return self.current.starting_points()

    async def judge(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Let the optimizer whose turn it is judge.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            Trials.
        """
        current = self.current
        current.proposals = self.proposals
        async for trials in current.judge(step):
            yield trials
        self.choose(current.leader())

    def look_at(self, step: StepView) -> None:
        """Let all take in which samples there are.

        Args:
            step: Names the samples.
        """
        for part in self.optimizers:
            part.look_at(step)

    def finalists(self) -> list[Candidate]:
        """Return the finalists of all that have some."""
        found = [one for part in self.optimizers for one in part.finalists()]
        if found:
            found.append(self.incumbent)
        return list({one.digest: one for one in found}.values())

    def decided(self) -> Sequence[Candidate]:
        """Return whom the optimizer whose turn it is has taken or turned down."""
        return self.current.decided()

    def decide(self, *, is_accepted: bool = True) -> Candidate:
        """Return the candidate to use from now on, which ends the step.

        Args:
            is_accepted: Whether the leader becomes the incumbent.
        """
        current = self.current
        if is_accepted:
            current.put_to_use(self.leader())
        taken = {one.digest: one for one in current.population}
        for candidate in self.proposals:
            if candidate.digest in taken:
                self.enter(candidate)
        return super().decide(is_accepted=is_accepted)

    def cells_per_step(self, n_scoring: int, minibatch_size: int) -> Span:
        """Return how many samples a step runs candidates on, for estimates.

        Args:
            n_scoring: Samples on which candidates are compared.
            minibatch_size: How many of them the first comparison takes; 0 for all.
        """
        spans = [
            one.cells_per_step(n_scoring, minibatch_size) for one in self.optimizers
        ]
        total = spans[0]
        for span in spans[1:]:
            total += span
        return total * (1 / len(spans))

    def state_dict(self) -> JsonObject:
        """Return what the optimizers have learned, as JSON."""
        shared = ("ledger", "log")
        parts = [
            {key: value for key, value in one.state_dict().items() if key not in shared}
            for one in self.optimizers
        ]
        return {**super().state_dict(), "optimizers": parts}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        shared = {"ledger": state["ledger"], "log": state["log"]}
        for one, part in zip(self.optimizers, state["optimizers"], strict=True):
            one.load_state_dict({**part, **shared})
        super().load_state_dict(state)


def _checked(identifier: Any) -> Optimizer:
    optimizer = get(identifier)
    if optimizer is None:
        msg = "`Chain` takes optimizers, or names of such, received None among them."
        raise ConfigurationError(msg)
    return optimizer
