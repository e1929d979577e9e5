"""What `fit`, `evaluate` and `predict` make of a provider that fails."""

import asyncio
import contextlib
import csv
import math

import pytest

import synalinks
from synalinks import errors
from synalinks._internal import context
from synalinks._internal.journal import Journal
from synalinks.language_models import LanguageModel
from synalinks.testing import Fault
from tests.full_disk import fill_disk

pytestmark = [
    pytest.mark.fault,
    pytest.mark.filterwarnings("ignore::synalinks.errors.SynalinksWarning"),
]

N_IN_FLIGHT = 8
N_SAMPLES = 64


class Review(synalinks.DataModel):
    """What is asked about."""

    review: str


class Label(synalinks.DataModel):
    """What is answered."""

    label: str


def data(n_samples=N_SAMPLES):
    x = [Review(review=f"Number {index}.") for index in range(n_samples)]
    return x, [Label(label="good") for _ in x]


async def make_program(server, **options):
    """Return a compiled program of one generator, and its model."""
    times = {"timeout": 5, "retry": 2, "retry_max_wait": 0.02}
    model = LanguageModel(
        "openai/gpt-4o-mini",
        api_base=server.url,
        api_key="a-key",
        max_concurrency=N_IN_FLIGHT,
        **{**times, **options},
    )
    inputs = synalinks.Input(data_model=Review)
    outputs = await synalinks.Generator(data_model=Label, language_model=model)(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs)
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(), reward="exact_match"
    )
    return program, model


def run(method, program):
    """Run one of the loops over the data."""
    x, y = data()
    if method == "fit":
        held_out = data(16)
        return program.fit(x, y, validation_data=held_out, batch_size=16, verbose=0)
    if method == "evaluate":
        return program.evaluate(x, y, batch_size=16, verbose=0)
    return program.predict(x, batch_size=16, verbose=0)


async def quiet(server, model):
    """Return how many requests came, and make sure that no more are sent."""
    n_attempts = model.cumulated_attempts
    await asyncio.sleep(0.15)
    assert model.cumulated_attempts == n_attempts
    # Attempts that were cancelled before their first byte are counted all the same.
    assert len(server.requests) <= n_attempts
    return len(server.requests)


METHODS = ["fit", "evaluate", "predict"]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("401", errors.AuthenticationError),
        ("403", errors.AuthenticationError),
        ("404", errors.ModelNotFoundError),
        ("quota", errors.AuthenticationError),
    ],
)
async def test_a_system_that_refuses_ends_the_run(serve, method, name, kind):
    """The first such answer is raised; no more is sent than what is in flight."""
    server = await asyncio.to_thread(serve, {"label": "good"}, faults=[Fault(name)])
    program, model = await make_program(server)

    with pytest.raises(kind):
        await run(method, program)

    n_sent = await quiet(server, model)
    assert 1 <= n_sent <= model.cumulated_attempts <= N_IN_FLIGHT


@pytest.mark.parametrize("method", METHODS)
async def test_a_key_that_is_refused_later_ends_the_run(serve, method):
    """From the first refusal on, only what is in flight comes to its end."""
    refused = Fault("401", at=range(20, 10**6))
    server = await asyncio.to_thread(
        serve, {"label": "good"}, faults=[refused], latency_s=0.01
    )
    program, model = await make_program(server)

    with pytest.raises(errors.AuthenticationError):
        await run(method, program)

    n_sent = await quiet(server, model)
    assert 20 <= n_sent < 20 + N_IN_FLIGHT


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", ["503", "drop", "hang", "html"])
async def test_a_dead_provider_is_an_error(serve, method, name):
    """No run succeeds on nothing: the causes are named and counted, soon."""
    server = await asyncio.to_thread(serve, {"label": "good"}, faults=[Fault(name)])
    program, model = await make_program(server, timeout=0.3)

    with pytest.raises(errors.AllSamplesFailedError) as caught:
        await run(method, program)

    assert "Error" in str(caught.value)
    await quiet(server, model)


@pytest.mark.parametrize("method", METHODS)
async def test_a_full_disk_ends_the_run(serve, method, tmp_path, monkeypatch):
    """What cannot be kept is not paid for: no failed sample, and no further call."""
    server = await asyncio.to_thread(serve, {"label": "good"})
    program, model = await make_program(server)
    journal = Journal(tmp_path / "journal")
    await asyncio.to_thread(journal.open)
    fill_disk(monkeypatch, 3)

    with (
        context.bound(context.journal, journal),
        pytest.raises(errors.WriteError, match="No space left"),
    ):
        await run(method, program)

    n_sent = await quiet(server, model)
    assert n_sent <= len(journal) + N_IN_FLIGHT
    with contextlib.suppress(errors.WriteError):
        await asyncio.to_thread(journal.close)


