"""What `ProgbarLogger` writes to terminals, log files and notebooks."""

import io
import os
import re
import signal
import subprocess
import sys
import types
from pathlib import Path

import pytest

import synalinks
from synalinks.callbacks import CallbackList, ProgbarLogger
from synalinks.errors import ConfigurationError

PARAMS = {"verbose": 1, "epochs": 2, "steps": 4, "validation_steps": 2}

# A run of two epochs in a process of its own, on whatever its standard output is.
RUN = """
import asyncio, sys, threading
from synalinks.callbacks import CallbackList, ProgbarLogger

async def run(how, params):
    callbacks = CallbackList(ProgbarLogger())
    callbacks.bind(None, {"verbose": 1, "epochs": 2, "steps": 4, **params})
    try:
        await callbacks.dispatch("on_train_begin", {})
        for epoch in range(2):
            await epoch_of(how, epoch, callbacks)
    except BaseException as error:
        await callbacks.dispatch("on_run_error", error, {})
        raise
    finally:
        await callbacks.dispatch("teardown", "train")
        print("threads:", threading.active_count())

async def epoch_of(how, epoch, callbacks):
    await callbacks.dispatch("on_epoch_begin", epoch, {})
    for batch in range(4):
        await callbacks.dispatch("on_train_batch_end", batch, {"reward": batch / 8})
        if how == "print" and batch == 1:
            print("said by the user")
        if how == "fail" and epoch == 1 and batch == 2:
            raise ValueError("boom")
        if how == "wait" and epoch == 1 and batch == 2:
            print("waiting", flush=True)
            await asyncio.sleep(60)
    await callbacks.dispatch("on_test_begin", {})
    for batch in range(2):
        await callbacks.dispatch("on_test_batch_end", batch, {"reward": 0.5})
    await callbacks.dispatch("on_test_end", {"reward": 0.5})
    logs = {"reward": 0.375, "val_reward": 0.5}
    await callbacks.dispatch("on_epoch_end", epoch, logs)

asyncio.run(run(sys.argv[1], eval(sys.argv[2])))
"""


def command(how="plain", **params):
    # A busy machine may hold up a hook for so long that a warning says so.
    return [sys.executable, "-W", "ignore", "-c", RUN, how, repr(params)]


def environment(**variables):
    kept = {"PATH", "HOME", "LANG", "SYSTEMROOT", "COVERAGE_PROCESS_START"}
    return {
        **{name: value for name, value in os.environ.items() if name in kept},
        "PYTHONPATH": str(Path(synalinks.__file__).parents[1]),
        "PYTHONIOENCODING": "utf-8",
        "TERM": "xterm-256color",
        "COLUMNS": "120",
        **variables,
    }


def run_on_terminal(arguments, *, interrupt_after=None, **variables):
    """Run a process on a pseudo-terminal and return all that it wrote there."""
    pty = pytest.importorskip("pty")
    ours, its = pty.openpty()
    process = subprocess.Popen(
        arguments, stdin=its, stdout=its, stderr=its, env=environment(**variables)
    )
    os.close(its)
    written = b""
    while True:
        try:
            piece = os.read(ours, 65536)
        except OSError:  # Linux says so at the end
            break
        if not piece:
            break
        written += piece
        if interrupt_after and interrupt_after in written:
            process.send_signal(signal.SIGINT)
            interrupt_after = None
    process.wait()
    os.close(ours)
    return written.decode()


def screen_of(written):
    """Return the lines that a terminal shows, and the cursor's (row, column)."""
    rows, row, column = [""], 0, 0
    for piece in re.findall(r"\x1b\[[?\d;]*[A-Za-z]|\r|\n|[^\x1b\r\n]+", written):
        if piece == "\r":
            column = 0
        elif piece == "\n":
            row += 1
            rows += [""] * (row + 1 - len(rows))
        elif piece.endswith("A") and piece.startswith("\x1b"):
            row -= int(piece[2:-1] or 1)
        elif piece == "\x1b[2K":
            rows[row] = ""
        elif not piece.startswith("\x1b"):
            rows[row] = rows[row][:column].ljust(column) + piece
            column += len(piece)
    return [line.rstrip() for line in rows], (row, column)


