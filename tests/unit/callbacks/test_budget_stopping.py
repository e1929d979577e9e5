"""The hard limit on what a run takes."""

import asyncio
import functools
import json
import re

import pytest
from parity import Answer, Query, data, make_task, parity_answer

import synalinks
from synalinks.callbacks import BudgetStopping, Callback
from synalinks.callbacks._reachable_models import reachable_models
from synalinks.contracts import Usage
from synalinks.errors import BudgetExceededError, ConfigurationError, SynalinksWarning
from synalinks.language_models import LMResponse
from synalinks.testing import RecordingCallback, ScriptedTransport

# Where models ask before each call, nothing is sent beyond the budget; where they do
# not, the run ends at the first hook that sees it.
ASKS = hasattr(synalinks.LanguageModel, "ledger")
needs_gates = pytest.mark.skipif(not ASKS, reason="models do not ask before calls yet")


class InFlight:
    """Answers, and notes how many calls are in flight and how many began."""

    def __init__(self, answer=parity_answer):
        self.answer, self.n_now, self.n_begun = answer, 0, 0

    async def __call__(self, request):
        self.n_begun += 1
        self.n_now += 1
        try:
            for _ in range(5):
                await asyncio.sleep(0)
            return self.answer(request)
        finally:
            self.n_now -= 1


class Tripwire(BudgetStopping):
    """Notes how many calls had begun, and were in flight, when it tripped."""

    begun = 0
    in_flight = 0
    counters = ()

    def _stop(self, reason):
        is_first = reason is not None and self.stop_reason is None
        super()._stop(reason)
        if is_first:
            self.begun = sum(one.n_begun for one in self.counters)
            self.in_flight = sum(one.n_now for one in self.counters)


async def run(task, method, callback, n=24, **options):
    x, y = data(0, n)
    options = {"verbose": 0, "batch_size": 4, "callbacks": callback, **options}
    if method == "predict":
        return await task.program.predict(x, **options)
    if method == "evaluate":
        return await task.program.evaluate(x, y, **options)
    return await task.program.fit(x, y, validation_data=data(n, n + 8), **options)


@pytest.mark.parametrize("method", ["fit", "evaluate", "predict"])
@pytest.mark.filterwarnings("ignore:.*returns what these gave")
@pytest.mark.parametrize(
    "limit", [{"max_calls": 9}, {"max_tokens": 300}, {"max_cost": 0.9}], ids=str
)
@pytest.mark.parametrize("reserve", ["auto", 0.0])
@needs_gates
async def test_after_the_trip_only_what_is_in_flight_is_paid(method, limit, reserve):
    """Calls after the trip are at most those in flight at the trip."""

    def priced(request):
        usage = Usage(calls=1, prompt_tokens=30, completion_tokens=5, cost_usd=0.1)
        answer = json.dumps(parity_answer(request))
        return LMResponse(content=answer, usage=usage, model="openai/test")

    answers = InFlight(priced)
    task = await make_task(answers)
    budget = Tripwire(**limit, reserve=reserve)
    budget.counters = [answers]

    await run(task, method, budget)

    assert budget.stop_reason is not None
    assert answers.n_begun - budget.begun <= budget.in_flight
    if "max_calls" in limit:
        assert answers.n_begun <= 9
    assert answers.n_begun < 24


@needs_gates
async def test_calls_never_exceed_their_limit():
    """A limit of calls is exact, whatever runs at once."""
    for method in ("fit", "evaluate", "predict"):
        answers = InFlight()
        task = await make_task(answers)
        budget = BudgetStopping(max_calls=9, reserve=0)
        with pytest.warns(SynalinksWarning) if method != "fit" else no_warning():
            await run(task, method, budget, batch_size=2)
        assert answers.n_begun == budget.spent_calls == 9


class no_warning:  # noqa: N801 - used like `pytest.warns`
    """Stands where no warning is expected."""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


async def test_fit_ends_in_good_order_without_validation():
    """The tripping batch is closed, nothing is validated, and the stop can resume."""
    task = await make_task()
    recorder = RecordingCallback()
    budget = BudgetStopping(max_calls=3)

    history = await run(task, "fit", [recorder, budget], n=8, batch_size=2, epochs=3)

    hooks = recorder.hooks()
    assert "on_test_begin" not in hooks
    assert hooks[-4:] == [
        "on_epoch_end",
        "before_train_end",
        "on_train_end",
        "teardown",
    ]
    assert hooks.count("on_train_batch_begin") == hooks.count("on_train_batch_end")
    assert "on_run_error" not in hooks
    assert re.match("the budget .* of max_calls=3", history.stop_reason)
    assert history.stop_reason == budget.stop_reason
    assert (budget.stopped_epoch, budget.stopped_batch) == (0, 0)


