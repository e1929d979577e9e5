"""Attempts, waits and time of one call, on a clock that jumps."""

import asyncio

import pytest
import virtual_time

from synalinks._internal.rng import stream
from synalinks.contracts import Usage
from synalinks.errors import (
    BadRequestError,
    BudgetExceededError,
    ConnectionLostError,
    InvalidOutputError,
    RateLimitedError,
    ServerError,
    TimedOutError,
)
from synalinks.language_models import LanguageModel, LMRequest, LMResponse
from synalinks.testing import ScriptedTransport

MESSAGES = [{"role": "user", "content": "hello"}]
SCHEMA = {
    "type": "object",
    "properties": {"a": {"type": "string"}},
    "required": ["a"],
}


def scripted(answers, **options):
    transport = ScriptedTransport(answers)
    model = LanguageModel("openai/gpt-4o-mini", transport=transport, **options)
    return model, transport


def timed(model, **options):
    """Return the answer or the error of one call, and the seconds that it took."""

    async def main():
        await model._caller._prepare(model.model)
        loop = asyncio.get_running_loop()
        started = loop.time()
        try:
            outcome = (await model.complete(MESSAGES, **options)).value
        except Exception as error:  # noqa: BLE001 - it is what the test looks at
            outcome = error
        assert len(asyncio.all_tasks()) == 1
        return outcome, loop.time() - started

    return virtual_time.run(main())


TRANSIENT = [
    RateLimitedError("429", status_code=429),
    ServerError("500", status_code=500),
    ServerError("529", status_code=529),
    ConnectionLostError("gone"),
    TimedOutError("408", status_code=408),
]


@pytest.mark.parametrize("error", TRANSIENT, ids=str)
def test_transient_errors_are_tried_again(error):
    """It may work later, and then it is as if nothing had happened."""
    model, transport = scripted([error, error, "ok"])

    outcome, seconds = timed(model)

    assert outcome["content"] == "ok"
    assert len(transport.requests) == model.cumulated_attempts == 3
    assert (model.cumulated_calls, model.cumulated_failed_calls) == (1, 0)
    assert 0 < seconds <= 3.1


@pytest.mark.parametrize("error", TRANSIENT, ids=str)
def test_attempts_end(error):
    """As many requests as `retry` says, then the error, which knows how many."""
    model, transport = scripted([error] * 9, retry=4)

    outcome, _ = timed(model)

    assert outcome is error
    assert outcome.attempts == 4
    assert len(transport.requests) == model.cumulated_attempts == 4
    assert model.cumulated_failed_calls == 1


@pytest.mark.parametrize(
    "error", [BadRequestError("400"), ValueError("a mistake")], ids=repr
)
def test_other_errors_are_not(error):
    """What will fail again is not tried again, and costs no time."""
    model, transport = scripted([error] * 2)

    outcome, seconds = timed(model)

    assert (outcome, seconds, len(transport.requests)) == (error, 0.0, 1)


def test_waits_are_the_same_in_a_run_that_is_repeated():
    """The jitter is drawn from the seed and the request."""
    times = [timed(scripted([ServerError("x")] * 3 + ["ok"])[0])[1] for _ in range(2)]

    assert times[0] == times[1] > 0


def test_the_server_says_when():
    """`Retry-After` is obeyed, up to the longest wait."""
    model, _ = scripted(
        [
            RateLimitedError("later", retry_after_s=7.0),
            ServerError("later", retry_after_s=3600.0),
            "ok",
        ],
        retry_max_wait=20,
    )

    assert timed(model)[1] == pytest.approx(27.0)


def test_retry_after_pauses_the_model():
    """Other calls wait as well: they would be refused like the first."""
    sent_s = []

    async def answer(_):
        sent_s.append(asyncio.get_running_loop().time())
        if len(sent_s) == 1:
            raise RateLimitedError("later", retry_after_s=5.0)
        return "ok"

    model, _ = scripted(answer)

    async def main():
        await model._caller._prepare(model.model)
        first = asyncio.create_task(model(MESSAGES))
        await asyncio.sleep(1)
        await model(MESSAGES)
        await first

    virtual_time.run(main())

    assert sent_s[0] == 0.0
    assert sent_s[1:] == pytest.approx([5.0, 5.0], abs=0.1)


