"""`OptimizerSuite`: what every optimizer has to do."""

from __future__ import annotations

import asyncio
import json
import re
import warnings
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar

from synalinks import config
from synalinks.callbacks import BudgetStopping, LambdaCallback
from synalinks.contracts import present_candidate, trainable_by_path
from synalinks.datasets import support_messages
from synalinks.errors import RateLimitedError, SynalinksWarning
from synalinks.language_models import EmbeddedTransport, LanguageModel
from synalinks.modules import Generator, Input
from synalinks.programs import Program
from synalinks.rewards import ExactMatch, Reward, Score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.language_models import LMRequest, LMResponse

_N_TRAIN, _N_VALIDATION = 32, 16
_N_STEPS = 6
_JITTER_S = 0.002
_OFF_ONE_IN = 4
_BURST = range(20, 60, 2)
_MAX_CALLS = 70
_STORY = re.compile(r"proposed( rejected)?( accepted( best)*)?")


class _Wiretap:
    """Writes down requests of the program on their way to the embedded model.

    That gives one answer to one question. Here it is sampled: what is asked for a
    further draw is now and then answered wrongly.
    """

    def __init__(self, jitter_s: float) -> None:
        self._model = EmbeddedTransport(jitter_s=jitter_s)
        self.requests: list[str] = []
        self.n_proposals = 0

    async def send(self, request: LMRequest) -> LMResponse:
        """Send a request on.

        Args:
            request: The request.

        Returns:
            The answer.
        """
        if _is_of_program(request):
            self.requests.append(request.digest)
        else:
            self.n_proposals += 1
        response = await self._model.send(request)
        if request.draw and int(request.digest, 16) % _OFF_ONE_IN == 0:
            return _answered(response, _intent_field(request)["enum"][0])
        return response

    async def aclose(self) -> None:
        """Close nothing."""


class _Trap(_Wiretap):
    """Makes each change look good on training samples, and worse on the others.

    Args:
        task: Has the samples.
    """

    def __init__(self, task: _Task) -> None:
        super().__init__(0.0)
        self._right = _intents(task.train)
        self._wrong = {
            text: next(one for one in self._right.values() if one != intent)
            for text, intent in _intents(task.validation).items()
        }
        self._first: Any = None

    async def send(self, request: LMRequest) -> LMResponse:
        """Send a request on, and change the answer if the prompt was changed.

        Args:
            request: The request.

        Returns:
            The answer.
        """
        response = await super().send(request)
        if not _is_of_program(request):
            return response
        prompt = request.messages[:-1]
        self._first = self._first or prompt
        if prompt == self._first:
            return response
        asked = str(request.messages[-1]["content"])
        known = {**self._right, **self._wrong}
        intent = next(known[text] for text in known if text in asked)
        return _answered(response, intent)


class _Burst(_Wiretap):
    """Turns away every second request of the program for a while."""

    def __init__(self) -> None:
        super().__init__(0.0)
        self.n_refused = 0

    async def send(self, request: LMRequest) -> LMResponse:
        """Send a request on, unless it is in the burst.

        Args:
            request: The request.

        Returns:
            The answer.

        Raises:
            RateLimitedError: It is.
        """
        number = len(self.requests)  # before others are answered
        if _is_of_program(request) and number in _BURST:
            self.requests.append(request.digest)
            self.n_refused += 1
            msg = "Too many requests."
            raise RateLimitedError(msg)
        return await super().send(request)


def _is_of_program(request: LMRequest) -> bool:
    return _intent_field(request) is not None


def _intent_field(request: LMRequest) -> Any:
    return (request.schema or {}).get("properties", {}).get("intent")


def _answered(response: LMResponse, intent: str) -> LMResponse:
    return replace(response, content=json.dumps({"intent": intent}))


class _Told(Reward):
    """Right or wrong, and in words what would have been right."""

    async def call(self, y_true: Any, y_pred: Any) -> Score:
        value = await ExactMatch()(y_true, y_pred) or 0.0
        return Score(value, f"Expected `{y_true.get('intent')}`.")


