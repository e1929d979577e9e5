"""Numbers, and what they come from, in one or more places."""

import json
import sys
import types

import pytest
from parity import data, make_task

from synalinks.callbacks import Callback, CSVLogger, MetricsLogger, ProgbarLogger
from synalinks.callbacks._sinks import JsonlSink, sink_of
from synalinks.errors import (
    ConfigurationError,
    MissingDependencyError,
    SynalinksWarning,
    WriteError,
)
from synalinks.optimizers import Candidate, Optimizer


class Sink:
    """Keeps what it is given."""

    def __init__(self):
        self.rows, self.n_flushed = [], 0

    def log_metrics(self, metrics, step):
        self.rows.append((step, metrics))

    def flush(self):
        self.n_flushed += 1


async def fit(callbacks, n=5, task=None, **options):
    task = task or await make_task()
    options = {"epochs": 1, "batch_size": 1, "verbose": 0, **options}
    history = await task.program.fit(
        *data(0, n), validation_data=data(n, n + 2), callbacks=callbacks, **options
    )
    return task, history


def lines_of(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


async def test_rows_come_every_n_steps_and_at_the_end_of_the_epoch():
    """25 steps with n = 10 give rows at 10, 20 and the end."""
    sink = Sink()

    await fit(MetricsLogger(sink, log_every_n_steps=10), n=25)

    assert [step for step, _ in sink.rows] == [10, 20, 25]
    assert "val_reward" in sink.rows[-1][1]
    assert sink.n_flushed > 0


async def test_steps_are_counted_over_epochs():
    """Two epochs of 3 steps with n = 2: 2, 3, 4, 6 and 6."""
    sink = Sink()

    await fit(MetricsLogger(sink, log_every_n_steps=2), n=3, epochs=2)

    assert [step for step, _ in sink.rows] == [2, 3, 4, 6, 6]


async def test_what_is_seen_between_rows_is_kept():
    """The last value of each name is in the next row."""

    class Now(Callback):
        def on_train_batch_end(self, batch, logs=None):
            logs["batch"] = batch
            if batch == 1:
                logs["rare"] = 7

    sink = Sink()
    await fit([Now(), MetricsLogger(sink, log_every_n_steps=4)], n=5)

    first, last = (row for _, row in sink.rows)
    assert (first["rare"], first["batch"]) == (7, 3)
    assert last["reward"] >= 0


@pytest.mark.parametrize(
    ("n", "expected"), [(2, [2, 4, 5]), (1, [1, 2, 3, 4, 5]), (0, []), (None, [])]
)
async def test_epochs_have_their_own_rate_and_the_last_is_always_written(n, expected):
    """5 epochs with n = 2 give the rows of 2, 4 and 5; 0 and None give none."""
    sink = Sink()

    logger = MetricsLogger(sink, log_every_n_steps=0, log_every_n_epochs=n)
    await fit(logger, n=1, epochs=5)

    assert [step for step, _ in sink.rows] == expected


async def test_the_last_epoch_of_a_stopped_run_is_written():
    """The last epoch is the one after which training ends, whyever it does."""

    class Stop(Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch == 2:
                self.trainer.request_stop("enough")

    sink = Sink()
    logger = MetricsLogger(sink, log_every_n_steps=0, log_every_n_epochs=2)
    await fit([Stop(), logger], n=1, epochs=9)

    assert [step for step, _ in sink.rows] == [2, 3]


async def test_without_metrics_there_are_no_rows(tmp_path):
    """`log_metrics=False` writes records only."""
    sink, path = Sink(), tmp_path / "log.jsonl"

    await fit(
        MetricsLogger([sink, f"jsonl:{path}"], log_metrics=False, log_variables=True)
    )

    assert sink.rows == []
    assert {line["kind"] for line in lines_of(path)} == {"variable"}


async def test_jsonl_has_valid_lines_with_records_and_numbers(tmp_path):
    """Texts of `trainer.log` are there; numbers that are not finite are null."""

    class Note(Callback):
        def on_train_batch_end(self, batch, logs=None):
            self.trainer.log("note", f"batch {batch}")
            logs["odd"] = float("nan")

    path = tmp_path / "logs" / "log.jsonl"
    path.parent.mkdir()
    path.write_text('{"kind": "old"}\n{"kind": "half')
    await fit([Note(), MetricsLogger(f"jsonl:{path}", log_every_n_steps=1)], n=2)

    lines = lines_of(path)
    assert [line["kind"] for line in lines] == [
        "old", "metrics", "record", "metrics", "record", "metrics",
    ]  # fmt: skip
    assert lines[1]["odd"] is None
    assert (lines[1]["step"], lines[1]["epoch"]) == (1, 0)
    assert [line["value"] for line in lines if line["kind"] == "record"] == [
        "batch 0",
        "batch 1",
    ]


class Critic(Optimizer):
    """Explains its proposals, and learns nothing after the first step."""

    async def propose(self, step):
        ((path, fields),) = self.incumbent.values.items()
        if step.index > 0:
            return []
        values = {path: {**fields, "instructions": "better"}}
        feedback = {path: "be brief"}
        return [Candidate(values=values, metadata={"feedback": feedback})]


@pytest.mark.parametrize("name", ["log_feedback", "log_gradients"])
async def test_feedback_is_written_with_its_variable(tmp_path, name):
    """The critique of an optimizer is its gradient: a text per variable."""
    path, task = tmp_path / "log.jsonl", await make_task(optimizer=Critic())

    options = {name: True, "log_metrics": False, "log_every_n_steps": 1}
    await fit(MetricsLogger(f"jsonl:{path}", **options), n=3, task=task)

    (line,) = lines_of(path)
    assert (line["kind"], line["step"], line["text"]) == ("feedback", 1, "be brief")
    assert line["variable"] == task.program.trainable_variables[0].path
    assert line["n_tokens"] == 2


@pytest.mark.parametrize("name", ["log_variables", "log_parameters"])
async def test_variables_are_written_when_they_change(tmp_path, name):
    """Two epochs without a change leave one record."""
    path = tmp_path / "log.jsonl"

    class Change(Callback):
        mutates = True

        def on_epoch_begin(self, epoch, logs=None):
            if epoch == 2:
                variable = self.program.trainable_variables[0]
                variable.assign({**variable.get_json(), "instructions": "new"})

    task = await make_task(lambda r: {"answer": "?"}, optimizer=Quiet())
    options = {name: True, "log_metrics": False}
    await fit(
        [Change(), MetricsLogger(f"jsonl:{path}", **options)], epochs=4, task=task
    )

    lines = lines_of(path)
    # The first epoch, and the one with the change: nothing in between.
    found = [(one["epoch"], one["value"]["instructions"]) for one in lines]
    assert [epoch for epoch, _ in found] == [0, 2]
    assert found[1][1] == "new"


class Quiet(Optimizer):
    """Proposes nothing."""

    async def propose(self, step):
        return []


async def test_outputs_of_the_first_samples_are_written(tmp_path):
    """`log_outputs=2` shows the first two samples of each written batch."""
    path = tmp_path / "log.jsonl"
    options = {"log_outputs": 2, "log_metrics": False, "log_every_n_steps": 2}

    await fit(
        MetricsLogger(f"jsonl:{path}", **options), n=8, batch_size=4, shuffle=False
    )

    lines = lines_of(path)
    assert [line["sample_id"] for line in lines] == ["train:4", "train:5"]
    assert lines[0]["input"] == {"query": "n4"}
    assert lines[0]["reward"] == 1.0


async def test_stdout_has_a_line_per_row(capsys):
    """The default sink writes lines that people read."""
    await fit(MetricsLogger(log_every_n_steps=0), n=2)

    assert capsys.readouterr().out.startswith("epoch 1, step 2: reward=")


def test_wandb_needs_its_package(monkeypatch):
    """A missing package is told when the callback is made, with what to install."""
    monkeypatch.setitem(sys.modules, "wandb", None)

    with pytest.raises(MissingDependencyError, match="`pip install wandb`"):
        MetricsLogger("wandb")


async def test_wandb_gets_the_rows(monkeypatch):
    """A run is begun unless there is one, and rows are logged at their step."""
    logged = []
    fake = types.SimpleNamespace(
        run=None,
        init=lambda: logged.append("init"),
        log=lambda row, step: logged.append((step, sorted(row))),
    )
    monkeypatch.setitem(sys.modules, "wandb", fake)

    await fit(MetricsLogger("wandb", log_outputs=1), n=2)

    assert logged[0] == "init"
    assert logged[1][0] == 2
    assert "val_reward" in logged[1][1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"sinks": "mlflow"},
            "give `fit` the callback `synalinks.callbacks.Monitor` instead",
        ),
        ({"sinks": "file.txt"}, "A sink is \"stdout\", .* received: 'file.txt'"),
        ({"sinks": "jsonl:"}, "received: 'jsonl:'"),
        ({"sinks": []}, "needs at least one sink"),
        ({"log_every_n_steps": -1}, "`log_every_n_steps` is an integer of at least 0"),
        ({"log_outputs": True}, "`log_outputs` is an integer of at least 0"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    """What cannot work is refused when the callback is made."""
    with pytest.raises(ConfigurationError, match=message):
        MetricsLogger(**arguments)


async def test_a_dead_logger_wastes_no_run():
    """A sink that fails is one warning; training goes on, and others are served."""

    class Dead(Sink):
        def log_metrics(self, metrics, step):
            raise OSError("no route")

    alive = Sink()
    with pytest.warns(SynalinksWarning, match="no route") as caught:
        _, history = await fit([MetricsLogger(Dead(), 1), MetricsLogger(alive, 1)])

    assert len(history.epoch) == 1
    assert len(alive.rows) == 6
    assert len(caught) == 2  # one per hook


@pytest.mark.parametrize("kind", [MetricsLogger, CSVLogger, ProgbarLogger])
def test_loggers_warn(kind):
    """Those that only watch end no run that is paid for."""
    assert kind.on_hook_error == "warn"


async def test_what_cannot_be_written_is_told_before_any_call(tmp_path):
    """Before anything is paid for, a mistake is an error, also of those that warn."""
    (tmp_path / "file").write_text("")
    task = await make_task()

    with pytest.raises(WriteError):
        await fit(MetricsLogger(f"jsonl:{tmp_path}/file/log.jsonl"), task=task)

    assert task.n_calls == 0
    assert isinstance(sink_of(f"jsonl:{tmp_path}/x.jsonl"), JsonlSink)


async def test_a_resumed_run_writes_no_variable_again(tmp_path):
    """Two epochs and two more leave the records that four leave."""
    whole, parts = tmp_path / "whole.jsonl", tmp_path / "parts.jsonl"
    options = {"log_variables": True, "log_metrics": False}

    await fit(MetricsLogger(f"jsonl:{whole}", **options), epochs=4)
    first = MetricsLogger(f"jsonl:{parts}", **options)
    second = MetricsLogger(f"jsonl:{parts}", **options)
    task, _ = await fit(first, epochs=2)

    class Resume(Callback):
        callback_order = 30

        def on_train_begin(self, logs=None):
            second.load_state_dict(first.state_dict())

    await fit([second, Resume()], task=task, epochs=4, initial_epoch=2)

    assert len(lines_of(parts)) == len(lines_of(whole))