def without_times(text):
    return re.sub(r"\b\d+\.\ds", "0.0s", text)


def bound(program=None, params=PARAMS, **arguments):
    logger = ProgbarLogger(**arguments)
    CallbackList(logger).bind(program, params)
    return logger


def train(logger, *, n_batches=4, logs=None):
    logs = logs or {"reward": 0.5421}
    logger.on_train_begin({})
    logger.on_epoch_begin(0, {})
    for batch in range(n_batches):
        logger.on_train_batch_end(batch, logs)
    logger.on_epoch_end(0, {**logs, "val_reward": 0.601})
    logger.on_train_end({})
    logger.teardown("train")


class Model:
    """A language model that counts."""

    def __init__(self, calls=0, cost=0.0):
        self.cumulated_calls = calls
        self.cumulated_cost = cost


def program_with(*models):
    return types.SimpleNamespace(language_models=list(models))


# -- log files and pipes ---------------------------------------------------------------


def test_a_pipe_gets_one_plain_line_per_epoch():
    """In a pipe there is one complete line per epoch, without control characters."""
    run = subprocess.run(
        command(),
        env=environment(FORCE_COLOR="1"),
        capture_output=True,
        text=True,
        check=True,
    )

    assert without_times(run.stdout).splitlines() == [
        "Epoch 1/2 - 0.0s - 4/4 - reward: 0.3750 - val_reward: 0.5000",
        "Epoch 2/2 - 0.0s - 4/4 - reward: 0.3750 - val_reward: 0.5000",
        "threads: 1",
    ]


def test_a_pipe_is_told_where_a_run_stopped():
    """A failed run leaves the line of its last epoch, with the reason."""
    run = subprocess.run(
        command("fail"),
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )

    assert without_times(run.stdout).splitlines()[1] == (
        "Epoch 2/2 - 0.0s - 3/4 - stopped by ValueError - reward: 0.2500"
    )
    assert run.stderr.endswith("ValueError: boom\n")


def test_an_encoding_without_a_character_does_not_end_a_run():
    """A name that the output cannot encode is shown with `?`."""
    code = (
        "from synalinks.callbacks import ProgbarLogger\n"
        "logger = ProgbarLogger()\n"
        "logger.on_train_begin()\n"
        "logger.on_epoch_begin(0)\n"
        "logger.on_epoch_end(0, {'précision': 1.0})\n"
    )

    run = subprocess.run(
        [sys.executable, "-c", code],
        env=environment(PYTHONIOENCODING="ascii"),
        capture_output=True,
        text=True,
        check=True,
    )

    assert "pr?cision: 1.0000" in run.stdout


def test_evaluate_gets_one_line(capsys):
    """An evaluation of its own writes one line at its end."""
    logger = bound()

    logger.on_test_begin({})
    for batch in range(4):
        logger.on_test_batch_end(batch, {"reward": 0.1})
    logger.on_test_end({"reward": 0.25})
    logger.teardown("evaluate")

    assert without_times(capsys.readouterr().out) == (
        "Evaluate - 0.0s - 4/4 - reward: 0.2500\n"
    )


def test_predict_gets_one_line_without_the_predictions(capsys):
    """A prediction writes one line at its end, which leaves the outputs out."""
    logger = bound(params={"verbose": 1, "steps": None})

    logger.on_predict_begin({})
    for batch in range(3):
        logger.on_predict_batch_end(batch, {"outputs": ["secret"]})
    logger.on_predict_end({})
    logger.teardown("predict")

    assert without_times(capsys.readouterr().out) == "Predict - 0.0s - 3 batches\n"