class _Task:
    """Real messages, and what is to be told of them."""

    def __init__(self) -> None:
        loaded: Any = support_messages.load_data()
        (x, y), _ = loaded
        stop = _N_TRAIN + _N_VALIDATION
        self.train: Any = (x[:_N_TRAIN], y[:_N_TRAIN])
        self.validation: Any = (x[_N_TRAIN:stop], y[_N_TRAIN:stop])
        self.inputs = support_messages.get_input_data_model()
        self.outputs = support_messages.get_output_data_model()

    def options(self) -> dict[str, Any]:
        """Return the arguments of `fit` that are usual here."""
        held_out: dict[str, Any] = {"validation_data": self.validation}
        return {**held_out, "batch_size": 8, "epochs": 2, "verbose": 0}


@dataclass(slots=True)
class _Run:
    """One training, and what there is to know of it."""

    task: _Task
    program: Program
    optimizer: Any
    model: LanguageModel
    wire: _Wiretap
    first: JsonObject = field(default_factory=dict[str, Any])
    last: JsonObject = field(default_factory=dict[str, Any])
    sent: Sequence[str] = ()
    n_spent: int = 0

    @property
    def values(self) -> Any:
        """The present values of the program's variables."""
        return dict(present_candidate(trainable_by_path(self.program)).values)

    @property
    def story(self) -> list[Any]:
        """What became of every candidate."""
        return list(self.optimizer.log.events)

    @property
    def n_calls(self) -> int:
        """Calls of the language model so far."""
        return len(self.wire.requests) + self.wire.n_proposals

    async def validation_reward(self, values: JsonObject) -> float:
        """Return the reward of the program with some values on validation.

        Args:
            values: Learnable fields by variable path.
        """
        _commit_values(self.program, values)
        results = await self.program.evaluate(*self.task.validation, verbose=0)
        return results["reward"]


_PLAIN_RUNS: dict[type, _Run] = {}


