"""A small experiment over HTTP that tests run, kill and send to other processes."""

import asyncio
import dataclasses
import json
import os
import signal
import sys
from pathlib import Path

import synalinks
from synalinks._internal import context
from synalinks.experiments import Arm, Benchmark, Experiment
from synalinks.optimizers import BootstrapFewShot, RandomFewShot
from tests.fault import killed_run
from tests.fault.killed_run import Answer, Judge, Question, data, model

N_TRAIN, N_VALIDATION, N_TEST = 8, 4, 6


async def make_program(url, optimizer="random"):
    """Return the compiled program of an arm."""
    if optimizer == "broken":
        msg = "this arm is broken"
        raise RuntimeError(msg)
    inputs = synalinks.Input(data_model=Question)
    limit = {"max_concurrency": None} if optimizer == "adaptive" else {}
    outputs = await synalinks.Generator(
        data_model=Answer, language_model=model("worker", url, **limit), name="writer"
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="task")
    kind = BootstrapFewShot if optimizer == "bootstrap" else RandomFewShot
    program.compile(optimizer=kind(), reward=Judge(model("judge", url)))
    return program


def make_experiment(folder, url, arms=("random", "bootstrap"), callbacks=(), **options):
    """Return the experiment, as a script does that is run again."""
    x, y = data(0, N_TRAIN)
    return Experiment(
        "small",
        [
            Arm(name, make_program, config={"url": url, "optimizer": name})
            for name in arms
        ],
        list(callbacks),
        output_dir=folder,
        fit={
            "x": x,
            "y": y,
            "batch_size": 4,
            "minibatch_size": 4,
            "epochs": 2,
            "validation_data": data(100, N_VALIDATION),
        },
        benchmarks=[Benchmark("test", *data(200, N_TEST), every="1ep")],
        **{"n_repeats": 3, "seed": 7, "max_concurrency": 2, **options},
    )


def outcome(result):
    """Return all of a result that must be the same however it came about."""
    return [
        {
            **arm.as_json(),
            "seconds": None,
            "usage": without_times(arm.as_json()["usage"]),
            "evals": [without_times(one.as_json()) for one in arm.evals],
            "evals_in_training": [
                without_times(one.as_json()) for one in arm.evals_in_training
            ],
        }
        for arm in result.arms
    ]


