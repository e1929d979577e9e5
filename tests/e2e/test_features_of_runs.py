"""A short script per feature around training, as a user writes it; all offline."""

import asyncio
import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

import synalinks
from synalinks import Arm, Benchmark, Experiment, callbacks, datasets, hooks, ops, utils

pytestmark = pytest.mark.e2e


class Message(synalinks.DataModel):
    """A message from a customer."""

    text: str


class Topic(synalinks.DataModel):
    """What the message is about."""

    topic: Literal["billing", "delivery"]


ROWS = [
    ("I was charged twice", "billing"),
    ("Where is my parcel?", "delivery"),
    ("My card was declined", "billing"),
    ("The parcel came to the wrong door", "delivery"),
    ("Please send me the invoice", "billing"),
    ("It was due on Monday and is not here", "delivery"),
    ("The invoice has the wrong name", "billing"),
    ("The courier never rang", "delivery"),
]
X = [Message(text=text) for text, _ in ROWS]
Y = [Topic(topic=topic) for _, topic in ROWS]


async def make_program(**options):
    inputs = synalinks.Input(data_model=Message)
    outputs = await synalinks.Generator(
        data_model=Topic, language_model="embedded/learner", name="topic", **options
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="triage")
    program.compile(optimizer="random_few_shot", reward="exact_match")
    return program


async def fit(program, *watchers, **options):
    options = {"epochs": 2, "batch_size": 2, "verbose": 0, **options}
    return await program.fit(
        X, Y, validation_split=0.25, callbacks=list(watchers), **options
    )


# -- data ------------------------------------------------------------------------------


def write_csv(path):
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([("text", "topic"), *ROWS])


def write_json(path):
    rows = [{"text": text, "topic": topic} for text, topic in ROWS]
    path.write_text(json.dumps(rows))


def write_jsonl(path):
    rows = [{"text": text, "topic": topic} for text, topic in ROWS]
    path.write_text("\n".join(map(json.dumps, rows)))


@pytest.mark.parametrize(
    ("kind", "write"),
    [
        (datasets.CSVDataset, write_csv),
        (datasets.JSONDataset, write_json),
        (datasets.JSONLDataset, write_jsonl),
    ],
)
def test_a_file_is_trained_on(kind, write, tmp_path):
    """The columns are the fields; train and test are split without drawing."""
    write(tmp_path / "rows")
    dataset = kind(
        tmp_path / "rows",
        input_data_model=Message,
        output_data_model=Topic,
        batch_size=4,
    )
    train, test = datasets.split_train_test(*dataset.materialize(), 0.25)

    async def script():
        program = await make_program()
        await program.fit(*train, validation_data=test, verbose=0)
        return await program.evaluate(dataset, verbose=0)

    assert len(dataset) == 2
    assert 0.0 <= asyncio.run(script())["reward"] <= 1.0


def test_folders_of_texts_and_documents_are_read(tmp_path):
    """A folder is the label of its texts; a section of Markdown is a row."""
    for number, (text, topic) in enumerate(ROWS):
        (tmp_path / topic).mkdir(exist_ok=True)
        (tmp_path / topic / f"{number}.txt").write_text(text)
    (tmp_path / "help.md").write_text("# Refunds\nWe pay back.\n# Parcels\nWe send.")

    texts = datasets.TextDataset(
        tmp_path,
        input_data_model=Message,
        output_data_model=Topic,
        output_template='{"topic": "{{ label }}"}',
    )
    sections = datasets.MarkdownDataset(tmp_path, input_data_model=Message)

    async def script():
        program = await make_program()
        await program.evaluate(texts, verbose=0)
        return await program.predict(sections, verbose=0)

    assert [
        one.get("topic") in {"billing", "delivery"} for one in asyncio.run(script())
    ]
    assert len(texts) == len(ROWS)


def test_operators_and_operations():
    """Data and symbols are joined, chosen between and cut in the same way."""

    async def script():
        message, topic = X[0], Y[0]
        both = message + topic
        masked = await ops.in_mask(both, mask=["topic"])
        renamed = await ops.prefix(topic, prefix="gold")
        nothing = await ops.logical_and(message, None)
        symbol = synalinks.Input(data_model=Message) + synalinks.Input(data_model=Topic)
        return both, masked, renamed, nothing, symbol

    both, masked, renamed, nothing, symbol = asyncio.run(script())

    assert both.get_json() == {"text": ROWS[0][0], "topic": "billing"}
    assert masked.get_json() == {"topic": "billing"}
    assert renamed.get_json() == {"gold_topic": "billing"}
    assert nothing is None
    assert list(symbol.get_schema()["properties"]) == ["text", "topic"]
    assert (X[0] | None).get_json() == X[0].get_json()


# -- training --------------------------------------------------------------------------