async def test_a_few_failures_are_counted_and_the_run_goes_on(serve):
    """Failed samples are data: the others are scored as if they were alone."""
    server = await asyncio.to_thread(
        serve, {"label": "good"}, faults=[Fault("503", prompt=r"Number [35]\.")]
    )
    program, model = await make_program(server)

    results = await program.evaluate(*data(), batch_size=16, verbose=0)
    outputs = await program.predict(data()[0], batch_size=16, verbose=0)

    assert results["reward"] == 1.0
    lost = [index for index, output in enumerate(outputs) if output is None]
    assert lost == [3, 5]
    assert len(server.requests) == model.cumulated_attempts


async def test_a_prompt_that_is_too_long_names_its_sample(serve):
    """It is tried once, and the error says which sample it was."""
    too_long = Fault("context_too_long", prompt=r"Number 5\.")
    server = await asyncio.to_thread(serve, {"label": "good"}, faults=[too_long])
    program, _ = await make_program(server)

    with pytest.raises(errors.ContextTooLongError) as caught:
        await program.evaluate(
            *data(8), batch_size=4, on_sample_error="raise", verbose=0
        )

    assert any(note.endswith(":5") for note in caught.value.__notes__)
    prompts = [line.body["messages"][-1]["content"] for line in server.requests]
    assert sum("Number 5." in prompt for prompt in prompts) == 1


@pytest.mark.parametrize("method", METHODS)
async def test_cancelling_a_run_sends_nothing_more(serve, method):
    """Neither the loop nor a call goes on behind the back of who stopped it."""
    server = await asyncio.to_thread(serve, {"label": "good"}, latency_s=0.05)
    program, model = await make_program(server)
    task = asyncio.ensure_future(run(method, program))
    while len(server.requests) < 2 * N_IN_FLIGHT:
        await asyncio.sleep(0.01)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    await quiet(server, model)
    left = asyncio.all_tasks() - {asyncio.current_task()}
    assert not [task for task in left if "synalinks" in repr(task.get_coro())]


def test_half_a_character_ends_no_run_and_spoils_no_file(serve, tmp_path):
    """Inputs and answers that were cut inside one are written and read again."""
    half = "good \ud83d"
    server = serve({"label": half})
    x = [Review(review=f"Number {index} {half}") for index in range(8)]
    y = [Label(label=half) for _ in x]

    async def fit(epochs):
        synalinks.clear_session()
        program, model = await make_program(server, cache_dir=str(tmp_path / "kept"))
        callbacks = [
            synalinks.callbacks.BackupAndRestore(
                tmp_path / "backup", delete_checkpoint=False
            ),
            synalinks.callbacks.CSVLogger(tmp_path / "log.csv"),
            synalinks.callbacks.ProgramCheckpoint(tmp_path / "best.json"),
        ]
        history = await program.fit(
            x, y, epochs=epochs, batch_size=4, callbacks=callbacks, verbose=0
        )
        await model.aclose()
        return program, history.history["reward"]

    program, rewards = asyncio.run(fit(1))
    program.save(tmp_path / "program.json")
    n_requests = len(server.requests)

    assert rewards == [1.0]
    assert asyncio.run(fit(1))[1] == [1.0]
    assert len(server.requests) == n_requests
    assert asyncio.run(fit(2))[1] == [1.0, 1.0]


@pytest.mark.parametrize("name", ["gpt-4o-mini", "my-own"])
def test_a_log_says_where_a_price_is_not_known(serve, tmp_path, name):
    """The column of the cost has a number that is none, never 0."""
    server = serve({"label": "good"})
    model = LanguageModel(f"openai/{name}", api_base=server.url, api_key="a-key")

    async def fit():
        inputs = synalinks.Input(data_model=Review)
        generator = synalinks.Generator(data_model=Label, language_model=model)
        program = synalinks.Program(inputs=inputs, outputs=await generator(inputs))
        program.compile(
            optimizer=synalinks.optimizers.RandomFewShot(),
            reward="exact_match",
            metrics=["cost"],
        )
        log = synalinks.callbacks.CSVLogger(tmp_path / "log.csv")
        await program.fit(*data(4), epochs=1, callbacks=log, verbose=0)

    asyncio.run(fit())

    with (tmp_path / "log.csv").open(encoding="utf-8") as file:
        (row,) = csv.DictReader(file)
    cost = float(row["cost"])
    assert (cost > 0) if name == "gpt-4o-mini" else math.isnan(cost)