async def test_a_batch_begins_only_if_what_the_last_one_took_is_left():
    """With `reserve="auto"` no half-paid batch is begun; without, it is."""
    spent = {}
    for reserve in ("auto", 0.0):
        task = await make_task(optimizer=Idle())
        budget = BudgetStopping(max_calls=10, reserve=reserve)
        await run(task, "fit", budget, batch_size=4, shuffle=False)
        spent[reserve] = budget.spent_calls
        assert budget.stopped_batch == {"auto": 1, 0.0: 2}[reserve]

    assert spent["auto"] == 8
    assert spent[0.0] == (10 if ASKS else 12)


class Idle(synalinks.optimizers.Optimizer):
    """Proposes nothing."""

    async def propose(self, step):
        return []


async def test_a_validation_begins_only_if_what_the_last_one_took_is_left():
    """The second validation does not fit, and is not begun."""
    calls = []

    class Forgetful(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            self.trainer.optimizer.ledger.__init__()  # every cell is paid for again

        def on_test_begin(self, logs=None):
            calls.append(task.n_calls)

    task = await make_task(optimizer=Idle())
    budget = BudgetStopping(max_calls=28)  # 4 + 8 for an epoch, and 4 to spare

    history = await run(task, "fit", [budget, Forgetful()], n=8, batch_size=8, epochs=3)

    assert calls[0] == 8
    assert "another validation, the last of which took 8" in history.stop_reason
    assert task.n_calls == 24
    assert history.history["val_reward"] == [0.5]


async def test_a_budget_that_just_does_is_no_stop():
    """What needs exactly the budget runs to its end."""
    task = await make_task()
    budget = BudgetStopping(max_calls=8 if ASKS else 9)

    outputs = await run(task, "predict", budget, n=8)

    assert len(outputs) == 8
    assert budget.stop_reason is None
    assert (budget.spent_calls, budget.spent_tokens > 0) == (8, True)


async def test_seconds_are_counted_on_the_clock():
    """The batch that crosses `max_seconds` is the last one."""
    time = [0.0]

    class Slow(Callback):
        def on_train_batch_begin(self, batch, logs=None):
            time[0] += 10

    task = await make_task()
    budget = BudgetStopping(max_seconds=25, reserve=0, clock=lambda: time[0])

    history = await run(task, "fit", [Slow(), budget], batch_size=2)

    assert budget.stopped_batch == 2
    assert history.stop_reason == "the budget is used up: 30 of max_seconds=25"


def model(name, answers=lambda _: {"answer": "even"}):
    return synalinks.LanguageModel(
        f"openai/{name}", transport=ScriptedTransport(answers)
    )


async def asking(language_model):
    inputs = synalinks.Input(data_model=Query)
    outputs = await synalinks.Generator(
        data_model=Answer, language_model=language_model
    )(inputs)
    return synalinks.Program(inputs=inputs, outputs=outputs)


async def test_optimizer_and_judge_calls_count():
    """Models of the optimizer and of a judge, in whatever form, are of the budget."""
    judge, critic, last = model("judge"), model("critic"), model("last")
    critic.fallback = last
    judge_program = await asking(judge)

    class Judge(synalinks.rewards.Reward):
        def __init__(self):
            super().__init__()
            self.program = judge_program

        async def call(self, y_true, y_pred):
            await self.program(Query(query="n2"))
            return 1.0

    class Critic(Idle):
        def __init__(self):
            super().__init__()
            self.language_model = critic

        async def propose(self, step):
            await self.language_model([{"role": "user", "content": "n1?"}])
            return []

    async def function(y_true, y_pred):
        await judge_program(Query(query="n2"))
        return 1.0

    async def with_options(judge_it, y_true, y_pred):
        return await judge_it(Query(query="n2"))

    for reward in (Judge(), function, functools.partial(with_options, judge_program)):
        task = await make_task(reward="exact_match", optimizer=Critic())
        task.program.compiled.reward = reward
        found = {one.model for one in reachable_models(task.program)}
        assert found == {f"openai/{one}" for one in ("test", "judge", "critic", "last")}

    task = await make_task(reward=function, optimizer=Critic())
    budget = BudgetStopping(max_calls=1000)
    await run(task, "fit", budget, n=4, batch_size=4)

    transports = [one._caller.transport for one in (judge, critic, last)]
    n_calls = task.n_calls + sum(len(one.requests) for one in transports)
    assert budget.spent_calls == n_calls > task.n_calls


@needs_gates
async def test_other_runs_of_the_model_pass():
    """A tripped budget holds back the calls of its own run only."""
    task = await make_task()

    class Other(Callback):
        def on_predict_end(self, logs=None):
            gates = task.program.language_models[0].ledger.gates
            with pytest.raises(BudgetExceededError, match="max_calls=4"):
                gates[0].admit(Usage(calls=1))
            self.n_gates = len(gates)

    other = Other()
    with pytest.warns(SynalinksWarning, match="ended after . of 2 batches"):
        await run(task, "predict", [other, BudgetStopping(max_calls=4)], n=8)

    assert other.n_gates == 1
    assert task.program.language_models[0].ledger.gates == []
    assert len(await run(task, "predict", None, n=8)) == 8


async def test_a_resumed_run_gets_no_new_budget():
    """Two epochs and two more on the restored state take what four do."""
    whole = BudgetStopping(max_calls=1000)
    await run(await make_task(), "fit", whole, n=8, epochs=4)

    task = await make_task()
    first, second = BudgetStopping(max_calls=1000), BudgetStopping(max_calls=1000)
    await run(task, "fit", first, n=8, epochs=2)
    state = first.state_dict()

    class Resume(Callback):
        callback_order = 30

        def on_train_begin(self, logs=None):
            second.load_state_dict(state)

    await run(task, "fit", [second, Resume()], n=8, epochs=4, initial_epoch=2)

    assert state["calls"] == first.spent_calls > 0
    assert second.spent_calls == task.n_calls
    assert second.spent_calls == whole.spent_calls
    assert second.spent_seconds > first.spent_seconds


async def test_a_restored_budget_that_is_used_up_pays_nothing():
    """What was spent before counts from the first batch on."""
    task = await make_task()
    budget = BudgetStopping(max_calls=5)
    spent = {"cost": 0.0, "tokens": 0, "calls": 6, "seconds": 1.0}

    class Resume(Callback):
        callback_order = 30

        def on_train_begin(self, logs=None):
            budget.load_state_dict(spent)

    await run(task, "fit", [budget, Resume()], n=8)

    assert task.n_calls == 0
    assert "6 of max_calls=5" in budget.stop_reason


async def test_unknown_prices_are_an_error():
    """A limit in dollars that cannot hold is refused, with what to do instead."""

    def unpriced(request):
        usage = Usage(calls=1, prompt_tokens=3, completion_tokens=1, cost_usd=None)
        return LMResponse(content='{"answer": "even"}', usage=usage, model="x")

    task = await make_task(unpriced)

    with pytest.raises(ConfigurationError, match="price of `openai/test` is not known"):
        await run(task, "fit", BudgetStopping(max_cost=1.0), n=4)

    n_calls = task.n_calls
    with pytest.raises(ConfigurationError, match="Limit `max_tokens` or `max_calls`"):
        await run(task, "fit", BudgetStopping(max_cost=1.0), n=4)
    assert task.n_calls == n_calls


async def test_verbose_says_why(capsys):
    """With `verbose=1` a line on standard output says why the run was stopped."""
    await run(await make_task(), "fit", BudgetStopping(max_calls=2, verbose=1), n=4)

    assert capsys.readouterr().out.startswith("BudgetStopping: the budget ")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs a limit: `max_cost`, `max_tokens`, `max_calls` or `max_seconds`"),
        ({"max_calls": 2.5}, "`max_calls` is an integer above 0, received: 2.5"),
        ({"max_cost": 0}, "`max_cost` is a number above 0, received: 0"),
        ({"max_cost": True}, "`max_cost` is a number above 0, received: True"),
        ({"max_cost": float("nan")}, "`max_cost` is a number above 0, received: nan"),
        ({"max_cost": 1, "reserve": 1}, '`reserve` is "auto" or a share from 0'),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    """A budget that cannot hold is refused when it is made."""
    with pytest.raises(ConfigurationError, match=message):
        BudgetStopping(**arguments)
