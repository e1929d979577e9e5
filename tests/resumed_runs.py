"""A small run of `fit` that can be interrupted and gone on with, in this process."""

import json
from dataclasses import dataclass, field
from pathlib import Path

import synalinks
from synalinks.callbacks import BackupAndRestore, Callback, CSVLogger, EarlyStopping
from synalinks.optimizers import RandomFewShot
from synalinks.testing import ScriptedTransport
from tests.fault import killed_run
from tests.fault.killed_run import Answer, Judge, Question, data, without_times


class DiedError(Exception):
    """What ends a run in the middle."""


class Dies(Callback):
    """Ends a run at the n-th call of one of its hooks."""

    callback_order = 99

    def __init__(self, hook, n=1, error=DiedError):
        super().__init__()
        self.n_left = n

        def fail(*_):
            self.n_left -= 1
            if not self.n_left:
                raise error

        setattr(self, hook, fail)


@dataclass
class Task:
    """What a run is made of; change what is to differ."""

    folder: Path
    save_freq: int | str = "epoch"
    settings: dict = field(default_factory=dict)
    arguments: dict = field(default_factory=dict)
    callbacks: list = field(default_factory=list)
    optimizer: object = None
    reward: object = None
    metrics: list = field(default_factory=list)
    generator: dict = field(default_factory=dict)
    model: dict = field(default_factory=dict)
    n_train: int = 8
    seed: int | None = None
    answer: object = killed_run.answer
    program: object = None
    backup: object = None
    transport: object = None

    async def make(self):
        """Make the program, as a script does that is run again."""
        synalinks.clear_session()
        if self.seed is not None:
            synalinks.set_seed(self.seed)
        self.transport = ScriptedTransport(self.answer)
        worker, judge = (
            synalinks.LanguageModel(
                f"openai/{name}", transport=self.transport, **{"retry": 1, **self.model}
            )
            for name in ("worker", "judge")
        )
        inputs = synalinks.Input(data_model=Question)
        outputs = await synalinks.Generator(
            data_model=Answer,
            language_model=worker,
            **{"name": "writer", **self.generator},
        )(inputs)
        self.program = synalinks.Program(inputs=inputs, outputs=outputs, name="task")
        self.program.compile(
            optimizer=self.optimizer or RandomFewShot(),
            reward=self.reward or Judge(judge),
            metrics=self.metrics,
        )
        return self

    async def fit(self):
        """Train what there is."""
        self.backup = BackupAndRestore(
            self.folder / "backup", self.save_freq, **self.settings
        )
        x, y = data(0, self.n_train)
        defaults = {
            "batch_size": 2,
            "minibatch_size": 2,
            "epochs": 2,
            "verbose": 0,
            "validation_data": data(100, 4),
            "callbacks": [
                EarlyStopping(patience=5),
                CSVLogger(self.folder / "log.csv"),
                self.backup,
                *self.callbacks,
            ],
        }
        return await self.program.fit(x, y, **{**defaults, **self.arguments})


@dataclass
class Ended:
    """What a run has left."""

    history: dict
    variables: dict
    optimizer: dict
    log: str
    n_requests: int
    counters: list
    task: Task

    def same(self):
        """Return what must be equal to that of another run."""
        return (
            self.history, self.variables, self.optimizer, self.log, self.counters,
        )  # fmt: skip


async def train(folder, **changes):
    """Make a program and train it to the end."""
    task = await Task(Path(folder), **changes).make()
    return await end(task)


async def end(task):
    """Train a program, and return what is left."""
    history = await task.fit()
    models = synalinks.callbacks.reachable_models(task.program)
    log = task.folder / "log.csv"
    state = task.program.optimizer.state_dict()
    return Ended(
        history=history.history,
        variables={one.path: one.get_json() for one in task.program.variables},
        optimizer=without_times(json.loads(json.dumps(state))),
        log=log.read_text(encoding="utf-8"),
        n_requests=len(task.transport.requests),
        counters=[(one.cumulated_calls, one.cumulated_tokens) for one in models],
        task=task,
    )


async def die(folder, hook="on_train_batch_end", n=1, error=DiedError, **changes):
    """Train until a hook ends it; return the number of requests made."""
    callbacks = [*changes.pop("callbacks", []), Dies(hook, n, error)]
    task = await Task(Path(folder), callbacks=callbacks, **changes).make()
    try:
        await task.fit()
    except error:
        return len(task.transport.requests)
    raise AssertionError("the run did not end")


def bytes_of(folder):
    """Return all files of a folder by name."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(Path(folder).rglob("*"))
        if path.is_file()
    }