def test_callbacks_and_history(tmp_path):
    """The usual ones stop, keep, write and watch a run together."""
    seen = []

    class Watcher(callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            seen.append((epoch, self.program.name, logs["val_reward"]))

    async def script():
        program = await make_program()
        return await fit(
            program,
            callbacks.EarlyStopping(patience=5, restore_best_variables=True),
            callbacks.ProgramCheckpoint(tmp_path / "best.json", save_best_only=True),
            callbacks.CSVLogger(tmp_path / "rows.csv"),
            callbacks.BudgetStopping(max_tokens=10**9),
            Watcher(),
        )

    history = asyncio.run(script())

    assert [epoch for epoch, *_ in seen] == history.epoch
    assert [value for *_, value in seen] == history.history["val_reward"]
    rows = list(csv.DictReader((tmp_path / "rows.csv").read_text().splitlines()))
    assert [float(row["val_reward"]) for row in rows] == history.history["val_reward"]
    synalinks.Program.load(tmp_path / "best.json")
    assert history._repr_html_()


def test_saving_a_function_of_ones_own(tmp_path):
    """A registered function is found again, with the program and its values."""

    @synalinks.saving.register_synalinks_serializable(package="features_of_runs")
    async def is_short(y_true, y_pred):
        return float(len(y_pred.get("topic")) < 8)

    async def script():
        program = await make_program()
        program.compile(optimizer="random_few_shot", reward=is_short)
        await fit(program)
        return program, await make_program()

    program, fresh = asyncio.run(script())
    program.save(tmp_path / "triage.json")
    program.save_variables(tmp_path / "triage.variables.json")
    loaded = synalinks.Program.load(tmp_path / "triage.json")
    fresh.load_variables(tmp_path / "triage.variables.json")

    logs = asyncio.run(loaded.evaluate(X, Y, verbose=0))
    answers = asyncio.run(loaded.predict(X, verbose=0))
    n_short = sum(one.get("topic") == "billing" for one in answers)
    assert logs["reward"] == n_short / len(X)
    kept, *others = (one.trainable_variables[0] for one in (program, loaded, fresh))
    assert kept.get("examples")
    for other in others:
        assert other.get("examples") == kept.get("examples")


def test_hooks_and_switches_see_each_call(tmp_path):
    """A hook of one module, and files of all chats of the session."""
    calls = []

    class Counter(hooks.Hook):
        def on_call_end(self, call_id, parent=None, outputs=None, exception=None):
            calls.append(outputs.get("topic"))

    async def script():
        program = await make_program()
        program.get_module("topic").add_hook(Counter())
        return await program.predict(X[:3], verbose=0)

    recorder = synalinks.config.record_traces(tmp_path)
    try:
        answers = asyncio.run(script())
        recorder.flush()
        assert synalinks.config.trace_recording_dir() == tmp_path
    finally:
        synalinks.stop_recording()

    assert sorted(calls) == sorted(one.get("topic") for one in answers)
    (chats,) = tmp_path.rglob("*.jsonl")
    assert len(chats.read_text().splitlines()) == 3


def test_the_session_decides_the_run():
    """The same seed gives the same run; the default model is that of modules."""

    async def script():
        synalinks.clear_session()
        synalinks.set_seed(7)
        synalinks.set_default_language_model("embedded/learner")
        program = await make_program()
        history = await fit(program)
        return history.history["val_reward"], program.trainable_variables[0].get_json()

    first, second = asyncio.run(script()), asyncio.run(script())

    assert synalinks.get_seed() == 7
    assert first == second
    synalinks.clear_session()
    assert synalinks.get_seed() == 123


# -- after it --------------------------------------------------------------------------


def test_a_run_is_shown_and_drawn(tmp_path):
    """The commands tell of a run, and pictures and a page are made of it."""

    async def script():
        program = await make_program()
        kept = callbacks.BackupAndRestore(tmp_path / "run", delete_checkpoint=False)
        history = await fit(program, kept)
        return program, history, await program.evaluate(X, Y, verbose=0)

    program, history, logs = asyncio.run(script())
    utils.plot_history(history, tmp_path / "history.svg")
    utils.plot_program(program, tmp_path / "program.svg")
    utils.plot_metrics(logs, tmp_path / "m.svg")
    said = {
        command: subprocess.run(
            [sys.executable, "-m", "synalinks", command, folder],
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for command, folder in (("runs", tmp_path), ("show", tmp_path / "run"))
    }

    assert "finished" in said["runs"]
    assert "topic/state_topic" in said["show"]
    page = Path(synalinks.reports.write_report(tmp_path / "run"))
    assert "triage" in page.read_text(encoding="utf-8")
    for name in ("history", "program", "m"):
        assert "<svg" in (tmp_path / f"{name}.svg").read_text(encoding="utf-8")


def test_arms_are_compared(tmp_path):
    """An experiment trains arms with seeds, and scores all on the same samples."""
    arms = [
        Arm(name, make_program, name, reward="exact_match")
        for name in ("random_few_shot", "bootstrap_few_shot")
    ]
    experiment = Experiment(
        "optimizers",
        arms,
        n_repeats=2,
        benchmarks=[Benchmark("test", X, Y)],
        fit={"x": X, "y": Y, "validation_split": 0.25, "epochs": 1},
        output_dir=tmp_path,
    )

    result = asyncio.run(experiment.run())

    assert set(result.to_dataframe()["status"]) == {"completed"}
    assert len(result.compare(baseline="random_few_shot")) == 1
