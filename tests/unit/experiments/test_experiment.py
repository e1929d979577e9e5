"""`Experiment`: hooks, scopes, replicates, stages, failures, and going on."""

import asyncio
import json
import threading

import pytest
from parity import data, make_task

import synalinks
from synalinks.callbacks import (
    EXPERIMENT_HOOKS,
    BudgetStopping,
    Callback,
    CSVLogger,
    History,
)
from synalinks.errors import (
    BackupLockedError,
    BackupMismatchError,
    ConfigurationError,
    SynalinksWarning,
)
from synalinks.experiments import (
    Arm,
    Benchmark,
    Experiment,
    ExperimentFolder,
    read_experiment,
)
from synalinks.experiments._executor import LocalExecutor
from synalinks.testing import RecordingCallback

FIT = {"batch_size": 4, "epochs": 2, "validation_data": data(40, 44)}


class Recorder(RecordingCallback):
    """Notes the hooks of all runs."""

    scope = "experiment"

    def told(self):
        """Return what it was told of the experiment, in order."""
        return [
            (hook, *map(_short, args))
            for hook, args in self.events
            if hook in EXPERIMENT_HOOKS
        ]


def _short(value):
    if isinstance(value, list):
        return len(value)
    return getattr(value, "run_key", None) or getattr(value, "name", value)


async def experiment(tmp_path, arms=None, callbacks=(), task=None, **options):
    """Return a small experiment, and the task that its arms train."""
    task = task or await make_task()
    arms = arms or [Arm("few", task.program)]
    x, y = data(0, 8)
    defaults = {
        "output_dir": tmp_path / "out",
        "fit": {"x": x, "y": y, **FIT},
        "benchmarks": [Benchmark("test", *data(100, 106))],
    }
    return Experiment("small", arms, list(callbacks), **{**defaults, **options}), task


# -- hooks -----------------------------------------------------------------------------


@pytest.mark.row("EV-08")
@pytest.mark.row("EV-09")
@pytest.mark.row("EV-10")
@pytest.mark.row("EV-11")
@pytest.mark.row("EV-13")
@pytest.mark.row("EV-14")
async def test_hooks_come_in_one_order(tmp_path):
    """Each of the six at its moment, groups before their runs, scores by step."""
    task, recorder = await make_task(), Recorder()
    arms = [Arm(name, task.program) for name in ("a", "b")]
    benchmark = Benchmark("test", *data(100, 106), every="1ep")
    one, _ = await experiment(
        tmp_path, arms, [recorder], task, n_repeats=2, seed=3, benchmarks=[benchmark]
    )

    await one.run()

    def of_run(key):
        return [
            ("on_run_begin", key),
            ("on_benchmark_eval", key, "test", 6, 2),
            ("on_benchmark_eval", key, "test", 6, 4),
            ("on_benchmark_eval", key, "test", 6, None),
            ("on_run_end", key, History, key),
        ]

    told = [
        (*event[:2], History, *event[3:]) if event[0] == "on_run_end" else event
        for event in recorder.told()
    ]
    assert told[0][0] == "on_experiment_begin"
    assert told[-1] == ("on_experiment_end", told[0][1], "small")
    assert [(hook, *rest[-1:]) if hook == "on_group_begin" else (hook, *rest)
            for hook, *rest in told[1:-1]] == [
        ("on_group_begin", "a"), *of_run("a__s3"),
        ("on_group_begin", "b"), *of_run("b__s3"),
        *of_run("a__s4"), *of_run("b__s4"),
    ]  # fmt: skip
    # In the order of the arms, though replicates of all arms were run in turn.
    result = await one.run()
    assert [arm.name for arm in result.arms] == ["a__s3", "a__s4", "b__s3", "b__s4"]


@pytest.mark.row("EV-09")
async def test_one_replicate_is_no_group(tmp_path):
    """Without replicates there is no group to tell of."""
    recorder = Recorder()
    one, _ = await experiment(tmp_path, callbacks=[recorder])

    await one.run()

    assert "on_group_begin" not in recorder.hooks()