@pytest.mark.parametrize("is_refused", [False, True], ids=["answer", "refusal"])
def test_a_limit_that_lasts_for_days_stops_nobody(is_refused):
    """The distance between calls is bounded, as each wait is, by `retry_max_wait`."""
    refusal = RateLimitedError("429", status_code=429)
    refusal.interval_s = 1e9
    told = [refusal] if is_refused else []
    answers = [LMResponse(content="ok", interval_s=1e9) for _ in range(3)]
    model, transport = scripted([*told, *answers], retry_max_wait=5)

    async def main():
        await model._caller._prepare(model.model)
        for _ in range(3):
            await model.complete(MESSAGES)
        return asyncio.get_running_loop().time()

    assert virtual_time.run(main()) <= 5 * (2 + is_refused)
    assert len(transport.requests) == 3 + is_refused


def test_a_rate_limit_slows_down_and_fails_nobody():
    """Refusals while others get through use up no attempt."""
    answered_s = [-1.0]
    n_refused = 0

    async def answer(_):
        nonlocal n_refused
        now_s = asyncio.get_running_loop().time()
        if now_s - answered_s[-1] < 0.1:
            n_refused += 1
            raise RateLimitedError("ten per second")
        answered_s.append(now_s)
        return "ok"

    model, transport = scripted(answer, retry=5)

    async def main():
        await model._caller._prepare(model.model)
        async with asyncio.TaskGroup() as group:
            for _ in range(100):
                group.create_task(model(MESSAGES))

    virtual_time.run(main())

    assert model.cumulated_calls == 100
    assert n_refused > 5
    assert model.cumulated_attempts == len(transport.requests) == 100 + n_refused


def all_answered(answer, n_calls, **options):
    """Return the seconds in which calls made at once are all answered, and requests."""
    model, transport = scripted(answer, **options)

    async def main():
        await model._caller._prepare(model.model)
        async with asyncio.TaskGroup() as group:
            for number in range(n_calls):
                turn = {"role": "user", "content": f"number {number}"}
                group.create_task(model.complete([turn]))
        return asyncio.get_running_loop().time()

    return virtual_time.run(main()), len(transport.requests)


@pytest.mark.parametrize("status", [500, 503, 529])
@pytest.mark.parametrize("every", [10, 4])
def test_faults_that_come_at_random_delay_nobody_else(status, every):
    """They cost the call that meets them its own waits; the others do not slow down."""
    n_failures = {}

    async def answer(request):
        await asyncio.sleep(0.2)
        text = request.messages[0]["content"]
        n_failed = n_failures.get(text, 0)
        if stream(n_failed, "faults", text).uniform(0.0, every) < 1:
            n_failures[text] = n_failed + 1
            message = "a fault"
            raise ServerError(message, status_code=status)
        return "ok"

    seconds, n_requests = all_answered(answer, 1000, retry=12)

    # Without faults it takes 1.4 s; waits are of 1, 2, 4 ... seconds at most.
    assert seconds < 1.4 + 2.0 ** max(n_failures.values())
    assert n_requests == 1000 + sum(n_failures.values())


@pytest.mark.parametrize("n_admitted", [4, 32])
@pytest.mark.parametrize("refusal_s", [0.001, 0.2], ids=["quick", "slow"])
def test_a_limit_that_is_told_as_a_fault_is_found_as_well(n_admitted, refusal_s):
    """A server that answers 503 to what is too much loses nobody, nor is it flooded."""
    n_inside = 0

    async def answer(_):
        nonlocal n_inside
        await asyncio.sleep(refusal_s)
        if n_inside >= n_admitted:
            message = "busy"
            raise ServerError(message, status_code=503)
        n_inside += 1
        await asyncio.sleep(0.2)
        n_inside -= 1
        return "ok"

    seconds, n_requests = all_answered(answer, 1000)

    assert seconds < 1.5 * 1000 / n_admitted * (0.2 + refusal_s)
    assert n_requests < 1300