def test_an_evaluation_after_a_training_has_its_own_line(capsys):
    """The same logger can train and then evaluate."""
    logger = bound(show_step=False)

    train(logger)
    logger.on_test_begin({})
    logger.on_test_batch_end(0, {"reward": 1.0})
    logger.on_test_end({"reward": 1.0})

    assert without_times(capsys.readouterr().out).splitlines() == [
        "Epoch 1/2 - 0.0s - reward: 0.5421 - val_reward: 0.6010",
        "Evaluate - 0.0s - reward: 1.0000",
    ]


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ({}, "Epoch 1/2 - 0.0s - 4/4 - reward: 0.5421 - val_reward: 0.6010"),
        (
            {"show_epoch": False},
            "0.0s - 4/4 - reward: 0.5421 - val_reward: 0.6010",
        ),
        (
            {"show_step": False},
            "Epoch 1/2 - 0.0s - reward: 0.5421 - val_reward: 0.6010",
        ),
        ({"show_metrics": False}, "Epoch 1/2 - 0.0s - 4/4"),
        ({"show_metrics": ["val_reward"]}, "Epoch 1/2 - 0.0s - 4/4 - val_reward: 0.60"),
        ({"show_metrics": "reward"}, "Epoch 1/2 - 0.0s - 4/4 - reward: 0.5421"),
        ({"show_metrics": ["no_such"]}, "Epoch 1/2 - 0.0s - 4/4"),
    ],
    ids=str,
)
def test_each_part_can_be_left_out(arguments, line, capsys):
    """Each flag that is off leaves out its text and nothing else."""
    train(bound(**arguments))

    shown = without_times(capsys.readouterr().out)
    assert shown.startswith(line)
    assert len(shown) <= len(line) + 3


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0, "0.0000"),
        (-2.5, "-2.5000"),
        (0.00001234, "1.23e-05"),
        (12345678.0, "1.23e+07"),
        (float("nan"), "nan"),
        (3, "3"),
        (None, "None"),
        ([0.25, 1], "[0.2500, 1]"),
        ("two\nlines\x1b", "two lines "),
        ("x" * 100, "x" * 60 + "..."),
    ],
    ids=repr,
)
def test_values_are_readable_on_one_line(value, text, capsys):
    """Any value that a callback puts into the logs is shown on the line."""
    train(bound(show_metrics=["value"]), logs={"value": value})

    assert capsys.readouterr().out.endswith(f" - value: {text}\n")


def test_what_is_usual_takes_no_place(capsys):
    """No failed sample is not news; a failed one is."""
    usual = {"reward": 0.5, "failed": 0.0, "attempts": 1, "update_applied": 1.0}
    train(bound(), logs=usual)
    train(bound(), logs={"reward": 0.5, "failed": 3.0})
    train(bound(show_metrics=["failed"]), logs=usual)

    first, second, third = without_times(capsys.readouterr().out).splitlines()
    assert first == "Epoch 1/2 - 0.0s - 4/4 - reward: 0.5000 - val_reward: 0.6010"
    assert "failed: 3.0000" in second
    assert third.endswith("failed: 0.0000")


@pytest.mark.parametrize("verbose", [0, False])
def test_silent(verbose, capsys):
    """With `verbose=0` nothing is written."""
    train(bound(params={**PARAMS, "verbose": verbose}))

    assert capsys.readouterr().out == ""


def test_a_refresh_rate_of_zero_is_silent(capsys):
    """With `refresh_rate=0` nothing is written."""
    train(bound(refresh_rate=0))

    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("refresh_rate", [-1, 1.5, True, "1"])
def test_a_wrong_refresh_rate_is_refused(refresh_rate):
    """A refresh rate that is no number of batches is named."""
    with pytest.raises(ConfigurationError, match="`refresh_rate` is a number of"):
        ProgbarLogger(refresh_rate)


# -- cost ------------------------------------------------------------------------------


