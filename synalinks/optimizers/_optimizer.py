"""`Optimizer`: the ask-and-tell contract of everything that proposes better JSON."""

from __future__ import annotations

import inspect
import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks._internal.naming import unique_name
from synalinks._internal.rng import stream
from synalinks.contracts import Candidate, Span
from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.optimizers._ledger import Ledger
from synalinks.optimizers._race import Race
from synalinks.saving import Configurable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks._internal.rng import Stream
    from synalinks.contracts import Proposal, Rollout, Trial


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """All that an optimizer sees of a training step: data, no program."""

    index: int
    """How many steps the optimizer has taken before."""
    rollouts: Sequence[Rollout]
    """The batch under the incumbent, scored."""
    scoring_ids: Sequence[str]
    """Samples on which candidates are compared: validation, or else the batch."""
    minibatch_size: int
    """How many of them the first comparison takes."""
    seed: int
    """Seed of the run."""
    attempt: int = 0
    """How many proposals of this step were rejected before."""


class Optimizer(Configurable, ABC):
    """Propose better values for a program's trainable variables.

    An optimizer gets data and returns data. It never holds the program, never calls it
    and never writes a variable: training asks it for trials, runs them, tells it the
    rewards, and writes the values of the candidate that it decides for.

    Subclasses override `propose`. The rest, which races the proposals against the
    incumbent, they get for nothing.

    Args:
        population_size: How many of the best candidates are kept, at least 1.
        sampling_temperature: Softness of choices weighted by reward, above 0.
        reward_uncertainty: How much a candidate's mean reward is lowered for being
            measured on few samples: by this divided by the square root of their number.
        name: Name of the optimizer.
        description: What it does.

    Raises:
        ConfigurationError: A number is out of its range.
    """

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "propose_new_candidates" in cls.__dict__:
            msg = (
                f"`{cls.__name__}.propose_new_candidates` would never be called: here "
                "an optimizer gets data and returns data. Override `async def "
                "propose(self, step)` and return a list of "
                "`synalinks.optimizers.Candidate`s."
            )
            raise ConfigurationError(msg)

    def __init__(
        self,
        *,
        population_size: int = 10,
        sampling_temperature: float = 0.3,
        reward_uncertainty: float = 0.25,
        name: str | None = None,
        description: str | None = None,
    ) -> None:
        if name is not None and not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            msg = f"The name of an optimizer is a text, received: {show(name)}."
            raise ConfigurationError(msg)
        check_number("population_size", population_size, at_least=1)
        check_number("sampling_temperature", sampling_temperature, above=0)
        check_number("reward_uncertainty", reward_uncertainty, at_least=0)
        self.name = name or unique_name(type(self).__name__)
        self.description = description or inspect.getdoc(type(self)) or ""
        self.population_size = population_size
        self.sampling_temperature = sampling_temperature
        self.reward_uncertainty = reward_uncertainty
        self.iterations = 0
        self.epochs = 0
        self.ledger = Ledger()
        self.population: list[Candidate] = []
        self._incumbent: Candidate | None = None
        self._race: Race | None = None

    # -- what subclasses override ----------------------------------------------

    @abstractmethod
    async def propose(self, step: StepView) -> Sequence[Candidate]:
        """Return candidates to try against the incumbent; none is fine.

        Args:
            step: The step's scored rollouts and settings.
        """

    # -- asked and told by training --------------------------------------------

    @property
    def incumbent(self) -> Candidate:
        """The candidate in use.

        Raises:
            ConfigurationError: Training has not begun.
        """
        if self._incumbent is None:
            msg = f"`{self.name}` has no incumbent before training begins."
            raise ConfigurationError(msg)
        return self._incumbent

    def start(self, seed: Candidate, data_fingerprint: str) -> None:
        """Begin or continue a run from the program's present values.

        What was learned in earlier runs is kept; rewards only if the samples are the
        same.

        Args:
            seed: The program as it is.
            data_fingerprint: Digest of all samples of the run.
        """
        self.ledger.keep_if_same_data(data_fingerprint)
        self.adopt(seed)

    def adopt(self, candidate: Candidate) -> None:
        """Make a candidate the incumbent, whatever its score.

        Args:
            candidate: The program as someone else, such as a callback, has set it.
        """
        if self._incumbent is None or self._incumbent.digest != candidate.digest:
            self._incumbent = candidate
            self._enter(candidate)

    async def begin_step(self, step: StepView) -> list[Candidate]:
        """Make proposals from a batch and line them up against the incumbent.

        Args:
            step: The step's scored rollouts and settings.

        Returns:
            The proposals.
        """
        proposals = list(await self.propose(step))
        order = list(step.scoring_ids)
        # Another order at each step: with one for the whole run, the few samples that
        # come first would decide the fate of every proposal.
        self.random(step, "race order").shuffle(order)
        self._race = Race(
            incumbent=self.incumbent,
            challengers=proposals,
            sample_ids=order,
            first_rung=step.minibatch_size or len(order),
            # Both sides of a difference are uncertain.
            uncertainty=2 * self.reward_uncertainty,
            ledger=self.ledger,
        )
        return proposals

    def ask(self) -> list[Trial]:
        """Return what has to be measured next; nothing once the step is decided."""
        return self._race.wanted() if self._race else []

    def tell(self, candidate: Candidate, rollouts: Sequence[Rollout]) -> None:
        """Take in what was measured.

        Args:
            candidate: What was run.
            rollouts: One per sample, scored.
        """
        self.ledger.record(candidate, rollouts)

    def leader(self) -> Candidate:
        """Return the candidate that won the step, which is not the incumbent yet."""
        if self._race is None or self._race.winner is None:
            return self.incumbent
        return self._race.winner

    async def accept(self, proposal: Proposal, attempt: int) -> bool:
        """Return whether a proposal may be applied; callbacks are asked as well.

        Args:
            proposal: The winner of the step.
            attempt: How many proposals of this step were rejected before.
        """
        return True

    def decide(self, *, is_accepted: bool = True) -> Candidate:
        """Return the candidate to use from now on, which ends the step.

        Args:
            is_accepted: Whether the leader becomes the incumbent.
        """
        if is_accepted:
            self._incumbent = self.leader()
            self._enter(self._incumbent)
        self._race = None
        self.iterations += 1
        return self.incumbent

    def cells_per_step(self, n_scoring: int, minibatch_size: int) -> Span:
        """Return how many samples a step runs candidates on, for estimates.

        Args:
            n_scoring: Samples on which candidates are compared.
            minibatch_size: How many of them the first comparison takes; 0 for all.
        """
        first = min(minibatch_size or n_scoring, n_scoring)
        # About one challenger in four is still in the race after the first rung.
        expected = first + (n_scoring - first) / 4
        return Span(low=0, expected=expected, high=2 * n_scoring)

    def _enter(self, candidate: Candidate) -> None:
        others = [one for one in self.population if one.digest != candidate.digest]
        self.population = [candidate, *others][: self.population_size]

    # -- hyperparameters -------------------------------------------------------

    def hyperparameters(self) -> dict[str, float]:
        """Return every number among the constructor's arguments, as it is now."""
        present = {name: getattr(self, name, None) for name in self._arguments}
        return {
            name: value
            for name, value in present.items()
            if isinstance(value, (int, float)) and not isinstance(value, bool)
        }

    def set_hyperparameter(self, name: str, value: float) -> None:
        """Change a number of the constructor's arguments from now on.

        Args:
            name: Name of the argument.
            value: Its value; rounded where it is a count.

        Raises:
            ConfigurationError: There is no such argument, or it cannot have the value.
        """
        setattr(self, name, self.checked_hyperparameter(name, value))

    def checked_hyperparameter(self, name: str, value: float) -> float:
        """Return a value for a hyperparameter in the form in which it is used.

        Args:
            name: Name of the argument.
            value: A value for it.

        Raises:
            ConfigurationError: There is no such argument, or it cannot have the value.
        """
        known = self.hyperparameters()
        if name not in known:
            msg = (
                f"`{self.name}` has no hyperparameter {name!r}."
                f"{did_you_mean(name, known)} Available: {', '.join(sorted(known))}."
            )
            raise ConfigurationError(msg)
        check_number(name, value)
        if not math.isfinite(value):
            msg = f"`{name}` is a finite number, received: {show(value)}."
            raise ConfigurationError(msg)
        fitting = round(value) if self._is_count(name) else float(value)
        # The constructor knows what goes with what.
        arguments: dict[str, Any] = {**self._arguments, **known, name: fitting}
        if "name" in arguments:
            arguments["name"] = self.name
        type(self)(**arguments)
        return fitting

    def _is_count(self, name: str) -> bool:
        # A temperature of 1 is none, so the value alone does not tell.
        parameter = inspect.signature(type(self)).parameters.get(name)
        annotation = parameter.annotation if parameter else None
        if annotation in {"float", float}:
            return False
        return isinstance(getattr(self, name), int)

    # -- state -----------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return what the optimizer has learned, as JSON."""
        return {
            "iterations": self.iterations,
            "epochs": self.epochs,
            "hyperparameters": self.hyperparameters(),
            "population": [one.as_json() for one in self.population],
            "incumbent": self._incumbent and self._incumbent.as_json(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self.iterations = state["iterations"]
        self.epochs = state["epochs"]
        for name, value in state.get("hyperparameters", {}).items():
            setattr(self, name, value)
        self.population = list(map(Candidate.from_json, state.get("population", ())))
        incumbent = state.get("incumbent")
        self._incumbent = incumbent and Candidate.from_json(incumbent)
        self._race = None

    def random(self, step: StepView, purpose: str) -> Stream:
        """Return the random stream of a purpose in a step.

        Args:
            step: The step.
            purpose: What is drawn.

        Returns:
            A fresh stream.
        """
        attempt = ("attempt", step.attempt) if step.attempt else ()
        return stream(step.seed, "optimizer", step.index, *attempt, purpose)


def check_number(
    argument: str,
    value: Any,
    *,
    at_least: float | None = None,
    above: float | None = None,
) -> None:
    """Refuse what is no number, or out of range.

    Args:
        argument: Name of the argument, for the message.
        value: What was given.
        at_least: Smallest value allowed.
        above: Value that it must exceed.

    Raises:
        ConfigurationError: The value is no number or too small.
    """
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if is_number and not (
        (at_least is not None and value < at_least)
        or (above is not None and value <= above)
    ):
        return
    bound = f" at least {at_least}" if at_least is not None else ""
    bound = f" above {above}" if above is not None else bound
    msg = f"`{argument}` is a number{bound}, received: {show(value)}."
    raise ConfigurationError(msg)