@pytest.mark.row("EV-08")
@pytest.mark.row("EV-10")
@pytest.mark.row("EV-17")
async def test_contexts_of_runs_beside_each_other(tmp_path):
    """Each run reads its own `run_id` and the experiment's id; extras are handed on."""
    seen = {}

    class Logger(Callback):
        def on_experiment_start(self, ctx):
            ctx.ids["experiment_id"] = "E"

        async def on_run_start(self, ctx):
            ctx.ids["run_id"] = ctx.run_key
            ctx.extras["note"] = f"of {ctx.run_key}"
            await asyncio.sleep(0)

    class Reader(Callback):
        def on_train_end(self, logs=None):
            ctx = self.trainer.ctx
            seen[ctx.run_key] = (dict(ctx.ids), ctx.extras["note"], ctx.run_config)
            json.dumps(ctx.as_json())

    task = await make_task()
    arms = [Arm(name, task.program, config={"k": name}) for name in ("a", "b")]
    one, _ = await experiment(
        tmp_path, arms, [Logger(), Reader()], task, max_concurrency=2
    )

    await one.run()

    assert seen == {
        f"{name}__s0": (
            {"experiment_id": "E", "run_id": f"{name}__s0"},
            f"of {name}__s0",
            {"arm": name, "stage": None, "k": name},
        )
        for name in ("a", "b")
    }


@pytest.mark.row("EV-11")
async def test_rows_have_all_that_is_known_of_a_sample(tmp_path):
    """Rows are one per sample, and stay on disk; groups are scored apart."""
    rows, results = [], []

    class Reader(Callback):
        def on_benchmark_eval(self, ctx, result, predictions, *, step=None):
            rows.extend(predictions)
            results.append(result)

    benchmark = Benchmark(
        "test",
        *data(100, 106),
        breakdowns={"answer": "answer", "half": lambda x, y: x.get("query") < "n103"},
        tags=["hard"],
        metrics=["f1_score"],
    )
    one, _ = await experiment(tmp_path, callbacks=[Reader()], benchmarks=[benchmark])

    await one.run()

    (result,) = results
    assert [row["task_id"] for row in rows] == [f"test:{i}" for i in range(6)]
    assert set(rows[0]) == {
        "task_id", "input", "expected", "output", "reward", "error", "metadata",
        "usage",
    }  # fmt: skip
    assert rows[0]["input"] == {"query": "n100"}
    assert rows[0]["metadata"]["groups"] == {"answer": "even", "half": "True"}
    assert rows[0]["usage"]["calls"] == 1
    assert result.breakdowns["answer"]["even"]["n"] == 3
    assert result.breakdowns["answer"]["even"]["reward"] == 1.0
    assert "f1_score" in result.metrics
    assert result.usage.calls == 6
    assert (result.tags, result.step) == (("hard",), None)
    path = tmp_path / "out" / "runs" / "few__s0" / "predictions" / "test.jsonl"
    kept = await asyncio.to_thread(path.read_text, encoding="utf-8")
    assert [json.loads(line) for line in kept.splitlines()] == rows


# -- callbacks -------------------------------------------------------------------------


async def test_callbacks_are_copied_for_each_run(tmp_path):
    """One of a run counts its own epochs, a shared one those of all."""

    class Counter(Callback):
        counters: list = []  # noqa: RUF012 - shared by all copies

        def __init__(self, scope):
            self.scope, self.n = scope, 0
            self.counters.append(self)

        def __deepcopy__(self, memo):
            return Counter(self.scope)

        def on_epoch_end(self, epoch, logs=None):
            self.n += 1

    task = await make_task()
    arms = [Arm(name, task.program) for name in ("a", "b")]
    own, shared = Counter("run"), Counter("experiment")
    one, _ = await experiment(tmp_path, arms, [own, shared], task, max_concurrency=2)

    await one.run()

    assert [counter.n for counter in Counter.counters] == [0, 4, 2, 2]


