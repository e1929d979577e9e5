"""What `Monitor` writes of a run, read back from a real MLflow server."""

import subprocess
import sys
import textwrap
import time

import pytest
from builders import Answer, Query, embedded, run

import synalinks
from synalinks.callbacks import Callback, Monitor, StopRun
from synalinks.language_models import LMResponse
from synalinks.testing import ScriptedTransport

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(300),
    # MLflow's own, when it is imported.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::UserWarning:mlflow.*"),
]

KEY = "sk-canary-0123456789abcdef"
PHASES = ("inference", "reward", "optimizer")
X = [Query(query=f"question {number}") for number in range(12)]
Y = [Answer(answer="even" if number % 2 == 0 else "odd") for number in range(12)]


def answer(request):
    """Answer by what the examples of the prompt show; few are known without any."""
    prompt, question = (str(one["content"]) for one in request.messages[:2])
    number = int("".join(filter(str.isdigit, question)))
    is_even, knows = number % 2 == 0, "even" in prompt or number % 4 == 0
    usage = synalinks.contracts.Usage(
        calls=1, prompt_tokens=20, completion_tokens=2, cost_usd=0.25
    )
    text = "even" if is_even and knows else "odd"
    return LMResponse(content=f'{{"answer": "{text}"}}', usage=usage)


async def make_program(name, script=answer):
    """Return a compiled program, and its model."""
    model = synalinks.LanguageModel(
        "openai/scripted",
        transport=ScriptedTransport(script),
        api_key=KEY,
        temperature=0.5,
        name="lm",
    )
    inputs = synalinks.Input(data_model=Query)
    outputs = await synalinks.Generator(
        data_model=Answer, language_model=model, name="writer"
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name=name)
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(), reward="exact_match"
    )
    return program, model


def plain_monitor(server, **options):
    """Return a monitor without the model and the picture, which take MLflow longest."""
    quiet = {"log_program_model": False, "log_program_plot": False}
    return Monitor(tracking_uri=server.url, **quiet, **options)


async def fit(program, *callbacks, **options):
    """Train for two epochs of two batches."""
    arguments = {"epochs": 2, "batch_size": 4, "verbose": 0, **options}
    return await program.fit(
        X[:8],
        Y[:8],
        validation_data=(X[8:], Y[8:]),
        callbacks=list(callbacks),
        **arguments,
    )


def all_texts(run_seen):
    """Return everything that a run says of itself."""
    data = run_seen.data
    return str([data.params, data.tags, data.metrics])


class Watch(Callback):
    """Notes what the model has taken at the end of each epoch, and the prompt."""

    def __init__(self, model):
        self.model_seen = model
        self.calls = []
        self.prompts = []

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append(self.model_seen.cumulated_calls)
        prompt = self.program.get_module("writer").system_prompt()
        self.prompts.append((prompt, logs["val_reward"]))

    @property
    def best_prompt(self):
        """The first of those that the best reward was validated with."""
        return max(self.prompts, key=lambda one: one[1])[0]


@pytest.fixture(scope="module")
def trained(mlflow_server):
    """A training and an evaluation: the two runs, history, model and what it took."""

    async def train():
        synalinks.clear_session()
        program, model = await make_program("parity")
        watch = Watch(model)
        monitor = Monitor(
            tracking_uri=mlflow_server.url,
            experiment_name="trained",
            log_batch_metrics=True,
            tags={"team": "a"},
        )
        history = await fit(program, watch, monitor)
        result = await program.evaluate(
            X, Y, verbose=0, callbacks=[monitor], batch_size=6
        )
        watch.ended_ms = time.time_ns() / 1e6
        assert await monitor.flush(120)
        return history, result, model, watch

    found = run(train())
    training, evaluation = mlflow_server.runs("trained")
    return training, evaluation, *found