def without_times(value):
    """Return JSON without how long things took."""
    if isinstance(value, list):
        return [without_times(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        key: without_times(one)
        for key, one in value.items()
        if key not in {"seconds", "elapsed_s"}
    }


class Notes(synalinks.callbacks.Callback):
    """Writes a line for each benchmark that it is told of."""

    scope = "experiment"

    def __init__(self, path):
        self.path = Path(path)

    async def on_benchmark_eval(self, ctx, result, predictions, *, step=None):
        """Note it."""
        line = f"{ctx.run_key} {result.name}@{step} {len(predictions)}\n"
        await asyncio.to_thread(self._write, line)

    def _write(self, line):
        with self.path.open("a", encoding="utf-8") as file:
            file.write(line)


class Sees(synalinks.callbacks.Callback):
    """Is shared by all runs, and notes what it sees in each hook, by run."""

    scope = "experiment"

    def __init__(self, path=None):
        self.seen = {}
        self.n_batches = 0
        self._path = path

    def state_dict(self):
        return {"n_batches": self.n_batches}

    def load_state_dict(self, state):
        self.n_batches = state["n_batches"]
        self.note("load_state_dict", [state])

    def note(self, hook, args, **named):
        run = context.trainer.get()
        key = run.ctx.run_key if run else args[0].run_key
        line = [hook, without_times(_plain([*args, named])), run and self._of(run)]
        self.seen.setdefault(key, []).append(json.loads(json.dumps(line)))
        if self._path is not None:
            with Path(self._path).open("a", encoding="utf-8") as file:
                file.write(json.dumps(line) + "\n")

    def _of(self, run):
        assert run.program is self.program
        assert self.params == run.params
        return {
            "place": [run.stage, run.epoch, run.batch_index, run.global_step],
            "variables": {one.path: one.get_json() for one in run.program.variables},
            "calls": run.usage.calls,
            "rows": len(run.rows),
            "outputs": [one.reward for one in run.outputs],
            "events": len(run.candidate_events),
            "history": run.history.history,
            "population": [one.digest for one in run.optimizer.population],
            "metrics": run.program.get_metrics_result(),
            "stop": run.stop_reason,
            "ids": dict(run.ctx.ids),
        }

    def on_train_batch_end(self, batch, logs=None):
        self.n_batches += 1
        assert self.trainer.rows[-1] is self.trainer.logs is logs
        logs["seen"] = float(batch)
        self.trainer.log("logged", 2 * batch)
        self.note("on_train_batch_end", [batch, logs])

    def on_test_end(self, logs=None):
        logs["tested"] = 1.0
        self.note("on_test_end", [logs])

    def on_run_end(self, ctx, run_result, arm):
        self.note("on_run_end", [ctx, run_result, arm])
        arm.metrics["seen"] = 1.0

    async def on_run_begin(self, ctx):
        ctx.ids["begun"] = ctx.run_key
        self.note("on_run_begin", [ctx])


def _noting(hook):
    def note(self, *args, **named):
        self.note(hook, args, **named)

    return note


for _hook in set(synalinks.callbacks.HOOKS) - {*vars(Sees), "on_batch_begin"}:
    if _hook not in {"on_batch_end", "on_experiment_begin", "on_experiment_end"}:
        setattr(Sees, _hook, _noting(_hook))


def _plain(value):
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    if isinstance(value, (str, int, float, type(None))):
        return value
    is_result = hasattr(value, "evals") or hasattr(value, "benchmark_id")
    return without_times(value.as_json()) if is_result else type(value).__name__


class DiesOnce(synalinks.callbacks.Callback):
    """Kills its process in the middle of a training, the first time."""

    def __init__(self, marker):
        self.marker = str(marker)

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1 and self.trainer.ctx.replicate == 0:
            marker = Path(self.marker)
            if not marker.exists():
                marker.write_text(str(os.getpid()), encoding="utf-8")
                os.kill(os.getpid(), signal.SIGKILL)


class CutOffOnce(synalinks.callbacks.Callback):
    """Has its worker lose what runs share, `callbacks` or `budgets`, the first time."""

    def __init__(self, marker, what):
        self.marker = str(marker)
        self.what = what

    def on_train_batch_end(self, batch, logs=None):
        marker = Path(self.marker)
        if batch == 1 and self.trainer.ctx.replicate == 0 and not marker.exists():
            marker.write_text(self.what, encoding="utf-8")
            for one in self.trainer.callbacks:
                if self.what == "callbacks" and hasattr(one, "_line"):
                    one._line._switchboard = _Unreachable()
                elif self.what == "budgets" and hasattr(one, "pool"):
                    desk = one.pool._desk
                    one.pool._desk = dataclasses.replace(desk, actor=_Unreachable())


class _Unreachable:
    """A process of Ray that cannot be reached for the moment."""

    def __getattr__(self, method):
        return self

    def remote(self, *args):
        import ray

        raise ray.exceptions.ActorUnavailableError("a test cut the line", None)


def main(folder, url, arms, n_trials):
    """Run the experiment, or search among some trials, in a process of its own."""
    asyncio.run(killed_run.warm_up())
    notes = Notes(Path(folder).parent / f"{Path(folder).name}.notes")
    result = asyncio.run(_results(folder, url, arms, [notes], n_trials))
    text = json.dumps(
        {
            "outcome": outcome(result),
            "status": result.status,
            "best": [result.best_arm, result.best_score],
        }
    )
    Path(folder, "outcome.json").write_text(text, encoding="utf-8")


async def _results(folder, url, arms, callbacks, n_trials):
    if not n_trials:
        return await make_experiment(folder, url, arms, callbacks).run()
    options = {"n_repeats": 1, "max_concurrency": 1}
    one = make_experiment(folder, url, arms, callbacks, **options)
    space = {"minibatch_size": [1, 2, 3, 4], "batch_size": [2, 4, 8]}
    return await one.search(space, n_trials)


if __name__ == "__main__":
    os.chdir(Path(sys.argv[1]).parent)
    main(*sys.argv[1:3], sys.argv[3].split(","), int(sys.argv[4]))