async def test_a_function_makes_a_callback_for_each_run(tmp_path):
    """Files of a run are in its folder; copies that share a file are refused."""
    one, task = await experiment(
        tmp_path, callbacks=[lambda ctx: CSVLogger(ctx.output_dir / "log.csv")]
    )

    await one.run()

    path = tmp_path / "out" / "runs" / "few__s0" / "log.csv"
    assert await asyncio.to_thread(path.exists)
    with pytest.raises(ConfigurationError, match="would write to one file"):
        await experiment(tmp_path, callbacks=[CSVLogger("log.csv")], task=task)


async def test_what_watches_ends_nothing(tmp_path):
    """A hook of experiments that fails is a warning, unless it says otherwise."""

    class Broken(Callback):
        def on_run_begin(self, ctx):
            msg = "no"
            raise RuntimeError(msg)

    class Strict(Broken):
        on_hook_error = "raise"

    one, task = await experiment(tmp_path, callbacks=[Broken()])
    with pytest.warns(SynalinksWarning, match="on_run_begin"):
        assert (await one.run()).arms[0].status == "completed"
    two, _ = await experiment(tmp_path / "two", callbacks=[Strict()], task=task)
    assert (await two.run()).arms[0].error == "RuntimeError: no"


# -- replicates and stages -------------------------------------------------------------


@pytest.mark.row("EV-22")
async def test_replicates_differ_by_their_seed_only(tmp_path):
    """They begin with one program, and have seeds, optimizers and models of their own.

    The program that was given is left as it is.
    """
    seen = []

    class Looker(Callback):
        def on_train_begin(self, logs=None):
            state = self.trainer
            digest = state.present().digest
            seen.append((synalinks.get_seed(), digest, state.optimizer.iterations))
            self.optimizers.append(state.optimizer)

        optimizers: list = []  # noqa: RUF012 - of all copies

    one, task = await experiment(tmp_path, callbacks=[Looker()], n_repeats=3, seed=42)
    before = task.program.get_state_tree()

    result = await one.run()

    assert [run.name for run in result.arms] == ["few__s42", "few__s43", "few__s44"]
    assert [seed for seed, _, _ in seen] == [42, 43, 44]
    assert len({digest for _, digest, _ in seen}) == 1
    assert {n for _, _, n in seen} == {0}
    assert len({id(x) for x in (*Looker.optimizers, task.program.optimizer)}) == 4
    assert task.program.get_state_tree() == before
    assert sum(run.usage.calls for run in result.arms) == task.n_calls


@pytest.mark.row("EV-23")
async def test_stages_carry_the_program_over(tmp_path):
    """A stage begins with what the one before has left, and with a new optimizer."""
    begun, left = {}, {}

    class Looker(Callback):
        def on_train_begin(self, logs=None):
            assert self.trainer.optimizer.iterations == 0
            begun[self.trainer.ctx.run_key] = self.trainer.present().digest

        def on_train_end(self, logs=None):
            left[self.trainer.ctx.run_key] = self.trainer.present().digest

    recorder, task = Recorder(), await make_task()
    arm = Arm("few", task.program, stages=[data(0, 8), data(20, 28)])
    one, _ = await experiment(tmp_path, [arm], [Looker(), recorder], task)

    result = await one.run()

    first, second = "few__s0__stage1", "few__s0__stage2"
    assert [run.name for run in result.arms] == [first, second]
    assert begun[second] == left[first] != begun[first]
    groups = [args[1] for hook, args in recorder.events if hook == "on_group_begin"]
    assert groups == ["few__stage1", "few__stage2"]
    assert list(result.scores()) == ["few"]