class OptimizerSuite:
    """Tests that an optimizer keeps the promises of all; subclass it for pytest.

    Override `make`. The tests train a classifier of real messages over the embedded
    model, which answers and proposes offline. Answers for further draws differ now and
    then, and are the same in each run.

    Attributes:
        fit_options: Further arguments of the `fit` that the tests call.

    Example:
        ```python
        class TestMine(OptimizerSuite):
            def make(self):
                return Mine()
        ```
    """

    fit_options: ClassVar[dict[str, Any]] = {}

    def make(self) -> Any:
        """Return a new optimizer.

        Raises:
            NotImplementedError: The subclass has not overridden it.
        """
        msg = f"`{type(self).__name__}.make` is to return the optimizer to test."
        raise NotImplementedError(msg)

    # -- the tests ---------------------------------------------------------------------

    def test_its_configuration_makes_the_same_one(self) -> None:
        """`from_config(get_config())` has the same configuration."""
        optimizer: Any = self.make()
        again = optimizer.from_config(optimizer.get_config())
        _expect(
            again.get_config() == optimizer.get_config(),
            f"{optimizer.get_config()} became {again.get_config()}",
        )

    def test_it_proposes_something(self) -> None:
        """There is a candidate; without one the other tests would say nothing."""
        proposed = [one for one in self._plain_run().story if one.event == "proposed"]
        _expect(bool(proposed), "nothing was ever proposed")

    def test_the_same_seed_gives_the_same_run(self) -> None:
        """Nothing is decided by chance, arrival order or time."""
        first = self._plain_run()
        second = self._run(self._trained, jitter_s=_JITTER_S)
        _expect(first.story == second.story, "two runs tried other candidates")
        # Not `values`: other tests put others into the program of the plain run.
        _expect(first.last == second.last, "two runs ended in other programs")

    def test_concurrency_changes_nothing(self) -> None:
        """One call at a time gives the result of 64 at a time."""
        one = self._run(self._trained, max_concurrency=1)
        many = self._run(self._trained, max_concurrency=64)
        _expect(one.story == many.story, "other candidates were tried")
        _expect(one.values == many.values, "the programs differ")

    def test_nothing_is_measured_twice(self) -> None:
        """No sample is sent twice with one prompt, unless for another draw of it."""
        sent = self._plain_run().sent
        n_repeated = len(sent) - len(set(sent))
        _expect(not n_repeated, f"{n_repeated} of {len(sent)} requests were repeated")

    def test_the_ledger_knows_what_was_spent(self) -> None:
        """Calls spent are those of the cells and of the proposals."""
        run = self._plain_run()
        usage = run.optimizer.ledger.usage()
        _expect(
            usage.calls == run.n_spent,
            f"{usage.calls} calls in the ledger, {run.n_spent} spent",
        )

    def test_the_program_gets_no_worse(self) -> None:
        """The program returned scores at least as high on validation as the first."""
        run = self._plain_run()
        after = asyncio.run(run.validation_reward(run.last))
        before = asyncio.run(run.validation_reward(run.first))
        _expect(after >= before, f"validation went from {before} to {after}")

    def test_what_shines_in_training_only_is_not_returned(self) -> None:
        """A run whose every change does worse on validation leaves the program be."""
        task = _Task()
        run = asyncio.run(self._trained(task, wire=_Trap(task)))
        after = asyncio.run(run.validation_reward(run.last))
        before = asyncio.run(run.validation_reward(run.first))
        _expect(after >= before, f"validation went from {before} to {after}")

    def test_a_burst_of_refusals_is_no_reward(self) -> None:
        """A sample that the provider turned away has no reward, for no candidate."""
        wire = _Burst()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SynalinksWarning)
            run = self._run(self._trained, wire=wire, retry=1)
        turned_away = [
            cell
            for _, cell in run.optimizer.ledger.since(0)
            if cell.failure is not None and not cell.failure.is_answer
        ]
        _expect(wire.n_refused > 0, "no request was turned away")
        rewards = [one.reward for one in turned_away if one.reward is not None]
        _expect(not rewards, f"samples that were turned away scored {rewards}")

    def test_a_budget_is_kept(self) -> None:
        """No call is made that goes over a budget of calls."""
        budget = BudgetStopping(max_calls=_MAX_CALLS)
        run = self._run(self._trained, callbacks=[budget])
        _expect(run.n_calls <= _MAX_CALLS, f"{run.n_calls} calls, not {_MAX_CALLS}")

    def test_its_log_tells_where_candidates_come_from(self) -> None:
        """Each is proposed before anything else, and its parents are known."""
        run = self._plain_run()
        known = {run.optimizer.seed.digest}
        for event in run.story:
            strangers = [one for one in event.parents if one not in known]
            _expect(not strangers, f"{event} comes from what was never proposed")
            if event.event == "proposed":
                known.add(event.candidate)
            _expect(event.candidate in known, f"{event} was never proposed")

    def test_its_log_tells_one_story_of_each_candidate(self) -> None:
        """Proposed once, then accepted or first rejected; only then in use."""
        run = self._plain_run()
        stories: dict[str, list[str]] = {}
        for event in run.story:
            if event.event != "dropped":
                stories.setdefault(event.candidate, []).append(event.event)
        first = stories.pop(run.optimizer.seed.digest, [])
        _expect(set(first) == {"best"}, f"the first program was {first}")
        for candidate, story in stories.items():
            told = " ".join(story)
            _expect(bool(_STORY.fullmatch(told)), f"{candidate} was {told}")

    def test_its_state_goes_on_where_it_stopped(self) -> None:
        """Three steps, state through JSON, and three more equal six steps."""
        whole = self._run(self._stepped, start=0, stop=_N_STEPS)
        half = self._run(self._stepped, start=0, stop=_N_STEPS // 2)
        state = json.loads(json.dumps(half.optimizer.state_dict(), allow_nan=False))
        rest = self._run(
            self._stepped,
            start=_N_STEPS // 2,
            stop=_N_STEPS,
            state=state,
            values=half.values,
        )
        _expect(rest.story == whole.story, "the second half tried other candidates")
        _expect(rest.values == whole.values, "the programs differ")
        n_calls, n_whole = half.n_calls + rest.n_calls, whole.n_calls
        _expect(n_calls == n_whole, f"{n_calls} calls in two parts, {n_whole} in one")
        states = [_timeless(one.optimizer.state_dict()) for one in (rest, whole)]
        _expect(states[0] == states[1], "the states differ at the end")

    # -- how they run it ---------------------------------------------------------------

    def _plain_run(self) -> _Run:
        # Made once for all tests that only look at it.
        if type(self) not in _PLAIN_RUNS:
            _PLAIN_RUNS[type(self)] = self._run(self._trained)
        return _PLAIN_RUNS[type(self)]

    def _run(self, run: Any, **options: Any) -> _Run:
        # Files are read outside of the event loop.
        return asyncio.run(run(_Task(), **options))

    async def _trained(
        self,
        task: _Task,
        *,
        jitter_s: float = 0.0,
        wire: _Wiretap | None = None,
        callbacks: Sequence[Any] = (),
        **options: Any,
    ) -> _Run:
        run = await self._new_run(task, wire or _Wiretap(jitter_s), **options)
        history = await run.program.fit(
            *task.train,
            callbacks=list(callbacks),
            **{**task.options(), **self.fit_options},
        )
        run.last, run.n_spent = run.values, history.usage.calls
        # Other tests send more over the wire of the plain run.
        run.sent = tuple(run.wire.requests)
        return run

    async def _stepped(
        self,
        task: _Task,
        *,
        start: int,
        stop: int,
        state: Any = None,
        values: Any = None,
    ) -> _Run:
        # One step per epoch, and no validation: so `fit` can begin at any step.
        run = await self._new_run(task, _Wiretap(0.0))
        if state is not None:
            run.optimizer.load_state_dict(state)
            _commit_values(run.program, values)
        options: dict[str, Any] = {
            **task.options(),
            **self.fit_options,
            "initial_epoch": start,
            "epochs": stop,
            "steps_per_epoch": 1,
            "validation_freq": _N_STEPS + 1,
        }
        # Whatever the end of `fit` does to the program: the steps decide.
        last: list[Any] = []
        note = LambdaCallback(on_epoch_end=lambda *_: last.append(run.values))
        await run.program.fit(*task.train, callbacks=[note], **options)
        _commit_values(run.program, last[-1])
        return run

    async def _new_run(self, task: _Task, wire: _Wiretap, **options: Any) -> _Run:
        config.clear_session()
        config.set_seed(0)
        model = LanguageModel("embedded/learner", transport=wire, **options)
        inputs = Input(data_model=task.inputs)
        outputs = await Generator(
            data_model=task.outputs,
            language_model=model,
            instructions="Classify the message by its intent.",
            name="classifier",
        )(inputs)
        program = Program(inputs=inputs, outputs=outputs, name="triage")
        optimizer = self.make()
        program.compile(optimizer=optimizer, reward=_Told())
        run = _Run(task, program, optimizer, model, wire)
        run.first = run.values
        return run


def _commit_values(program: Program, values: JsonObject) -> None:
    variables = trainable_by_path(program)
    for path, value in values.items():
        variables[path].update(value)


def _intents(samples: Any) -> dict[str, str]:
    pairs = zip(*samples, strict=True)
    return {one.get("text"): target.get("intent") for one, target in pairs}


def _timeless(state: Any) -> str:
    return re.sub(r'"elapsed_s": [^,}]+', "", json.dumps(state))


def _expect(condition: bool, message: str) -> None:
    if not condition:
        raise AssertionError(message)
