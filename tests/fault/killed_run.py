"""A training run that others kill: its script, its model, and who starts it.

As a program it is a starter: it imports what a run needs once, and forks a process for
each line that it reads, so that a run is there in milliseconds and killed as any other.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import json
import os
import shutil
import signal
import sqlite3
import sys
import traceback
from itertools import count
from pathlib import Path

import synalinks
import synalinks.tracking
from synalinks.contracts import Candidate
from synalinks.optimizers import GreedyOptimizer, RandomFewShot
from synalinks.saving import register_synalinks_serializable
from synalinks.training._current_run import CurrentRun
from tests.fault import unprotected

N_TRAIN, N_VALIDATION, EPOCHS, BATCH = 12, 8, 3, 4
CALLS_AT_ONCE = 8
TRACKED = "tracked"
# What no two runs have the same.
_OF_TIME = ("_s", "_per_second", "_throughput")


class Question(synalinks.DataModel):
    """A question."""

    text: str


class Answer(synalinks.DataModel):
    """An answer."""

    answer: str


class Verdict(synalinks.DataModel):
    """What a judge thinks."""

    score: float


class Advice(synalinks.DataModel):
    """Better instructions."""

    instructions: str


# -- what answers ----------------------------------------------------------------------


def answer(request):
    """Answer as a function of what is asked, so that two runs can be compared.

    How often the answer is right depends on the prompt: some are better than others.
    The seed decides which draw it is.
    """
    first, last = (str(request.messages[index]["content"]) for index in (0, -1))
    if "judge" in request.model:
        target, _, given = last.removesuffix("?").partition(" or ")
        return {"score": 0.9 * (target == given) + number_of(last) % 10 / 100}
    if "adviser" in request.model:
        return {"instructions": f"Say what {number_of(first + last) % 9} says."}
    right = int("".join(filter(str.isdigit, last))) % 3
    draw = request.params.get("seed") or ""
    is_right = number_of(f"{last}{draw}") % 10 < 2 + number_of(first) % 8
    return {"answer": f"{right if is_right else (right + 1) % 3}"}


def number_of(text):
    """Return a number that looks random and is not."""
    return int(hashlib.sha256(text.encode()).hexdigest()[:8], 16)


# -- the run ---------------------------------------------------------------------------


@register_synalinks_serializable(package="tests")
class Judge(synalinks.rewards.Reward):
    """Lets a language model judge."""

    def __init__(self, language_model, name="judge"):
        super().__init__(name=name)
        self.language_model = language_model

    async def call(self, y_true, y_pred):
        """Ask the judge."""
        if y_pred is None:
            return 0.0
        text = f"{y_true.get('answer')} or {y_pred.get('answer')}?"
        verdict = await self.language_model.complete(
            [{"role": "user", "content": text}], schema=Verdict.get_schema()
        )
        return verdict.value["score"]


class Advised(GreedyOptimizer):
    """Asks a language model for instructions, three times at once."""

    def __init__(self, language_model, name="advised"):
        super().__init__(name=name)
        self.language_model = language_model

    async def propose(self, step):
        """Ask for other instructions."""
        self.collect(step.rollouts)
        rewards = [one.reward for one in step.rollouts]
        messages = [{"role": "user", "content": f"Improve on {rewards}."}]

        async def ask(draw):
            return await self.language_model.complete(
                [*messages, {"role": "user", "content": f"{draw // 2}"}],
                schema=Advice.get_schema(),
            )

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(ask(draw)) for draw in range(3)]
        return [self.improved(task.result().value) for task in tasks]

    def improved(self, advice):
        """Return the incumbent with other instructions."""
        values = {
            path: {**value, **advice} for path, value in self.incumbent.values.items()
        }
        parents = (self.incumbent.digest,)
        return Candidate(values=values, origin="mutation", parents=parents)


def model(name, url, max_concurrency=CALLS_AT_ONCE):
    """Return a language model of the test's server."""
    return synalinks.LanguageModel(
        f"openai/{name}",
        api_base=url,
        api_key="-",
        transport="direct",
        max_concurrency=max_concurrency,
        retry=2,
        seed=0,
    )