def test_time_holds_for_attempts_and_waits_together():
    """`timeout` bounds the call, whatever the single attempts do."""

    async def slow(_):
        await asyncio.sleep(3)
        message = "too slow"
        raise ServerError(message)

    model, transport = scripted(slow, timeout=10, retry=99)

    outcome, seconds = timed(model)

    assert isinstance(outcome, (TimedOutError, ServerError))
    assert seconds <= 10
    assert 2 <= len(transport.requests) <= 4


def test_a_wait_that_is_too_long_is_not_begun():
    """If the server asks for more time than there is, the call ends at once."""
    error = RateLimitedError("tomorrow", retry_after_s=50.0)
    model, _ = scripted([error], timeout=30)

    outcome, seconds = timed(model)

    assert (outcome, seconds) == (error, 0.0)


def test_time_in_the_queue_is_not_counted():
    """A call that waits long for its first slot has all its time when it gets one."""

    async def slow(_):
        await asyncio.sleep(0.9)
        return "ok"

    model, _ = scripted(slow, timeout=1, max_concurrency=1)

    async def main():
        await model._caller._prepare(model.model)
        async with asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(model(MESSAGES))

    virtual_time.run(main())

    assert model.cumulated_calls == 20


def test_an_invalid_answer_is_shown_what_is_wrong():
    """The model sees its answer and the violation, and all answers are counted."""
    usage = {"prompt_tokens": 10, "completion_tokens": 1}
    model, transport = scripted(["nonsense", {"b": 1}, {"a": "x"}])

    outcome, _ = timed(model, schema=SCHEMA)

    assert outcome == {"a": "x"}
    last = transport.requests[-1].messages
    assert [one["role"] for one in last] == ["user"] + ["assistant", "user"] * 2
    assert last[1]["content"] == "nonsense"
    assert last[2]["content"].startswith("That answer is not valid: ")
    assert "expected the keys ['a']" in last[4]["content"]
    assert model.cumulated_calls == model.cumulated_attempts == 3
    assert model.cumulated_prompt_tokens > 3 * usage["completion_tokens"]


def test_invalid_answers_are_asked_for_three_times_at_most():
    """Then the error is raised; each answer was paid for."""
    model, transport = scripted(["nonsense"] * 9)

    outcome, _ = timed(model, schema=SCHEMA)

    assert isinstance(outcome, InvalidOutputError)
    assert (outcome.attempts, len(transport.requests)) == (3, 3)
    assert (model.cumulated_calls, model.cumulated_failed_calls) == (3, 1)


def test_an_answer_that_was_cut_off_is_not_asked_for_again():
    """The same limit would cut it off again."""
    model, transport = scripted([LMResponse(content="{", finish_reason="length")] * 9)

    outcome, _ = timed(model, schema=SCHEMA)

    assert isinstance(outcome, InvalidOutputError)
    assert (outcome.attempts, len(transport.requests)) == (1, 1)


def test_a_call_that_is_being_served_shows_that_the_model_takes_calls():
    """A burst that is refused at the start fails nobody, even with few attempts."""
    n_inside = 0

    async def answer(_):
        nonlocal n_inside
        await asyncio.sleep(0.001)
        if n_inside == 4:
            raise RateLimitedError("four at once", retry_after_s=0.01)
        n_inside += 1
        await asyncio.sleep(0.5)
        n_inside -= 1
        return "ok"

    model, transport = scripted(answer, retry=2)

    async def main():
        await model._caller._prepare(model.model)
        async with asyncio.TaskGroup() as group:
            for _ in range(40):
                group.create_task(model(MESSAGES))

    virtual_time.run(main())

    assert model.cumulated_calls == 40
    assert len(transport.requests) > 40