@pytest.mark.row("EV-23")
async def test_a_stage_that_fails_ends_its_chain_only(tmp_path):
    """What follows in the chain is cancelled; other chains go on."""

    class Fails(Callback):
        def on_epoch_begin(self, epoch, logs=None):
            if self.trainer.ctx.run_key == "a__s0__stage1":
                msg = "no"
                raise RuntimeError(msg)

    task = await make_task()
    arms = [Arm(name, task.program, stages=[data(0, 8), data(20, 28)]) for name in "ab"]
    one, _ = await experiment(tmp_path, arms, [Fails()], task)

    result = await one.run()

    assert [run.status for run in result.arms] == [
        "failed", "cancelled", "completed", "completed",
    ]  # fmt: skip


# -- endings ---------------------------------------------------------------------------


@pytest.mark.row("EV-13")
@pytest.mark.row("EV-24")
async def test_a_failing_arm_stops_nobody(tmp_path):
    """Its hook is called, its error kept, and the best of the others is named."""

    async def broken():
        msg = "this arm is broken"
        raise RuntimeError(msg)

    recorder, task = Recorder(), await make_task()
    arms = [Arm("bad", broken), Arm("few", task.program)]
    one, _ = await experiment(tmp_path, arms, [recorder], task)

    result = await one.run()

    assert (result.status, result.best_arm) == ("completed", "few")
    bad = result.arms[0]
    assert (bad.status, bad.error) == ("failed", "RuntimeError: this arm is broken")
    ends = [args for hook, args in recorder.events if hook == "on_run_end"]
    assert [(history, arm.status) for _, history, arm in ends[:1]] == [(None, "failed")]
    assert result.best_score == result.arms[1].score("test.reward")


@pytest.mark.row("EV-14")
async def test_only_failures_are_a_failure(tmp_path):
    """The end is told all the same."""
    recorder = Recorder()
    one, _ = await experiment(tmp_path, [Arm("bad", lambda: 3)], [recorder])

    result = await one.run()

    assert (result.status, result.best_arm) == ("failed", None)
    assert recorder.hooks().count("on_experiment_end") == 1


@pytest.mark.row("EV-14")
async def test_cancelling_is_told_once(tmp_path):
    """The run and the experiment end as cancelled; running it again goes on."""
    recorder, task = Recorder(), await make_task()

    class Cancels(Callback):
        def on_train_batch_end(self, batch, logs=None):
            if batch == 1 and not running.cancelling():
                running.cancel()

    one, _ = await experiment(tmp_path, None, [Cancels(), recorder], task)
    running = asyncio.create_task(one.run())

    with pytest.raises(asyncio.CancelledError):
        await running

    ends = {hook: args[-1] for hook, args in recorder.events if hook.endswith("_end")}
    assert ends["on_run_end"].status == "cancelled"
    assert ends["on_experiment_end"].status == "cancelled"
    assert recorder.hooks().count("on_experiment_end") == 1
    assert (await one.run()).status == "completed"


async def test_what_an_executor_begins_with_is_ended_before_it_is_cancelled(tmp_path):
    """A cluster that goes on starting would be in the way of the next try."""
    is_begun, is_ended, may_end = (threading.Event() for _ in range(3))

    class Starting(LocalExecutor):
        def begin(self, max_concurrency, callbacks):
            is_begun.set()
            may_end.wait(10)
            super().begin(max_concurrency, callbacks)
            is_ended.set()

    one, _ = await experiment(tmp_path, executor=Starting())
    running = asyncio.create_task(one.run())
    await asyncio.to_thread(is_begun.wait, 10)
    running.cancel()
    asyncio.get_running_loop().call_later(0.1, may_end.set)

    with pytest.raises(asyncio.CancelledError):
        await running
    assert is_ended.is_set()
    assert (await one.run()).status == "completed"