def data(first, n):
    """Return questions and answers."""
    numbers = range(first, first + n)
    return (
        [Question(text=f"number {number}") for number in numbers],
        [Answer(answer=f"{number % 3}") for number in numbers],
    )


# By name: what makes the optimizer of a run from the address of the server.
OPTIMIZERS = {
    "few_shot": lambda _: RandomFewShot(),
    "advised": lambda url: Advised(model("adviser", url)),
}


async def make_program(url, optimizer):
    """Return the compiled program of the run."""
    inputs = synalinks.Input(data_model=Question)
    outputs = await synalinks.Generator(
        data_model=Answer, language_model=model("worker", url), name="writer"
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="killed")
    program.compile(
        optimizer=OPTIMIZERS[optimizer](url),
        reward=Judge(model("judge", url)),
        metrics=[synalinks.metrics.FBetaScore(average="macro")],
    )
    return program


def callbacks(folder, save_freq, *others, **settings):
    """Return the callbacks of the run."""
    return [
        *others,
        synalinks.callbacks.EarlyStopping(patience=2, restore_best_variables=True),
        synalinks.callbacks.ProgramCheckpoint(
            folder / "best.json", save_best_only=True, save_last=True
        ),
        synalinks.callbacks.CSVLogger(folder / "log.csv"),
        synalinks.callbacks.BackupAndRestore(
            folder / "backup", save_freq, delete_checkpoint=False, **settings
        ),
    ]


def monitor(folder, executable, store):
    """Return the callback that tells MLflow, on a store of its own in the folder."""
    home = folder / TRACKED
    home.mkdir(exist_ok=True)
    os.environ["SYNALINKS_HOME"] = str(home)
    sys.executable = executable
    if not (home / "mlflow.db").exists():
        # Under another name first: this process may be killed meanwhile.
        shutil.copy(store, home / "new.db")
        (home / "new.db").replace(home / "mlflow.db")
    return synalinks.callbacks.Monitor(
        tracking_uri=f"sqlite:///{home / 'mlflow.db'}",
        log_batch_metrics=True,
        log_program_plot=False,
    )


async def fit(folder, url, optimizer, save_freq, *, tracking=None, **settings):
    """Train, and write down how it ended."""
    others = [monitor(folder, **tracking)] if tracking else []
    synalinks.clear_session()
    program = await make_program(url, optimizer)
    x, y = data(0, N_TRAIN)
    history = await program.fit(
        x,
        y,
        batch_size=BATCH,
        minibatch_size=4,
        epochs=EPOCHS,
        verbose=0,
        validation_data=data(100, N_VALIDATION),
        callbacks=callbacks(folder, save_freq, *others, **settings),
    )
    if tracking:
        await synalinks.tracking.flush_outboxes(timeout_s=100)
    models = synalinks.callbacks.reachable_models(program)
    counted = ("calls", "prompt_tokens", "completion_tokens", "failed_calls")
    return {
        "variables": {one.path: one.get_json() for one in program.variables},
        "history": history.history,
        "epochs": history.epoch,
        "optimizer": without_times(program.optimizer.state_dict()),
        "usage": [
            [one.model, *(one.ledger.total(name) for name in counted)] for one in models
        ],
    }


def without_times(state):
    """Return JSON without how long calls took: no two runs have the same."""
    if isinstance(state, list):
        return [without_times(one) for one in state]
    if not isinstance(state, dict):
        return state
    return {
        key: without_times(one)
        for key, one in state.items()
        if not key.endswith("elapsed_s")
    }