def test_calls_and_cost_are_those_of_the_run(capsys):
    """What the models did before the run does not count."""
    model = Model(calls=100, cost=5.0)
    logger = bound(program_with(model, Model(calls=7, cost=None)))

    logger.on_train_begin({})
    logger.on_epoch_begin(0, {})
    model.cumulated_calls, model.cumulated_cost = 140, 5.0123
    logger.on_epoch_end(0, {})

    assert capsys.readouterr().out.endswith(" - 40 calls - $0.0123\n")


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (Model(1, None), "1 call - cost unknown"),
        (Model(2, 0.0), "2 calls - $0.0000"),
        (Model(3, 0.00001), "3 calls - <$0.0001"),
        (Model(0, 0.0), "0 calls - $0.0000"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_known_of_the_cost(model, text, capsys):
    """A cost that is not known is not shown as zero, nor a small one."""
    before = Model()
    program = program_with(before)
    logger = bound(program)

    logger.on_predict_begin({})
    before.cumulated_calls = model.cumulated_calls
    before.cumulated_cost = model.cumulated_cost
    logger.on_predict_end({})

    assert capsys.readouterr().out.endswith(f" - {text}\n")


@pytest.mark.parametrize(
    ("program", "arguments"),
    [
        (None, {}),
        (object(), {}),
        (program_with(), {}),
        (program_with(object()), {}),
        (program_with(Model(3, 1.0)), {"show_cost": False}),
    ],
    ids=["no program", "no models", "none", "no counters", "off"],
)
def test_no_cost(program, arguments, capsys):
    """Without counters, or when it is not wanted, there is no word of calls."""
    train(bound(program, **arguments))

    assert "call" not in capsys.readouterr().out


# -- terminals -------------------------------------------------------------------------


def test_a_terminal_keeps_one_finished_line_per_epoch():
    """On a terminal each epoch leaves one line, below what the user printed in it."""
    lines, cursor = screen_of(run_on_terminal(command("print")))

    bar = "━" * 20
    finished = f"{bar} 4/4 - 0.0s - reward: 0.3750 - val_reward: 0.5000"
    assert [without_times(line) for line in lines] == [
        "said by the user",
        f"Epoch 1/2 {finished}",
        "said by the user",
        f"Epoch 2/2 {finished}",
        "threads: 1",
        "",
    ]
    assert cursor == (5, 0)


def test_a_terminal_sees_each_batch_and_the_validation():
    """The line grows with the batches, and says that the epoch is being validated."""
    written = run_on_terminal(command(validation_steps=2))

    for text in ["0/4", "3/4", "s left", "validating 1/2", "validating 2/2"]:
        assert text in written


def test_the_total_of_the_validation_may_be_unknown():
    """Without a known number of validation batches there is a counter."""
    assert "validating 2 batches" in run_on_terminal(command())


def test_an_unknown_total_shows_a_counter():
    """Without a known number of batches there is a counter and no bar."""
    written = run_on_terminal(command(steps=None))

    assert "Epoch 1/2 1 batch - " in written
    assert "Epoch 1/2 4 batches - " in written
    assert "━" not in written


def test_an_error_leaves_the_terminal_clean():
    """After an error the cursor is visible on a new line and no thread lives."""
    written = run_on_terminal(command("fail"))

    lines, _ = screen_of(written)
    assert without_times(lines[1]) == (
        f"Epoch 2/2 {'━' * 15}{'─' * 5} 3/4 - 0.0s - stopped by ValueError"
        " - reward: 0.2500"
    )
    assert lines[2:4] == ["threads: 1", "Traceback (most recent call last):"]
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")


def test_an_interrupt_leaves_the_terminal_clean():
    """After Ctrl-C the cursor is visible on a new line and no thread lives."""
    written = run_on_terminal(command("wait"), interrupt_after=b"waiting")

    lines, _ = screen_of(written)
    assert lines[1] == "waiting"
    assert "3/4" in lines[2]
    assert "stopped by CancelledError" in lines[2]
    assert lines[3] == "threads: 1"
    assert written.rindex("\x1b[?25h") > written.rindex("\x1b[?25l")


@pytest.mark.parametrize(
    ("columns", "bar", "rest"),
    [
        ("80", 20, " 4/4 - 0.0s - reward: 0.3750 - val_reward: 0.5000"),
        ("70", 10, " 4/4 - 0.0s - reward: 0.3750 - val_reward: 0.5000"),
        ("60", 5, " 4/4 - 0.0s - val_reward: 0.5000"),
        ("40", 0, "4/4 - val_reward: 0.5000"),
    ],
)
def test_a_narrow_terminal_gets_a_shorter_line(columns, bar, rest):
    """An epoch is one line whatever the width; the least important parts go first."""
    lines, _ = screen_of(run_on_terminal(command(), COLUMNS=columns))

    assert without_times(lines[0]) == f"Epoch 1/2 {'━' * bar}{rest}"
    assert without_times(lines[1]) == f"Epoch 2/2 {'━' * bar}{rest}"


@pytest.mark.parametrize(
    ("params", "variables"),
    [({"verbose": 2}, {}), ({}, {"TERM": "dumb"})],
    ids=["verbose=2", "dumb terminal"],
)
def test_one_line_per_epoch_on_a_terminal(params, variables):
    """With `verbose=2`, or where nothing can be redrawn, lines are plain."""
    written = run_on_terminal(command(**params), **variables)

    assert "\x1b" not in written
    assert without_times(written).splitlines()[:2] == [
        "Epoch 1/2 - 0.0s - 4/4 - reward: 0.3750 - val_reward: 0.5000",
        "Epoch 2/2 - 0.0s - 4/4 - reward: 0.3750 - val_reward: 0.5000",
    ]


def test_a_terminal_without_unicode_gets_another_bar():
    """The bar is drawn in characters that the terminal can show."""
    written = run_on_terminal(command(), PYTHONIOENCODING="ascii")

    assert f"{'=' * 10}{'-' * 10} 2/4" in re.sub(r"\x1b\[[\d;]*m", "", written)


def test_a_run_inside_another_writes_lines():
    """Two live lines at once would overwrite each other: the inner run writes lines."""
    code = (
        "from synalinks.callbacks import ProgbarLogger\n"
        "outer, inner = ProgbarLogger(), ProgbarLogger()\n"
        "outer.on_train_begin()\n"
        "outer.on_epoch_begin(0)\n"
        "inner.on_test_begin()\n"
        "inner.on_test_batch_end(0, {'reward': 1.0})\n"
        "inner.on_test_end({'reward': 1.0})\n"
        "outer.on_epoch_end(0, {'reward': 0.5})\n"
        "outer.teardown('train')\n"
    )

    lines, _ = screen_of(run_on_terminal([sys.executable, "-c", code]))

    assert [without_times(line) for line in lines] == [
        "Evaluate - 0.0s - 1 batch - reward: 1.0000",
        "Epoch 1 0 batches - 0.0s - reward: 0.5000",
        "",
    ]


class Terminal(io.StringIO):
    """Standard output of this process, as if it were a terminal."""

    encoding = "utf-8"

    def write(self, text):
        return super().write(text.replace("\n", "\r\n"))

    def isatty(self):
        return True


def use_terminal(monkeypatch):
    """Put a terminal in the place of standard output, for the rest of a test."""
    terminal = Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "50")
    for name in ("NO_COLOR", "FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    return terminal


async def test_the_validation_is_drawn_at_the_refresh_rate(monkeypatch):
    """Validation batches are drawn at the rate, the last one too, then no more."""
    terminal = use_terminal(monkeypatch)
    params = {**PARAMS, "validation_steps_total": 5}
    callbacks = CallbackList(ProgbarLogger(refresh_rate=2))
    callbacks.bind(None, params)

    await callbacks.dispatch("on_train_begin", {})
    await callbacks.dispatch("on_epoch_begin", 0, {})
    await callbacks.dispatch("on_test_begin", {})
    for batch in range(5):
        await callbacks.dispatch("on_test_batch_end", batch, {})
    await callbacks.dispatch("on_test_end", {})
    await callbacks.dispatch("on_epoch_end", 0, {"reward": 0.5, "val_reward": 0.5})
    await callbacks.dispatch("teardown", "train")

    written = terminal.getvalue()
    assert re.findall(r"validating (\d)/5", written) == ["2", "4", "5"]
    assert [without_times(line) for line in screen_of(written)[0]] == [
        f"Epoch 1/2 {'─' * 5} 0/4 - 0.0s - val_reward: 0.5000",
        "",
    ]


def test_a_training_inside_another_writes_lines_too(monkeypatch):
    """What a run inside another one writes stands above the live line."""
    terminal = use_terminal(monkeypatch)
    outer, inner = bound(), bound()

    outer.on_train_begin({})
    outer.on_epoch_begin(0, {})
    train(inner)
    outer.on_epoch_end(0, {})
    outer.teardown("train")

    lines, _ = screen_of(terminal.getvalue())
    assert [without_times(line) for line in lines] == [
        "Epoch 1/2 - 0.0s - 4/4 - reward: 0.5421 -",
        "val_reward: 0.6010",
        f"Epoch 1/2 {'─' * 20} 0/4 - 0.0s",
        "",
    ]
    assert sys.stdout is terminal


def test_hooks_without_a_beginning_show_nothing(capsys):
    """A batch or an end that nothing began is passed over."""
    logger = bound()

    logger.on_train_batch_end(0, {"reward": 1.0})
    logger.on_epoch_end(0, {"reward": 1.0})
    logger.on_train_begin({})
    logger.on_test_begin({})
    logger.on_test_end({})
    logger.on_run_error(ValueError(), {})
    logger.teardown("train")

    assert capsys.readouterr().out == ""


# -- notebooks -------------------------------------------------------------------------


class ZMQInteractiveShell:
    """Named like the shell of a notebook's kernel."""


class Notebook:
    """What a notebook shows: its outputs, and how often one was updated."""

    def __init__(self):
        self.outputs = []
        self.n_updates = 0

    def display(self, content, *, raw, display_id):
        assert raw
        assert display_id
        self.outputs.append(content)
        return Handle(self, len(self.outputs) - 1)


class Handle:
    """One output."""

    def __init__(self, notebook, index):
        self._notebook = notebook
        self._index = index

    def update(self, content, *, raw):
        assert raw
        self._notebook.outputs[self._index] = content
        self._notebook.n_updates += 1


@pytest.fixture
def notebook(monkeypatch):
    """Stand in for IPython in a kernel."""
    notebook = Notebook()
    package = types.ModuleType("IPython")
    package.get_ipython = ZMQInteractiveShell
    package.display = types.ModuleType("IPython.display")
    package.display.display = notebook.display
    monkeypatch.setitem(sys.modules, "IPython", package)
    monkeypatch.setitem(sys.modules, "IPython.display", package.display)
    return notebook


def test_a_notebook_has_one_output_that_is_updated(notebook, capsys):
    """A run in a notebook is one output of plain text, a line per epoch."""
    logger = bound()

    logger.on_train_begin({})
    for epoch in range(2):
        logger.on_epoch_begin(epoch, {})
        logger.on_train_batch_end(3, {"reward": 0.5})
        logger.on_epoch_end(epoch, {"reward": 0.5, "val_reward": 0.6})
    logger.teardown("train")

    (output,) = notebook.outputs
    finished = f"{'━' * 20} 4/4 - 0.0s - reward: 0.5000 - val_reward: 0.6000"
    assert without_times(output["text/plain"]) == (
        f"Epoch 1/2 {finished}\nEpoch 2/2 {finished}"
    )
    assert list(output) == ["text/plain"]
    assert capsys.readouterr().out == ""


def test_an_unknown_total_in_a_notebook(notebook):
    """Without a known number of batches there is a counter and no bar."""
    logger = bound(params={})

    logger.on_test_begin({})
    logger.on_test_batch_end(0, {"reward": 1.0})
    logger.on_test_end({"reward": 1.0})

    assert without_times(notebook.outputs[0]["text/plain"]) == (
        "Evaluate 1 batch - 0.0s - reward: 1.0000"
    )


def test_verbose_2_in_a_notebook(notebook, capsys):
    """With `verbose=2` a notebook gets plain lines as well."""
    train(bound(params={**PARAMS, "verbose": 2}))

    assert notebook.outputs == []
    assert capsys.readouterr().out.startswith("Epoch 1/2 - ")


def test_a_notebook_is_not_flooded(notebook):
    """Updates that follow each other too fast are dropped, but never the last."""
    train(bound(params={**PARAMS, "steps": 1000}), n_batches=1000)

    assert notebook.n_updates < 500  # of 1,000
    assert "1000/1000" in notebook.outputs[0]["text/plain"]


def test_a_long_run_in_a_notebook_gets_more_outputs(notebook):
    """The text that is sent with each update does not grow without end."""
    logger = bound()
    logger.on_train_begin({})

    for epoch in range(60):
        logger.on_epoch_begin(epoch, {})
        logger.on_epoch_end(epoch, {})

    assert [len(one["text/plain"].splitlines()) for one in notebook.outputs] == [50, 10]


def test_an_error_in_a_notebook_is_named(notebook):
    """The line of a failed run says what ended it."""
    logger = bound()
    logger.on_predict_begin({})

    logger.on_run_error(KeyboardInterrupt(), {})
    logger.teardown("predict")

    assert "stopped by KeyboardInterrupt" in notebook.outputs[0]["text/plain"]


async def test_a_long_batch_keeps_the_clock_running(notebook):
    """While a batch takes its time, the elapsed time is drawn now and then."""
    import asyncio

    logger = bound()
    logger.on_test_begin({})
    before = notebook.n_updates

    await asyncio.sleep(1.2)
    ticks = notebook.n_updates - before
    logger.teardown("evaluate")
    after = notebook.n_updates
    await asyncio.sleep(0.7)

    assert ticks >= 1
    assert notebook.n_updates == after


# -- refreshing ------------------------------------------------------------------------


def test_the_refresh_rate_counts_batches(monkeypatch):
    """25 batches at a rate of 10 are drawn at 10, 20 and 25."""
    from synalinks.callbacks import _progbar_logger

    drawn = []

    class Recorder(_progbar_logger.LogView):
        def draw(self):
            drawn.append(re.search(r"(\d+)/25", self._line.as_log())[1])

    monkeypatch.setattr(_progbar_logger, "_choose_view", lambda _: Recorder())

    train(bound(refresh_rate=10, params={"steps": 25}), n_batches=25)

    assert drawn == ["10", "20", "25"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.04, "0.0s"),
        (59.94, "59.9s"),
        (59.96, "1m00s"),
        (125, "2m05s"),
        (3725, "1h02m05s"),
    ],
    ids=str,
)
def test_durations(seconds, text):
    """Durations are short and never show 60 seconds."""
    from synalinks.callbacks._progress_text import duration_text

    assert duration_text(seconds, decimals=1) == text


# Which thread first asks for rich, of a run whose setup has been done.
SETUP = """
import asyncio, sys, threading
from synalinks.callbacks import CallbackList, ProgbarLogger

class Watch:
    def find_spec(self, name, path=None, target=None):
        if name.startswith("rich"):
            seen.append(threading.current_thread() is threading.main_thread())

async def run():
    callbacks = CallbackList(ProgbarLogger())
    callbacks.bind(None, {"verbose": 1, "epochs": 1, "steps": 1})
    await callbacks.dispatch("setup", "train")
    await callbacks.dispatch("on_train_begin", {})

seen = []
sys.meta_path.insert(0, Watch())
asyncio.run(run())
print(len(seen) > 0, any(seen))
"""


def test_the_event_loop_does_not_wait_for_imports():
    """What draws is imported in a thread, before the run begins."""
    command = [sys.executable, "-W", "error", "-c", SETUP]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)

    assert ended.stdout.split() == ["True", "False"]