@pytest.mark.row("EV-24")
async def test_the_lowest_is_best_of_what_costs(tmp_path):
    """The direction comes from the metric."""
    task = await make_task(metrics=[synalinks.metrics.TotalTokens()])
    arms = [Arm("a", task.program), Arm("b", task.program, "bootstrap_few_shot")]
    one, _ = await experiment(
        tmp_path, arms, task=task, success_metric="test.total_tokens"
    )

    result = await one.run()

    means = {arm: values[0] for arm, values in result.scores().items()}
    assert result.direction == "down"
    assert result.best_score == min(means.values())
    assert means[result.best_arm] == min(means.values())


# -- one budget and one limit ----------------------------------------------------------


async def test_runs_beside_each_other_share_a_budget(tmp_path):
    """No more is paid for than all of them may, and a larger one goes on."""
    task = await make_task()
    arms = [Arm(name, task.program) for name in ("a", "b", "c")]

    async def run(n):
        budget = BudgetStopping(max_calls=n, scope="experiment")
        one, _ = await experiment(tmp_path, arms, [budget], task, max_concurrency=3)
        return await one.run(), budget

    result, budget = await run(40)

    assert task.n_calls <= 40
    assert {run.status for run in result.arms} == {"stopped"}
    assert all("budget" in run.stop_reason for run in result.arms)
    result, budget = await run(1000)
    assert {run.status for run in result.arms} == {"completed"}
    assert budget.remaining() == {"calls": 1000 - task.n_calls}
    assert sum(run.usage.calls for run in result.arms) == task.n_calls


@pytest.mark.parametrize("is_copied", [True, False])
async def test_runs_beside_each_other_share_the_limit_of_a_model(tmp_path, is_copied):
    """Copies of a model, or equal ones, have no more calls in flight than one."""
    most, now = [0], [0]

    class Transport:
        async def send(self, request):
            now[0] += 1
            most[0] = max(most[0], now[0])
            await asyncio.sleep(0.001)
            now[0] -= 1
            return await inner.send(request)

        async def aclose(self):
            """Close nothing."""

    async def make():
        program = (await make_task()).program
        program.get_module("gen").language_model = synalinks.LanguageModel(
            "openai/test", transport=Transport(), max_concurrency=3
        )
        return program

    task = await make_task()
    inner = task.transport
    program = await make() if is_copied else make
    arms = [Arm(name, program) for name in ("a", "b", "c")]
    one, _ = await experiment(tmp_path, arms, task=task, max_concurrency=3)

    await one.run()

    assert most[0] == 3


# -- going on --------------------------------------------------------------------------


@pytest.mark.row("EV-12")
async def test_what_has_ended_is_not_run_again(tmp_path):
    """Running it again costs nothing; arms and seeds may be added."""
    recorder, task = Recorder(), await make_task()
    one, _ = await experiment(tmp_path, None, [recorder], task)
    first = await one.run()
    n_calls = task.n_calls
    recorder.events.clear()

    again = await one.run()

    assert task.n_calls == n_calls
    assert again.arms == first.arms
    assert recorder.hooks() == ["on_experiment_begin", "on_experiment_end"]
    arms = [Arm("few", task.program), Arm("more", task.program)]
    grown, _ = await experiment(tmp_path, arms, [recorder], task, n_repeats=2)
    result = await grown.run()
    assert recorder.hooks().count("on_run_begin") == 3
    assert result.arms[0] == first.arms[0]


async def test_a_score_is_told_once_also_when_its_step_is_gone_through_again(tmp_path):
    """What was told before the process ended is not told again by the next one."""
    told = []

    class Teller(Callback):
        scope = "experiment"

        def on_benchmark_eval(self, ctx, result, rows, step=None):
            told.append((result.name, step))
            if step == 2 and told.count(("test", 2)) == 1:
                self.is_due = True

        def on_epoch_end(self, epoch, logs=None):
            if self.__dict__.pop("is_due", False):
                raise KeyboardInterrupt

    options = {"benchmarks": [Benchmark("test", *data(100, 106), every="1ep")]}
    one, task = await experiment(tmp_path, callbacks=[Teller()], **options)
    with pytest.raises(KeyboardInterrupt):
        await one.run()

    again, _ = await experiment(tmp_path, callbacks=[Teller()], task=task, **options)
    result = await again.run()

    assert told == [("test", 2), ("test", 4), ("test", None)]
    assert [e.step for e in result.arms[0].evals_in_training] == [2, 4]