def files_of(folder):
    """Return the contents of the files that the run has left, but the backup."""
    return {
        path.name: path.read_text(encoding="utf-8")
        for path in sorted(Path(folder).iterdir())
        if path.is_file()
        and path.name not in {"checkpoints.jsonl", "result.json"}
        # What a process was writing when it died is litter, with a name of its own.
        and not path.name.startswith(".")
    }


def tracked_in(folder):
    """Return what MLflow has of the run: its end, and all numbers with their steps."""
    path = Path(folder) / TRACKED / "mlflow.db"
    if not path.exists():
        return None
    with contextlib.closing(sqlite3.connect(path)) as database:
        runs = list(database.execute("SELECT name, status FROM runs"))
        rows = database.execute("SELECT key, step, value FROM metrics")
        numbers = sorted(
            (key, step, None if key.endswith(_OF_TIME) else value)
            for key, step, value in rows
        )
    return runs, numbers


def rows_of(folder):
    """Return the rows of the manifest, without the times at which they were written."""
    rows = synalinks.contracts.read_manifest(folder)
    return [(row.name, row.reason, row.epoch, row.step, row.digest) for row in rows]


def die_before_operation(n):
    """Kill this process right before the n-th thing that it does to a file."""
    left = [n]

    def dying(operation):
        def call(*args, **options):
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return operation(*args, **options)

        return call

    for name in (
        "write", "fsync", "fdatasync", "ftruncate", "mkdir", "unlink", "replace",
    ):  # fmt: skip
        setattr(os, name, dying(getattr(os, name)))


def die_at(moment, n):
    """Kill this process at the n-th call of a hook, or in the n-th of its snapshots."""
    n_left = count(n, -1)

    def die_if_it_is_time():
        if next(n_left) == 1:
            os.kill(os.getpid(), signal.SIGKILL)

    fire, write = CurrentRun.fire, os.write

    async def dying(self, hook, *args):
        if hook == moment:
            die_if_it_is_time()
        return await fire(self, hook, *args)

    def half(descriptor, content):
        if moment == "snapshot" and bytes(content[:10]) == b'{"format":':
            content = content[: len(content) // 2]
            n_written = write(descriptor, content)
            die_if_it_is_time()
            return n_written
        return write(descriptor, content)

    CurrentRun.fire, os.write = dying, half


def work(order):
    """Do one run as the process that was forked for it."""
    if order.get("without"):
        unprotected.REMOVE[order["without"]]()
    if order.get("dies_before"):
        die_before_operation(order["dies_before"])
    if order.get("dies_at"):
        die_at(*order["dies_at"])
    folder = Path(order["folder"])
    os.chdir(folder)
    names = ("url", "optimizer", "save_freq")
    result = asyncio.run(
        fit(folder, *(order[name] for name in names), **order.get("settings", {}))
    )
    text = json.dumps(result, sort_keys=True)
    (folder / "result.json").write_text(text, encoding="utf-8")


async def warm_up():
    """Import and read what the first run of a process does, once for all."""
    transport = synalinks.testing.ScriptedTransport(answer)
    lm = synalinks.LanguageModel("openai/worker", transport=transport)
    await lm.complete([{"role": "user", "content": "1"}], schema=Answer.get_schema())
    with contextlib.suppress(synalinks.errors.LanguageModelError):
        url = "http://127.0.0.1:9/v1"  # nobody is there: only the way is tried
        await model("worker", url).complete([{"role": "user", "content": "1"}])


def start_runs(warm_up=warm_up):
    """Fork a process for each order on standard input; say its number, then its end."""
    asyncio.run(warm_up())
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                work(json.loads(line))
            except KeyboardInterrupt:
                os._exit(130)
            except SystemExit as error:
                os._exit(error.code)
            except BaseException:  # noqa: BLE001 - the process ends here
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        print(child, flush=True)  # noqa: T201 - that is how it answers
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)  # noqa: T201 - as above


if __name__ == "__main__":
    start_runs()