def test_usage_is_that_of_all_answers():
    """What the caller is told is what was paid."""
    model, _ = scripted(["nonsense", {"a": "x"}])

    async def main():
        return await model.complete(MESSAGES, schema=SCHEMA)

    completion = virtual_time.run(main())

    assert completion.usage.calls == 2
    assert completion.usage.prompt_tokens == model.cumulated_prompt_tokens


class Gate:
    """Lets so many pass, and notes all that happens."""

    def __init__(self, n):
        self.left, self.in_flight, self.asked = n, 0, []

    def admit(self, expected):
        self.asked.append(expected)
        if self.left == 0:
            message = "The budget is used up."
            raise BudgetExceededError(message)
        self.left -= 1
        self.in_flight += 1

    def release(self, expected):
        self.in_flight -= 1


def test_a_gate_is_asked_before_each_request():
    """A retry needs to pass as well; a request that may not pass is not sent."""
    model, transport = scripted([ServerError("x")] * 9, fallback="embedded/learner")
    gate = Gate(2)
    model.ledger.gates.append(gate)

    outcome, _ = timed(model)

    assert isinstance(outcome, BudgetExceededError)
    assert len(transport.requests) == model.cumulated_attempts == 2
    assert gate.in_flight == 0
    assert gate.asked[0].prompt_tokens > 0
    assert gate.asked[0].cost_usd > 0
    assert model.cumulated_fallback_activations == 0


def test_all_gates_are_told():
    """A gate that let a request pass is told, even if the next one did not."""
    model, transport = scripted(["ok"])
    gates = [Gate(1), Gate(0)]
    model.ledger.gates += gates

    outcome, _ = timed(model)

    assert isinstance(outcome, BudgetExceededError)
    assert (gates[0].in_flight, transport.requests) == (0, [])
    assert gates[1].asked[0] == Usage(
        calls=1,
        prompt_tokens=gates[1].asked[0].prompt_tokens,
        completion_tokens=256,
        cost_usd=gates[1].asked[0].cost_usd,
    )


@pytest.mark.parametrize("steps", range(40))
def test_cancelling_at_any_point(steps):
    """Nothing is sent afterwards, nothing is left running, and no slot is lost."""

    async def answer(_):
        await asyncio.sleep(0)
        if len(transport.requests) % 2:
            message = "again"
            raise RateLimitedError(message, retry_after_s=0.0)
        return "nonsense"

    model, transport = scripted(answer, max_concurrency=1, retry=50)

    async def main():
        await model._caller._prepare(model.model)
        tasks = [
            asyncio.create_task(model.complete(MESSAGES, schema=SCHEMA))
            for _ in range(2)
        ]
        for _ in range(steps):
            await asyncio.sleep(0)
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        n_sent = len(transport.requests)
        await asyncio.sleep(100)
        assert len(transport.requests) == n_sent
        assert len(asyncio.all_tasks()) == 1
        limits = model._caller.limits
        limiters = [one.limiter for one in limits._lanes.get().values()]
        assert not any(one.n_in_flight for one in [limits._own.get(), *limiters])
        for task in tasks:
            assert task.cancelled() or isinstance(task.exception(), InvalidOutputError)

    virtual_time.run(main())


async def test_an_answer_that_the_provider_found_invalid_is_a_sign_of_life():
    """Who says what is wrong with an answer does not hang."""
    model, _ = scripted([InvalidOutputError("bad JSON")])
    request = LMRequest(model=model.model, messages=MESSAGES)
    limiter = model._caller.limits.lane(request).limiter
    waiting = limiter.new_place()

    limiter.timed_out(TimedOutError("late"), limiter.now_s())
    with pytest.raises(InvalidOutputError):
        await model(MESSAGES)
    limiter.timed_out(TimedOutError("late"), limiter.now_s() + 1)

    assert limiter.verdict_on(waiting) is None
