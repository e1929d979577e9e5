"""Over real HTTP: what the server sees is what we count, and nothing is left over."""

import asyncio
import gc
import subprocess
import sys
import time
from pathlib import Path

import pytest

from synalinks import errors
from synalinks._internal import context
from synalinks._internal.journal import Journal
from synalinks.language_models import LanguageModel
from synalinks.testing import Answer, ChatServer, Drop, Hang, Raw, Status

pytestmark = [
    pytest.mark.integration,
    # litellm's types use what pydantic warns about when it first meets them.
    pytest.mark.filterwarnings("ignore:Items? .* on TypedDict class:UserWarning"),
]

MESSAGES = [{"role": "user", "content": "Was it good?"}]
SCHEMA = {
    "type": "object",
    "properties": {"label": {"type": "string", "enum": ["good", "bad"]}},
    "required": ["label"],
}
GOOD = {"label": "good"}


@pytest.fixture(params=["direct", "litellm"])
def transport(request):
    return request.param


@pytest.fixture
def make(transport):
    """Return a function that makes a model and the server that it talks to."""
    servers = []

    def make_model(answer, options=(), **server_options):
        server = ChatServer(answer, **server_options)
        server.start()
        servers.append(server)
        options = {"timeout": 30, "retry_max_wait": 0.2, **dict(options)}
        model = LanguageModel(
            "openai/gpt-4o-mini",
            api_base=server.url,
            api_key="a-key-of-a-test",
            transport=transport,
            **options,
        )
        return model, server

    yield make_model
    for server in servers:
        server.stop()


async def ask_all(model, n_calls):
    """Make calls at once; return errors by class name, in all."""
    failures = []

    async def one(number):
        turn = {"role": "user", "content": f"Was number {number} good?"}
        try:
            await model.complete([turn], schema=SCHEMA)
        except errors.LanguageModelError as error:
            failures.append(type(error).__name__)

    async with asyncio.TaskGroup() as group:
        for number in range(n_calls):
            group.create_task(one(number))
    return failures


FAULTS = {
    "429": Status(status=429),
    "429 and when": Status(status=429, headers={"Retry-After": "0.1"}),
    "500": Status(status=500),
    "503": Status(status=503),
    "408": Status(status=408),
    "409": Status(status=409),
    "529": Status(status=529),
    "drop": Drop(),
    "html": Raw(),
    "not json": "nonsense",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_passes(make, fault):
    """Two faults and an answer are three requests, three attempts, and no failure."""
    model, server = make([FAULTS[fault], FAULTS[fault], GOOD])

    completion = asyncio.run(model.complete(MESSAGES, schema=SCHEMA))

    assert completion.value == GOOD
    assert len(server.requests) == model.cumulated_attempts == 3
    assert model.cumulated_failed_calls == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_that_stays(make, fault):
    """No more requests than `retry` says, whatever the fault: one layer retries."""
    model, server = make(lambda _: FAULTS[fault], {"retry": 3})

    with pytest.raises(errors.LanguageModelError) as caught:
        asyncio.run(model.complete(MESSAGES, schema=SCHEMA))

    assert len(server.requests) == model.cumulated_attempts == 3
    assert caught.value.attempts == 3
    assert model.cumulated_failed_calls == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 422])
def test_permanent_errors_are_immediate(make, status):
    """One request, and no second."""
    model, server = make(Status(status=status), {"retry_max_wait": 60})

    with pytest.raises(errors.PermanentError):
        asyncio.run(model.complete(MESSAGES))

    assert len(server.requests) == model.cumulated_attempts == 1


