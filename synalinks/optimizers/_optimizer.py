"""`Optimizer`: the ask-and-tell contract of everything that proposes better JSON."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Literal

from synalinks._internal.naming import described, unique_name
from synalinks.contracts import Candidate, CandidateEvent, ProgramBrief, Span
from synalinks.errors import ConfigurationError, show
from synalinks.optimizers._candidate_log import CandidateLog
from synalinks.optimizers._hyperparameters import (
    Hyperparameters,
    check_number,
    count_at_start,
    number_at_start,
)
from synalinks.optimizers._ledger import Ledger
from synalinks.optimizers._race import Race

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Proposal, Rollout, Schedule, Trial
    from synalinks.optimizers._step_view import StepView


class Optimizer(Hyperparameters, ABC):
    """Propose better values for a program's trainable variables.

    An optimizer gets data and returns data. It never holds the program, never calls it
    and never writes a variable: training asks it for trials, runs them, tells it the
    rewards, and writes the values of the candidate that it decides for.

    A step has three parts. `prepare` asks for what is needed to propose, `propose`
    returns candidates, `judge` asks for what is needed to decide and names the winner.
    Subclasses override `propose`; the others have defaults: nothing to prepare, and a
    race of the proposals against the incumbent.

    Args:
        population_size: How many of the best candidates are kept, at least 1. This and
            every other number may be a schedule: a function of the steps taken, such as
            `synalinks.callbacks.Linear(1, 8, 100)`.
        sampling_temperature: Softness of choices weighted by reward, above 0.
        reward_uncertainty: How much a candidate's mean reward is lowered for being
            measured on few samples: by this divided by the square root of their number.
        name: Name of the optimizer.
        description: What it does.

    Attributes:
        learns_from_failures: Whether `propose` can make something of a batch in which
            every answer failed, such as by mending the instructions. By default such
            a batch is skipped: nothing is proposed, and its row has `skipped_batch`.
        growing: Keys of `state_dict()` whose values are dicts of lists or dicts that
            only grow: an entry may be replaced, but is never changed once it is there.
            Backups save such entries once, and not with each snapshot.

    Raises:
        ConfigurationError: A number is out of its range.
    """

    learns_from_failures: bool = False
    growing: tuple[str, ...] = ()

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
        population_size: int | Schedule = 10,
        sampling_temperature: float | Schedule = 0.3,
        reward_uncertainty: float | Schedule = 0.25,
        name: str | None = None,
        description: str | None = None,
    ) -> None:
        if name is not None and not isinstance(name, str):  # pyright: ignore[reportUnnecessaryIsInstance]
            msg = f"The name of an optimizer is a text, received: {show(name)}."
            raise ConfigurationError(msg)
        self.population_size: int = count_at_start("population_size", population_size)
        self.sampling_temperature: float = number_at_start(
            "sampling_temperature", sampling_temperature
        )
        self.reward_uncertainty: float = number_at_start(
            "reward_uncertainty", reward_uncertainty
        )
        check_number("population_size", self.population_size, at_least=1)
        check_number("sampling_temperature", self.sampling_temperature, above=0)
        check_number("reward_uncertainty", self.reward_uncertainty, at_least=0)
        self.name: str = name or unique_name(type(self).__name__)
        self.description: str = description or described(type(self))
        self.iterations: int = 0
        self.epochs: int = 0
        self.ledger: Ledger = Ledger()
        self.population: list[Candidate] = []
        self.log: CandidateLog = CandidateLog()
        self.brief: ProgramBrief = ProgramBrief()
        self.proposals: list[Candidate] = []
        self._seed: Candidate | None = None
        self._incumbent: Candidate | None = None
        self._winner: Candidate | None = None

    # -- what subclasses override ----------------------------------------------

    @abstractmethod
    async def propose(self, step: StepView) -> Sequence[Candidate]:
        """Return candidates to try against the incumbent; none is fine.

        Args:
            step: The step's scored rollouts and settings.
        """

    async def prepare(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Ask for what has to be measured before there can be a proposal.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            Trials; the ledger knows their cells when the generator goes on.
        """
        for trials in ():
            yield trials

    async def judge(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Ask for what has to be measured to decide, and call `choose` at the end.

        By default the proposals race against the incumbent on `step.scoring_ids`.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            Trials; the ledger knows their cells when the generator goes on.
        """
        async for trials in self.race(self.proposals, step):
            yield trials

    async def race(
        self, challengers: Sequence[Candidate], step: StepView
    ) -> AsyncGenerator[list[Trial]]:
        """Race candidates against the incumbent, and choose the winner.

        Args:
            challengers: Who may replace it.
            step: The step's scored rollouts and settings.

        Yields:
            What has to be measured next.
        """
        order = list(step.scoring_ids)
        # Another order at each step: with one for the whole run, the few samples that
        # come first would decide the fate of every proposal.
        step.random("race order").shuffle(order)
        race = self._new_race(self.incumbent, challengers, order, step)
        while trials := race.wanted():
            yield trials
        self.choose(race.winner or self.incumbent)

    def look_at(self, step: StepView) -> None:
        """Take in which samples there are, before `finalists` are asked for.

        A run that is gone on with may ask for them before there is a step.

        Args:
            step: Names the samples.
        """

    def finalists(self) -> list[Candidate]:
        """Return who may be the result, best first, where `judge` did not validate.

        Before the program is validated they meet on the validation samples, and the
        winner meets the program that training began with. None are needed where
        candidates are judged on these.
        """
        return []

    def starting_points(self) -> list[Candidate]:
        """Return the program with each value that its modules suggest to start from.

        They are among the proposals of the first step.
        """
        first = self.seed
        found = [
            Candidate(
                values={**first.values, path: {**first.values[path], **seed}},
                origin="seed",
                parents=(first.digest,),
            )
            for path, variable in self.brief.variables.items()
            for seed in variable.seeds
        ]
        return [one for one in found if one.digest != first.digest]

    def decided(self) -> Sequence[Candidate]:
        """Return those that the step has taken or turned down, for the log.

        By default these are its proposals.
        """
        return self.proposals

    def choose(self, candidate: Candidate) -> None:
        """Name the candidate that the step would put to use.

        Args:
            candidate: The winner; the incumbent for no change.
        """
        self._winner = candidate

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

    @property
    def has_begun(self) -> bool:
        """Whether there is an incumbent."""
        return self._incumbent is not None

    @property
    def seed(self) -> Candidate:
        """The candidate that training began with."""
        return self._seed or self.incumbent

    def start(
        self,
        seed: Candidate,
        data_fingerprint: str,
        *,
        samples: Mapping[str, tuple[Any, Any]] | None = None,
        brief: ProgramBrief | None = None,
    ) -> None:
        """Begin or continue a run from the program's present values.

        What was learned in earlier runs is kept; rewards only if the samples and
        what scores them are the same.

        Args:
            seed: The program as it is.
            data_fingerprint: Digest of all samples of the run, and of what scores them.
            samples: Input and target by sample.
            brief: What there is to know of the program.
        """
        self.brief = brief or ProgramBrief()
        self.ledger.keep_if_same_data(data_fingerprint, samples)
        self.follow_schedules()
        self.adopt(seed)

    def adopt(self, candidate: Candidate) -> None:
        """Make a candidate the incumbent, whatever its score.

        Args:
            candidate: The program as someone else, such as a callback, has set it.
        """
        if self._seed is None:
            self._seed = candidate
        if self._incumbent is None or self._incumbent.digest != candidate.digest:
            self._incumbent = candidate
            self.enter(candidate)

    async def search(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Take a step up to its decision.

        Args:
            step: The step's scored rollouts and settings.

        Yields:
            What has to be measured next; `tell` takes the results before the generator
            goes on.
        """
        if step.attempt:
            self._note_verdicts()
        self._winner = None
        self.proposals = []
        async for trials in self.prepare(step):
            yield trials
        self._note("best", self.incumbent)  # nobody told of one that was given
        with self.ledger.charging():
            self.proposals = list(await self.propose(step))
        if self.iterations == 0 and step.attempt == 0:
            self.proposals += self.starting_points()
        for candidate in self.proposals:
            self._note("proposed", candidate)
        async for trials in self.judge(step):
            yield trials

    async def select(self, step: StepView) -> AsyncGenerator[list[Trial]]:
        """Choose the program to validate among finalists and the first one.

        Args:
            step: Names the validation samples.

        Yields:
            What has to be measured next.
        """
        self.look_at(step)
        finalists = self.finalists()
        if not finalists:
            return
        favourite, *others = finalists
        race = self._new_race(favourite, others, step.scoring_ids, step)
        while trials := race.wanted():
            yield trials
        winner = race.winner or favourite
        race = self._new_race(self.seed, [winner], step.scoring_ids, step)
        while trials := race.wanted():
            yield trials
        self.put_to_use(race.winner or self.seed)

    def tell(self, candidate: Candidate, rollouts: Sequence[Rollout]) -> None:
        """Take in what was measured.

        Args:
            candidate: What was run.
            rollouts: One per sample, scored.
        """
        self.ledger.record(candidate, rollouts)

    def leader(self) -> Candidate:
        """Return the candidate that won the step, which is not the incumbent yet."""
        return self._winner or self.incumbent

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
            self.put_to_use(self.leader())
        self._note_verdicts()
        self._winner = None
        self.proposals = []
        self.iterations += 1
        self.follow_schedules()
        return self.incumbent

    def cells_per_step(self, n_scoring: int, minibatch_size: int) -> Span:
        """Return how many samples a step runs candidates on, for estimates.

        Each draw of a sample counts.

        Args:
            n_scoring: Samples on which candidates are compared.
            minibatch_size: How many of them the first comparison takes; 0 for all.
        """
        first = min(minibatch_size or n_scoring, n_scoring)
        # About one challenger in four is still in the race after the first rung.
        expected = first + (n_scoring - first) / 4
        return Span(low=0, expected=expected, high=2 * n_scoring)

    # -- for subclasses --------------------------------------------------------

    def enter(self, candidate: Candidate) -> None:
        """Put a candidate into the population, in front.

        Args:
            candidate: The candidate.
        """
        others = [one for one in self.population if one.digest != candidate.digest]
        self.population = [candidate, *others][: self.population_size]

    def note_dropped(self, parent: Candidate, origin: str, reason: str) -> None:
        """Count a proposal that was never run.

        Args:
            parent: What it was made from.
            origin: How it was made.
            reason: Why it was dropped.
        """
        self.log.note(
            CandidateEvent(
                event="dropped",
                step=self.iterations,
                candidate=parent.digest,
                origin=origin,
                reason=reason,
            )
        )

    def put_to_use(self, candidate: Candidate) -> None:
        """Make a candidate the incumbent, and note if that is a change.

        Args:
            candidate: The candidate.
        """
        self._note("accepted", candidate)
        self._note("best", candidate)
        self._incumbent = candidate
        self.enter(candidate)

    def _new_race(
        self,
        incumbent: Candidate,
        challengers: Sequence[Candidate],
        sample_ids: Sequence[str],
        step: StepView,
    ) -> Race:
        return Race(
            incumbent=incumbent,
            challengers=challengers,
            sample_ids=sample_ids,
            first_rung=step.minibatch_size or len(sample_ids),
            # Both sides of a difference are uncertain.
            uncertainty=2 * self.reward_uncertainty,
            ledger=self.ledger,
        )

    def _note_verdicts(self) -> None:
        known = {one.digest for one in self.population}
        for candidate in self.decided():
            is_taken = candidate.digest in known
            self._note("accepted" if is_taken else "rejected", candidate)

    def _note(
        self,
        kind: Literal["proposed", "accepted", "rejected", "best"],
        candidate: Candidate,
    ) -> None:
        rewards = self.ledger.rewards_of(candidate)
        event = CandidateEvent(
            event=kind,
            step=self.iterations,
            candidate=candidate.digest,
            origin=candidate.origin,
            parents=candidate.parents,
            reward=sum(rewards) / len(rewards) if rewards else None,
            n_samples=len(rewards),
        )
        if self.log.is_news(event):
            self.log.note(event)

    # -- state -----------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return what the optimizer has learned, as JSON."""
        return {
            "iterations": self.iterations,
            "epochs": self.epochs,
            "hyperparameters": self.hyperparameters(),
            "population": [one.as_json() for one in self.population],
            "seed": self._seed and self._seed.as_json(),
            "incumbent": self._incumbent and self._incumbent.as_json(),
            "ledger": self.ledger.state_dict(),
            "log": self.log.state_dict(),
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self.iterations = state["iterations"]
        self.epochs = state["epochs"]
        for name, value in state["hyperparameters"].items():
            setattr(self, name, value)
        self.population = list(map(Candidate.from_json, state["population"]))
        seed, incumbent = state["seed"], state["incumbent"]
        self._seed = seed and Candidate.from_json(seed)
        self._incumbent = incumbent and Candidate.from_json(incumbent)
        self._winner, self.proposals = None, []
        self.ledger.load_state_dict(state["ledger"])
        self.log.load_state_dict(state["log"])
        self.follow_schedules()