def test_the_runs(trained, mlflow_server):
    """A fit and an evaluation are two finished runs, the second under the first."""
    training, evaluation, *_, watch = trained
    files = mlflow_server.client().list_artifacts(training.info.run_id)

    assert [one.path for one in files] == ["program.png"]

    assert training.info.run_name == "parity_train"
    assert evaluation.info.run_name == "parity_test"
    assert training.info.status == evaluation.info.status == "FINISHED"
    # The times are those of the run, not those at which MLflow was told of it.
    assert str(training.info.start_time) == training.data.tags["synalinks.begun_ms"]
    assert training.info.end_time <= evaluation.info.start_time
    assert evaluation.info.start_time <= evaluation.info.end_time <= watch.ended_ms
    assert training.data.tags["team"] == "a"
    assert evaluation.data.tags["mlflow.parentRunId"] == training.info.run_id


def test_params_without_secrets(trained, mlflow_server):
    """Arguments and settings are there; the key of the model is nowhere."""
    training, evaluation, *_ = trained
    params = training.data.params

    assert params["epochs"] == "2"
    assert params["batch_size"] == "4"
    assert params["program_name"] == "parity"
    assert params["num_trainable_variables"] == "1"
    assert params["reward"] == "exact_match"
    assert params["optimizer"] == "RandomFewShot"
    assert params["lm.lm.model"] == "openai/scripted"
    assert params["lm.lm.temperature"] == "0.5"
    assert KEY not in all_texts(training) + all_texts(evaluation)
    for path in mlflow_server.folder.rglob("*"):
        if path.is_file():
            assert KEY.encode() not in path.read_bytes(), path


def test_epoch_metrics(trained, mlflow_server):
    """Reward and metrics of each epoch are there once, at the step of the epoch."""
    training, _, history, *_ = trained

    for name in ("reward", "val_reward"):
        points = mlflow_server.history(training, name)
        assert points == list(enumerate(history.history[name])), name


def test_spending_by_epoch_and_phase(trained, mlflow_server):
    """Calls, tokens and dollars by epoch and phase add up to what the model counted."""
    training, _, _, _, _, watch = trained
    before = 0

    calls = dict(mlflow_server.history(training, "epoch_calls"))
    for epoch, after in enumerate(watch.calls):
        assert calls[epoch] == after - before
        before = after
    for kind, per_call in (("calls", 1), ("tokens", 22), ("cost", 0.25)):
        total = training.data.metrics[f"fit_{kind}"]
        by_phase = sum(
            value
            for phase in PHASES
            for _, value in mlflow_server.history(training, f"epoch_{kind}_{phase}")
        )
        assert total == pytest.approx(watch.calls[-1] * per_call)
        assert by_phase == pytest.approx(total)
    assert training.data.metrics["fit_duration_s"] > 0


def test_batch_metrics(trained, mlflow_server):
    """Numbers of batches are there at the step of the optimizer."""
    training, *_ = trained

    steps = [step for step, _ in mlflow_server.history(training, "train_batch_reward")]
    assert steps == [1, 2, 3, 4]
    steps = [step for step, _ in mlflow_server.history(training, "val_batch_reward")]
    assert steps == [0, 1]


def test_evaluation_metrics(trained):
    """The evaluation has its result and what it took."""
    _, evaluation, _, result, *_ = trained
    metrics = evaluation.data.metrics

    assert metrics["reward"] == pytest.approx(result["reward"])
    assert metrics["eval_calls"] == len(X)
    assert metrics["eval_cost"] == pytest.approx(0.25 * len(X))


def test_datasets(trained):
    """The samples of each role are inputs of the run, told apart by their content."""
    training, evaluation, *_ = trained
    inputs = {one.tags[0].value: one.dataset for one in training.inputs.dataset_inputs}

    assert inputs["training"].name == "parity_training"
    assert inputs["validation"].name == "parity_validation"
    assert inputs["training"].digest != inputs["validation"].digest
    (evaluated,) = evaluation.inputs.dataset_inputs
    assert evaluated.dataset.name == "parity_evaluation"