def test_a_mix_of_faults_loses_nothing(make):
    """With a third of all requests failing, everybody gets an answer."""
    numbers = iter(range(100_000))
    faults = list(FAULTS.values())

    def answer(_):
        number = next(numbers)
        return faults[number // 3 % len(faults)] if number % 3 == 0 else GOOD

    model, server = make(answer, {"retry": 12})

    failures = asyncio.run(ask_all(model, 150))

    assert failures == []
    assert len(server.requests) == model.cumulated_attempts > 150


def test_a_hang_is_cut_and_not_begun_again(make):
    """`timeout` bounds the call; there is no time for a second attempt."""
    model, server = make([GOOD, Hang(), GOOD], {"timeout": 0.7})
    asyncio.run(model.complete(MESSAGES, schema=SCHEMA))
    started = time.perf_counter()

    with pytest.raises(errors.TimedOutError):
        asyncio.run(model.complete(MESSAGES, schema=SCHEMA))

    assert time.perf_counter() - started < 15
    assert len(server.requests) <= model.cumulated_attempts == 2


@pytest.mark.parametrize(
    "limits", [{"max_in_flight": 8}, {"requests_per_s": 100, "burst": 5}], ids=str
)
def test_limits_of_the_server_slow_down_and_fail_nobody(make, limits):
    """No sample is lost: who is refused is answered later."""
    model, server = make(GOOD, latency_s=0.05, **limits)

    failures = asyncio.run(ask_all(model, 200))

    assert failures == []
    assert len(server.requests) == model.cumulated_attempts
    assert server.log.statuses[200] == 200


def test_the_distance_that_a_provider_asks_for_is_kept(make):
    """Headers of answers are obeyed: nobody has to be refused first."""
    headers = {
        "x-ratelimit-limit-requests": "10",
        "x-ratelimit-remaining-requests": "0",
        "x-ratelimit-reset-requests": "500ms",
    }
    model, server = make(Answer(content=GOOD, headers=headers))
    asyncio.run(model.complete(MESSAGES, schema=SCHEMA))

    async def seconds_of_twelve():
        await ask_all(model, 1)  # a new loop is told anew
        started = time.perf_counter()
        await ask_all(model, 12)
        return time.perf_counter() - started

    seconds = asyncio.run(seconds_of_twelve())

    # Eleven distances of 50 ms; sends may be 100 ms behind and still in step.
    assert seconds > 11 * 0.05 - 0.1
    assert server.log.statuses == {200: 14}


def test_the_fallback_answers_over_http(make):
    """Each server sees its own requests."""
    other, others_server = make(GOOD)
    model, server = make(Status(status=404), {"fallback": other})

    completion = asyncio.run(model.complete(MESSAGES, schema=SCHEMA))

    assert completion.value == GOOD
    assert (len(server.requests), len(others_server.requests)) == (1, 1)


def test_cancelling_many_is_final(make):
    """When a cancellation is over, not one more request comes, retry or not."""
    model, server = make(
        lambda _: Status(status=429, headers={"Retry-After": "0.2"}), {"retry": 99}
    )

    async def main():
        run = asyncio.ensure_future(ask_all(model, 50))
        while len(server.requests) < 10:
            await asyncio.sleep(0.01)
        run.cancel()
        with pytest.raises(asyncio.CancelledError):
            await run
        n_sent = model.cumulated_attempts
        assert len(asyncio.all_tasks()) == 1
        await asyncio.sleep(0.5)
        return n_sent

    n_sent = asyncio.run(main())

    assert model.cumulated_attempts == n_sent >= len(server.requests)


def test_a_killed_run_goes_on_where_it_was(make, tmp_path):
    """With a journal, answers that arrived are never paid for again."""
    model, server = make(GOOD)

    async def run(folder):
        journal = Journal(folder)
        await asyncio.to_thread(journal.open)
        with context.bound(context.journal, journal):
            failures = await ask_all(model, 30)
        await asyncio.to_thread(journal.close)
        return failures

    first, second = asyncio.run(run(tmp_path)), asyncio.run(run(tmp_path))

    assert first == second == []
    assert len(server.requests) == 30
    assert (model.cumulated_calls, model.cumulated_attempts) == (60, 30)


PROGRAM = """
import asyncio, sys
from synalinks.language_models import LanguageModel

model = LanguageModel(
    "openai/gpt-4o-mini", api_base=sys.argv[1], api_key="a-key-of-a-test",
    cache_dir=sys.argv[2],
)

async def main():
    async with asyncio.TaskGroup() as group:
        for number in range(20):
            turn = {"role": "user", "content": f"number {number}"}
            group.create_task(model.complete([turn]))
    print(model.cumulated_cache_hits)

asyncio.run(main())
"""


def test_processes_share_answers(tmp_path):
    """What one process has paid for, the next one gets."""
    with ChatServer("ok") as server:
        command = [sys.executable, "-c", PROGRAM, server.url, str(tmp_path / "answers")]
        hits = [
            int(subprocess.run(command, capture_output=True, check=True).stdout)
            for _ in range(2)
        ]

    assert hits == [0, 20]
    assert len(server.requests) == 20


def n_open_files():
    return len(list(Path("/proc/self/fd").iterdir()))


def n_lines(folder):
    return sum(path.read_bytes().count(b"\n") for path in folder.glob("*.jsonl"))


def wait_until(condition):
    """Give what happens in other threads ten seconds."""
    for _ in range(200):
        if condition():
            return
        time.sleep(0.05)


@pytest.mark.slow
def test_a_thousand_loops_leave_nothing_open(tmp_path):
    """Sockets, files and limiters end with their loop."""
    with ChatServer("ok") as server:
        model = LanguageModel(
            "openai/gpt-4o-mini",
            api_base=server.url,
            api_key="a-key-of-a-test",
            cache_dir=str(tmp_path / "answers"),
        )

        def loop(number):
            turn = {"role": "user", "content": f"number {number}"}
            asyncio.run(model.complete([turn]))

        for number in range(5):
            loop(number)
        wait_until(lambda: n_lines(tmp_path / "answers") == 5)
        gc.collect()
        before = n_open_files()
        for number in range(1000):
            loop(number + 5)
        gc.collect()
        # The server closes its side a little later.
        wait_until(lambda: n_open_files() <= before + 1)

        assert n_open_files() <= before + 1
        assert len(model._caller.limits._lanes._made) == 1
        assert len(server.requests) == model.cumulated_attempts == 1005