async def test_failed_runs_go_on_when_asked_to(tmp_path):
    """They stay failed otherwise."""
    task, broken = await make_task(), [True]

    async def sometimes():
        if broken[0]:
            msg = "not yet"
            raise RuntimeError(msg)
        return (await make_task()).program

    one, _ = await experiment(tmp_path, [Arm("few", sometimes)], task=task)
    assert (await one.run()).status == "failed"
    broken[0] = False

    assert (await one.run()).status == "failed"
    assert (await one.run(retry_failed=True)).status == "completed"


@pytest.mark.parametrize("change", ["seed", "data", "optimizer"])
async def test_another_experiment_is_refused(tmp_path, change):
    """What differs is named, and nothing is paid for."""
    one, task = await experiment(tmp_path)
    await one.run()
    n_calls = task.n_calls
    x, y = data(10, 18)
    options = {
        "seed": {"seed": 9},
        "data": {"fit": {"x": x, "y": y, **FIT}},
        "optimizer": {"arms": [Arm("few", task.program, "bootstrap_few_shot")]},
    }[change]
    other, _ = await experiment(tmp_path, task=task, **options)

    with pytest.raises(BackupMismatchError, match=r"arm few|seed: 0 → 9"):
        await other.run()

    assert task.n_calls == n_calls


async def test_a_folder_is_for_one_process_at_a_time(tmp_path):
    """Whoever comes second is told so."""
    one, _ = await experiment(tmp_path)
    folder = ExperimentFolder(one.output_dir)
    await asyncio.to_thread(folder.open)

    with pytest.raises(BackupLockedError, match="Another process runs"):
        await one.run()

    folder.close()


async def test_a_folder_tells_of_its_experiment(tmp_path):
    """What came of it can be read without running anything."""
    one, _ = await experiment(tmp_path)
    result = await one.run()

    record = await asyncio.to_thread(read_experiment, one.output_dir)

    assert (record.status, record.n_ended) == ("completed", 1)
    assert record.result.arms == result.arms
    assert record.best_score == result.best_score
    with pytest.raises(ConfigurationError, match="no folder of an experiment"):
        await asyncio.to_thread(read_experiment, tmp_path)


# -- mistakes --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"n_repeats": 0}, "n_repeats"),
        ({"success_metric": "tets.reward"}, "Did you mean `test`"),
        ({"success_metric": "test.rewrad"}, "Did you mean `reward`"),
        ({"direction": "sideways"}, "direction"),
        ({"executor": "spark"}, "executor"),
        ({"fit": {}}, "nothing to train on"),
        ({"benchmarks": [3]}, "`benchmarks` is a list of `Benchmark`s"),
        ({"callbacks": [synalinks.callbacks.BackupAndRestore("b")]}, "by itself"),
    ],
)
async def test_mistakes_are_found_at_once(tmp_path, options, message):
    """What cannot work is refused before anything is paid for."""
    with pytest.raises(ConfigurationError, match=message):
        await experiment(tmp_path, **options)


async def test_arms_need_names_of_their_own(tmp_path):
    """Two of one name would share a folder."""
    task = await make_task()

    with pytest.raises(ConfigurationError, match="other names"):
        await experiment(tmp_path, [Arm("a", task.program), Arm("A", task.program)])


async def test_an_arm_needs_a_reward(tmp_path):
    """A program that was never compiled is a failed run that says what is missing."""
    task = await make_task()
    task.program.compile(optimizer="random_few_shot")
    one, _ = await experiment(tmp_path, task=task)

    result = await one.run()

    assert "has no reward" in result.arms[0].error