def test_the_best_program_is_a_model(trained, mlflow_server, monkeypatch, request):
    """`mlflow.pyfunc` loads the best program, with the values that scored."""
    import mlflow

    training, _, history, *_, watch = trained
    client = mlflow_server.client()
    rewards = history.history["val_reward"]
    best = client.get_model_version_by_alias("parity", "best")
    mlflow.set_tracking_uri(mlflow_server.url)
    request.addfinalizer(lambda: mlflow.set_tracking_uri(None))
    monkeypatch.setenv("OPENAI_API_KEY", "x")

    loaded = mlflow.pyfunc.load_model("models:/parity@best")

    assert best.run_id == training.info.run_id
    # One for each time that the reward has improved.
    n_best = len({max(rewards[: n + 1]) for n in range(len(rewards))})
    assert len(client.search_model_versions("name = 'parity'")) == n_best
    assert training.data.tags["synalinks.best"] == f"models:/parity/{best.version}"
    writer = loaded._model_impl.program.get_module("writer")
    assert writer.system_prompt() == watch.best_prompt


def test_prompts_have_versions(trained, mlflow_server):
    """A prompt gets a version when it has changed, and the best one an alias."""
    *_, watch = trained
    client = mlflow_server.client()
    versions = client.search_prompt_versions("parity.writer")
    texts = {one.template[0]["content"] for one in versions}

    assert len(texts) == len(versions) > 1
    assert {prompt for prompt, _ in watch.prompts} < texts
    best = client.get_prompt_version_by_alias("parity.writer", "best")
    assert best.commit_message.startswith("val_reward ")
    assert best.template[0]["content"] == watch.best_prompt
    assert best.template[1] == {"role": "user", "content": "{{ inputs }}"}


def test_the_model_predicts_in_another_process(mlflow_server):
    """Who loads the registered model elsewhere gets the answers of the program."""

    async def train():
        inputs = synalinks.Input(data_model=Query)
        outputs = await synalinks.Generator(
            data_model=Answer, language_model=embedded(), name="writer"
        )(inputs)
        program = synalinks.Program(inputs=inputs, outputs=outputs, name="served")
        program.compile(
            optimizer=synalinks.optimizers.RandomFewShot(), reward="exact_match"
        )
        monitor = Monitor(tracking_uri=mlflow_server.url, log_program_plot=False)
        await fit(program, monitor, epochs=1)
        assert await monitor.flush(120)
        return (await program(X[0])).get_json()

    expected = run(train())
    script = f"""
    import mlflow
    mlflow.set_tracking_uri({mlflow_server.url!r})
    program = mlflow.pyfunc.load_model("models:/served@best")
    print(program.predict([{X[0].get_json()!r}]))
    """
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(script)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == str([expected])


class Trouble(Callback):
    """Raises in the second epoch."""

    def __init__(self, error):
        self.error = error

    def on_epoch_begin(self, epoch, logs=None):
        if epoch == 1:
            raise self.error


ENDINGS = {
    "FAILED": RuntimeError("broken"),
    "KILLED": KeyboardInterrupt(),
    "FINISHED": StopRun("enough"),
}


@pytest.mark.parametrize("status", ENDINGS)
def test_how_a_run_has_ended(mlflow_server, status):
    """An error is FAILED, an interruption KILLED, a wish to stop FINISHED."""
    name = f"ending_{status}"

    async def train():
        program, _ = await make_program(name)
        monitor = plain_monitor(mlflow_server)
        try:
            await fit(program, monitor, Trouble(ENDINGS[status]))
        finally:
            assert await monitor.flush(120)

    if status == "FINISHED":
        run(train())
    else:
        with pytest.raises(type(ENDINGS[status])):
            run(train())

    (found,) = mlflow_server.runs(name)
    assert found.info.status == status
    assert [step for step, _ in mlflow_server.history(found, "reward")] == [0]
    told = {"FAILED": "RuntimeError: broken", "KILLED": "KeyboardInterrupt"}
    assert found.data.tags.get("synalinks.error") == told.get(status)
    if status == "FINISHED":
        assert found.data.tags["synalinks.stop_reason"] == "enough"


def test_resume_continues_the_run(mlflow_server):
    """A monitor that is given its state back goes on in its run, each point once."""

    async def train(state, epochs, **options):
        synalinks.clear_session()
        program, _ = await make_program("resumed")
        monitor = plain_monitor(mlflow_server)
        restore = Restore(monitor, state)
        await fit(program, restore, monitor, epochs=epochs, **options)
        assert await monitor.flush(120)
        return monitor.state_dict()

    state = run(train(None, 2))
    run(train(state, 4, initial_epoch=1))

    (found,) = mlflow_server.runs("resumed")
    steps = [step for step, _ in mlflow_server.history(found, "reward")]
    assert steps == [0, 1, 2, 3]
    assert found.info.status == "FINISHED"


