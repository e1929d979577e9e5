"""Runs whose hooks are recorded, and what is expected of them."""

from dataclasses import dataclass, field
from typing import Any

from parity import data, make_task

from synalinks.callbacks import HOOKS, Callback
from synalinks.contracts import Candidate
from synalinks.optimizers import Optimizer
from synalinks.testing import RecordingCallback

# What one run of two epochs of two batches, validated after each, calls.
BATCH_HOOKS = ["step_begin", "propose_begin", "propose_end", "before_update"]
VALIDATION = ["test_begin", "test_batch_begin 0", "test_batch_end 0", "test_end"]
GOOD_END = ["before_train_end", "train_end", "teardown"]
BAD_END = ["run_error", "teardown"]


def batch(index, step):
    """Return the events of a batch whose first proposal is accepted."""
    return [
        f"train_batch_begin {index}",
        *[f"{hook} {step}" for hook in BATCH_HOOKS],
        f"train_batch_end {index}",
    ]


def epoch(index, n_batches=2):
    """Return the events of an epoch with validation."""
    first = index * n_batches
    return [
        f"epoch_begin {index}",
        *[event for i in range(n_batches) for event in batch(i, first + i)],
        *VALIDATION,
        f"eval {first + n_batches}",
        f"epoch_end {index}",
    ]


FULL = ["setup", "train_begin", *epoch(0), *epoch(1), *GOOD_END]

# Hooks that a run of `fit` in good order calls.
HOOKS_OF_FIT = [
    hook for hook in HOOKS
    if any(event.split()[0] == hook.removeprefix("on_") for event in FULL)
]  # fmt: skip


def trace(recorder):
    """Return one line per hook: its name and the numbers it got."""
    return [
        " ".join([hook.removeprefix("on_"), *[str(n) for n in args if type(n) is int]])
        for hook, args in recorder.events
    ]


def before(hook):
    """Return the events of `FULL` up to the first of a hook, without and with it."""
    names = [event.split()[0] for event in FULL]
    index = names.index(hook.removeprefix("on_"))
    return FULL[:index], FULL[: index + 1]


@dataclass
class Run:
    """What came of a run."""

    events: list[str]
    """Hooks, in order."""
    recorder: RecordingCallback
    """The hooks with their arguments."""
    task: Any
    """The program and its calls."""
    history: Any = None
    """What `fit` returned."""
    error: BaseException | None = None
    """What `fit` raised."""

    @property
    def n_notes(self):
        return len(getattr(self.error, "__notes__", []))


async def recorded_fit(*callbacks, task=None, **options):
    """Run two epochs of two batches, validated, and return what came of it."""
    task = task or await make_task()
    recorder = RecordingCallback()
    arguments = {
        "validation_data": data(4, 8),
        "epochs": 2,
        "batch_size": 2,
        "validation_batch_size": 4,
        "verbose": 0,
        **options,
    }
    run = Run([], recorder, task)
    try:
        run.history = await task.program.fit(
            *data(0, 4), callbacks=[*callbacks, recorder], **arguments
        )
    except BaseException as error:  # noqa: BLE001 - tests look at it
        run.error = error
    run.events = trace(recorder)
    return run


class In(Callback):
    """Calls a function in a hook, the first time or every time.

    The function gets the callback and the arguments of the hook.
    """

    def __init__(self, hook, function, *, every=False, **attributes):
        self.calls = 0
        vars(self).update(attributes)

        def called(*args):
            self.calls += 1
            if every or self.calls == 1:
                return function(self, *args)
            return None

        setattr(self, hook, called)


def raising(error):
    """Return a function that raises an error, for `In`."""

    def function(callback, *args):
        raise error

    return function


@dataclass
class Scripted:
    """Makes an optimizer that proposes the next of some instructions."""

    texts: list[str]
    seen: list[Any] = field(default_factory=list)

    def make(self):
        texts, seen = self.texts, self.seen

        class ScriptedOptimizer(Optimizer):
            """Proposes instructions from a list."""

            async def propose(self, step):
                seen.append(step)
                if not texts:
                    return []
                text = texts.pop(0)
                values = {
                    path: {**value, "instructions": text}
                    for path, value in self.incumbent.values.items()
                }
                return [Candidate(values=values, origin="scripted")]

        return ScriptedOptimizer()


def graded(request):
    """Answer the numbers below the level that the instructions name: `level 7`."""
    system = request.messages[0]["content"]
    level = int(system.partition("level ")[2].split()[0].strip(".")) if (
        "level " in system
    ) else 0  # fmt: skip
    text = request.messages[-1]["content"]
    number = int(text.partition('"n')[2].partition('"')[0])
    right = "odd" if number % 2 else "even"
    return {"answer": right if number % 10 < level else "unknown"}


async def graded_task(*levels, **options):
    """Return a task whose optimizer proposes prompts of these levels."""
    script = Scripted([f"level {level}" for level in levels])
    task = await make_task(graded, optimizer=script.make(), **options)
    task.script = script
    return task


def instructions(program):
    """Return the instructions of the one prompt of a program."""
    return program.trainable_variables[0].get("instructions")