class Restore(Callback):
    """Gives a callback its state back, as a backup does."""

    callback_order = -1

    def __init__(self, callback, state):
        self.callback, self.state = callback, state

    def on_train_begin(self, logs=None):
        if self.state is not None:
            self.callback.load_state_dict(self.state)


@pytest.mark.row("NK-39")
def test_nested_numbers_have_names_of_their_own(mlflow_server):
    """What a callback logs as a dict is written as its numbers, once each."""

    class Judges(Callback):
        def on_epoch_end(self, epoch, logs=None):
            self.trainer.log("judge", {"tone": epoch + 0.5, "by": {"length": 2}})

    async def train():
        synalinks.clear_session()
        program, _ = await make_program("nested")
        monitor = plain_monitor(mlflow_server)
        await fit(program, Judges(), monitor)
        assert await monitor.flush(120)

    run(train())

    (found,) = mlflow_server.runs("nested")
    tones = [value for _, value in mlflow_server.history(found, "judge/tone")]
    assert tones == [0.5, 1.5]
    assert found.data.metrics["judge/by/length"] == 2


@pytest.mark.row("NK-39")
def test_run_id_and_resume_append(mlflow_server):
    """With `run_id`, or `resume` and the name of the run, a training goes on in that
    run, its steps behind those there."""

    async def train(**options):
        synalinks.clear_session()
        program, _ = await make_program("appended")
        monitor = plain_monitor(mlflow_server, run_name="nightly", **options)
        await fit(program, monitor, epochs=1)
        assert await monitor.flush(120)

    run(train())
    (first,) = mlflow_server.runs("appended")
    run(train(run_id=first.info.run_id))
    run(train(resume=True))

    (found,) = mlflow_server.runs("appended")
    assert found.info.run_name == "nightly_train"
    steps = [step for step, _ in mlflow_server.history(found, "reward")]
    assert steps == [0, 1, 2]


def test_what_is_switched_off_is_not_written(mlflow_server):
    """Without the numbers, the picture and the model, a run has none of them."""

    async def train():
        program, _ = await make_program("sparse")
        monitor = plain_monitor(mlflow_server, log_epoch_metrics=False)
        await fit(program, monitor, epochs=1)
        assert await monitor.flush(120)

    run(train())

    (found,) = mlflow_server.runs("sparse")
    client = mlflow_server.client()
    assert list(found.data.metrics) == ["fit_duration_s"]
    assert client.list_artifacts(found.info.run_id) == []
    assert client.search_model_versions("name = 'sparse'") == []
    assert client.get_prompt("sparse.writer") is None


def test_an_unknown_run_id_is_an_error(mlflow_server):
    """A run that MLflow does not have is told of before the first paid call."""

    async def train():
        program, model = await make_program("unknown")
        monitor = plain_monitor(mlflow_server, run_id="0" * 32)
        monitor._outbox.shutdown_timeout_s = 100
        try:
            with pytest.raises(synalinks.errors.ConfigurationError, match="not found"):
                await fit(program, monitor)
        finally:
            monitor._outbox.shutdown_timeout_s = 5
        return model.cumulated_calls

    assert run(train()) == 0


def test_observability_adds_a_monitor(mlflow_server):
    """While observability is on each fit has a run, not two; when off, none.

    A prompt that an earlier run has registered is no new version.
    """

    async def train():
        program, _ = await make_program("switched")  # made before it is on
        synalinks.enable_observability(mlflow_server.url)
        await fit(program, epochs=1)
        monitor = Monitor(tracking_uri=mlflow_server.url, log_program_plot=False)
        await fit(program, monitor, epochs=1)
        synalinks.disable_observability()
        await fit(program, epochs=1)
        assert await synalinks.flush_observability(120)

    run(train())

    assert len(mlflow_server.runs("switched")) == 2
    versions = mlflow_server.client().search_prompt_versions("switched.writer")
    texts = [one.template[0]["content"] for one in versions]
    assert len(set(texts)) == len(texts) > 1
