"""A run that died in any place goes on as if it had not, and pays for nothing twice."""

import asyncio
import signal
import threading
import warnings
from dataclasses import replace

import pytest

import synalinks
from synalinks.callbacks import (
    BudgetStopping,
    CSVLogger,
    EarlyStopping,
    ProgramCheckpoint,
    StopRun,
    Timeout,
)
from synalinks.contracts import ManifestRow, Usage, append_to_manifest, read_manifest
from synalinks.errors import ConfigurationError, SynalinksWarning
from synalinks.language_models import EMResponse
from synalinks.optimizers import RandomFewShot
from synalinks.testing import ScriptedTransport
from tests.fault import killed_run
from tests.fault.killed_run import Judge, data
from tests.resumed_runs import DiedError, Dies, Task, die, end, train

pytestmark = pytest.mark.integration


def run(coroutine):
    return asyncio.run(coroutine)


HOOKS = {
    "setup": 1,
    "on_train_begin": 1,
    "on_epoch_begin": 2,
    "on_train_batch_begin": 6,
    "on_step_begin": 3,
    "on_propose_begin": 6,
    "on_propose_end": 7,
    "before_update": 2,
    "on_train_batch_end": 5,
    "on_test_begin": 2,
    "on_test_batch_end": 1,
    "on_test_end": 2,
    "on_eval": 1,
    "on_epoch_end": 1,
    "before_train_end": 1,
    "on_train_end": 1,
    "teardown": 1,
}


@pytest.mark.row("SY-27")
@pytest.mark.parametrize("save_freq", ["epoch", 1, 3])
@pytest.mark.parametrize("hook", HOOKS)
def test_a_run_that_died_in_a_hook_goes_on(tmp_path, hook, save_freq):
    """Wherever an error came from, the second process ends as one alone would have."""
    whole = run(train(tmp_path / "whole", save_freq=save_freq))

    paid = run(die(tmp_path / "dead", hook, HOOKS[hook], save_freq=save_freq))
    resumed = run(train(tmp_path / "dead", save_freq=save_freq))

    assert resumed.same() == whole.same()
    assert paid + resumed.n_requests == whole.n_requests


@pytest.mark.parametrize("caching", [False, True])
@pytest.mark.parametrize("save_freq", ["epoch", 1])
def test_what_embedding_took_is_counted_once(tmp_path, save_freq, caching):
    """Vectors of texts that come again after a snapshot were counted before it."""
    names = ("calls", "tokens", "vectors", "cache_hits")

    def reward():
        model = synalinks.EmbeddingModel(
            "openai/angles", transport=Lengths(), caching=caching
        )
        return synalinks.rewards.CosineSimilarity(embedding_model=model), model

    def counted(folder):
        made, model = reward()
        run(train(folder, save_freq=save_freq, reward=made))
        return {name: getattr(model, f"cumulated_{name}") for name in names}

    whole = counted(tmp_path / "whole")
    run(die(tmp_path / "dead", n=6, save_freq=save_freq, reward=reward()[0]))

    assert counted(tmp_path / "dead") == whole
    assert whole["vectors"] > 1


class Lengths:
    """Embeds texts: a transport of the user's."""

    async def embed(self, request):
        vectors = [[1.0, float(len(text))] for text in request.texts]
        usage = Usage(calls=1, prompt_tokens=len(request.texts))
        return EMResponse(vectors=vectors, usage=usage)

    async def aclose(self):
        """It has nothing open."""


class Fragile:
    """Code of a user that fails once, at its n-th call."""

    n_left = 0

    @classmethod
    def break_at(cls, n):
        cls.n_left = n

    @classmethod
    def call(cls):
        cls.n_left -= 1
        if cls.n_left == 0:
            raise DiedError


@synalinks.saving.register_synalinks_serializable(package="tests")
class FragileJudge(Judge):
    """A reward that fails."""

    async def call(self, y_true, y_pred):
        """Ask the judge."""
        Fragile.call()
        return await super().call(y_true, y_pred)


@synalinks.saving.register_synalinks_serializable(package="tests")
class FragileFewShot(RandomFewShot):
    """An optimizer that fails."""

    async def propose(self, step):
        """Propose as others do."""
        Fragile.call()
        return await super().propose(step)


async def fragile_metric(y_true, y_pred):
    """Count what is not there."""
    Fragile.call()
    return float(y_pred is None)


def fragile_answer(request):
    """Answer, in the place of code that runs for a sample."""
    Fragile.call()
    return killed_run.answer(request)


PLACES = {
    "a module or a tool": lambda: {"answer": fragile_answer},
    "the reward": lambda: {
        "reward": FragileJudge(
            synalinks.LanguageModel(
                "openai/judge", transport=ScriptedTransport(killed_run.answer)
            )
        )
    },
    "a metric": lambda: {
        "metrics": [synalinks.metrics.MeanMetricWrapper(fragile_metric, name="m")]
    },
    "the optimizer": lambda: {"optimizer": FragileFewShot()},
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("n", [2, 7])
def test_a_run_that_died_in_code_of_the_user_goes_on(tmp_path, place, n):
    """What was answered beside the failure is kept; only what it cut off is asked."""
    strict = {"on_sample_error": "raise"}
    whole = run(train(tmp_path / "whole", arguments=strict, **PLACES[place]()))

    async def fail():
        task = await Task(tmp_path / "run", arguments=strict, **PLACES[place]()).make()
        Fragile.break_at(n)
        with pytest.raises(DiedError):
            await task.fit()
        return len(task.transport.requests)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SynalinksWarning)
        paid = run(fail())
        resumed = run(train(tmp_path / "run", arguments=strict, **PLACES[place]()))

    assert resumed.same() == whole.same()
    at_once = 4
    assert paid + resumed.n_requests <= whole.n_requests + at_once


def test_memory_that_is_used_up_is_an_error_like_others(tmp_path):
    """The run can be gone on with."""
    whole = run(train(tmp_path / "whole"))

    paid = run(die(tmp_path / "run", "on_propose_end", 3, MemoryError))
    resumed = run(train(tmp_path / "run"))

    assert resumed.same() == whole.same()
    assert paid + resumed.n_requests == whole.n_requests


@pytest.mark.parametrize("is_main", [True, False])
def test_signals_are_left_as_they_were(tmp_path, is_main):
    """Handlers are put back after a run; a run in another thread changes none."""
    during, before = [], [signal.getsignal(one) for one in SIGNALS]

    class Looks(synalinks.callbacks.Callback):
        def on_propose_end(self, step, logs):
            during.append([signal.getsignal(one) for one in SIGNALS])

    def fit():
        run(train(tmp_path, callbacks=[Looks()]))

    if is_main:
        fit()
    else:
        thread = threading.Thread(target=fit)
        thread.start()
        thread.join()

    assert [signal.getsignal(one) for one in SIGNALS] == before
    # `asyncio.run` has one of its own for SIGINT.
    assert (during[0][1] == before[1]) is not is_main


SIGNALS = (signal.SIGINT, signal.SIGTERM)


@pytest.mark.parametrize("max_calls", [None, "what the run takes"])
def test_calls_in_flight_at_a_death_count_for_budgets(tmp_path, max_calls):
    """They may have been paid for: each is counted once, in all processes after it."""
    generous = [BudgetStopping(max_calls=10_000)]
    whole = run(train(tmp_path / "whole", callbacks=generous))
    total = generous[0].spent_calls
    run(die(tmp_path / "run", n=6, callbacks=[BudgetStopping(max_calls=10_000)]))
    lose_last_answer(tmp_path / "run" / "backup")

    with pytest.warns(SynalinksWarning, match="at most 1 calls, about .* tokens"):
        run(
            die(
                tmp_path / "run", "before_train_end",
                callbacks=[BudgetStopping(max_calls=10_000)],
            )
        )  # fmt: skip
    budget = BudgetStopping(max_calls=total if max_calls else 10_000)
    # By now they are answered: nothing is made again, and nobody is told that it is.
    ended = run(train(tmp_path / "run", callbacks=[budget]))

    assert ended.history == whole.history
    assert budget.spent_calls == total + 1
    assert budget.remaining()["calls"] == max(
        0, budget.budget.limits["calls"] - total - 1
    )


def lose_last_answer(backup):
    """Leave a run as it is when a process dies with a call in flight."""
    for path in backup.glob("snap-*.json"):
        path.unlink()
    (journal,) = backup.glob("journal-*.jsonl")
    lines = journal.read_bytes().splitlines(keepends=True)
    last = max(n for n, line in enumerate(lines) if b'"call",' in line[:60])
    journal.write_bytes(b"".join(lines[:last] + lines[last + 1 :]))


def test_without_snapshots_the_journal_is_enough(tmp_path):
    """With all snapshots gone the run is worked through again, without a call."""
    keeps = {"settings": {"delete_checkpoint": False}}
    whole = run(train(tmp_path, **keeps))
    for path in (tmp_path / "backup").glob("snap-*.json"):
        path.unlink()

    again = run(train(tmp_path, **keeps))

    assert again.same() == whole.same()
    assert again.n_requests == 0
    assert again.task.backup.n_replayed == whole.n_requests


def test_a_finished_run_returns_its_result(tmp_path):
    """Run again, it makes no call, and its history is whole."""
    keeps = {"settings": {"delete_checkpoint": False}}
    whole = run(train(tmp_path, **keeps))
    again = run(train(tmp_path, **keeps))

    assert again.same() == whole.same()
    assert again.n_requests == 0
    assert again.task.program.history.restored == [0, 1]


def test_more_epochs_may_follow(tmp_path):
    """A finished run of two epochs goes on to four, as one of four would have."""
    keeps = {"settings": {"delete_checkpoint": False}}
    whole = run(train(tmp_path / "four", arguments={"epochs": 4}, **keeps))

    half = run(train(tmp_path / "two", **keeps))
    longer = run(train(tmp_path / "two", arguments={"epochs": 4}, **keeps))

    assert longer.same() == whole.same()
    assert half.n_requests + longer.n_requests == whole.n_requests


def test_fewer_epochs_return_what_there_is(tmp_path):
    """A run that has come further than `epochs` ends where it is, and says so."""
    keeps = {"settings": {"delete_checkpoint": False}}
    whole = run(train(tmp_path, **keeps))

    with pytest.warns(SynalinksWarning, match="has come to epoch 2, `epochs` is 1"):
        less = run(train(tmp_path, arguments={"epochs": 1}, **keeps))

    assert less.n_requests == 0
    assert less.variables == whole.variables


@pytest.mark.row("SY-25")
def test_the_files_go_when_training_has_ended(tmp_path):
    """Only a run that came to its end is forgotten."""
    run(die(tmp_path))
    assert (tmp_path / "backup" / "run.json").exists()

    run(train(tmp_path))

    assert not (tmp_path / "backup").exists()


def test_fit_takes_the_folder_as_an_argument(tmp_path):
    """`resume` is the short form of the callback; two folders are refused."""

    async def fit(folder, callbacks=()):
        task = await Task(tmp_path).make()
        x, y = data(0, 4)
        await task.program.fit(
            x, y, verbose=0, resume=folder, callbacks=list(callbacks),
            validation_data=data(100, 2),
        )  # fmt: skip
        return len(task.transport.requests)

    with pytest.raises(DiedError):
        run(fit(tmp_path / "run", [Dies("before_train_end")]))
    assert (tmp_path / "run" / "run.json").exists()
    assert run(fit(tmp_path / "run")) == 0

    other = synalinks.callbacks.BackupAndRestore(tmp_path / "other")
    with pytest.raises(ConfigurationError, match=r"`resume` is .* give one of them"):
        run(fit(tmp_path / "run", [other]))
    third = synalinks.callbacks.BackupAndRestore(tmp_path / "third")
    with pytest.raises(ConfigurationError, match="one folder, received several"):
        run(fit(None, [other, third]))


@pytest.mark.parametrize("n", [1, 2, 5])
def test_a_cell_is_run_again_in_a_notebook(tmp_path, n):
    """The same program object, interrupted and trained again, is none the worse."""
    whole = run(train(tmp_path / "whole"))

    async def cells():
        task = await Task(tmp_path / "book").make()
        task.callbacks = [Dies("on_propose_end", n)]
        with pytest.raises(DiedError):
            await task.fit()
        task.callbacks = []
        return await end(task)

    again = run(cells())

    assert again.same() == whole.same()
    assert again.n_requests == whole.n_requests


def test_a_cancelled_cell_is_run_again(tmp_path):
    """A task that is cancelled in the middle of a batch is gone on with."""
    whole = run(train(tmp_path / "whole"))

    async def cells():
        keeps = {"delete_checkpoint": False}
        task = await Task(tmp_path / "book", settings=keeps).make()
        while True:
            fit = asyncio.ensure_future(task.fit())
            n_turns = 40 + len(task.transport.requests)
            for _ in range(n_turns):
                await asyncio.sleep(0.001)
            fit.cancel()
            try:
                await fit
            except asyncio.CancelledError:
                continue
            break
        return await end(task)

    again = run(cells())

    assert again.same() == whole.same()


@pytest.mark.row("SY-25")
def test_stops_that_can_be_resumed_keep_the_run(tmp_path):
    """After a stop in the middle of an epoch the rest of it follows, once."""
    whole = run(train(tmp_path / "whole"))

    clock = iter(range(10_000))
    timeout = Timeout(3, clock=lambda: next(clock))
    stopped = run(train(tmp_path / "run", callbacks=[timeout]))
    assert stopped.history != whole.history
    assert (tmp_path / "run" / "backup" / "run.json").exists()
    resumed = run(train(tmp_path / "run", callbacks=[Timeout(10_000)]))

    assert resumed.same() == whole.same()
    assert stopped.n_requests + resumed.n_requests == whole.n_requests


def test_one_epoch_at_a_time(tmp_path):
    """A stop at the end of an epoch that can be resumed is followed by the next one."""
    whole = run(train(tmp_path / "whole", arguments={"epochs": 3}))

    class OneEpoch(synalinks.callbacks.Callback):
        def on_epoch_end(self, epoch, logs=None):
            if epoch < 2:
                raise StopRun("enough for now", resumable=True)

    parts = [
        run(train(tmp_path / "run", callbacks=[OneEpoch()], arguments={"epochs": 3}))
        for _ in range(3)
    ]

    assert [len(part.history["reward"]) for part in parts] == [1, 2, 3]
    assert parts[-1].same() == whole.same()


def test_a_run_that_has_stopped_stays_stopped(tmp_path):
    """A run killed between its last epoch and its end trains no further epoch."""
    watch = {"arguments": {"epochs": 6}}
    whole = run(
        train(
            tmp_path / "whole", callbacks=[EarlyStopping("reward", patience=1)], **watch
        )
    )
    assert len(whole.history["reward"]) < 6

    callbacks = [EarlyStopping("reward", patience=1)]
    run(die(tmp_path / "run", "before_train_end", callbacks=callbacks, **watch))
    resumed = run(
        train(
            tmp_path / "run", callbacks=[EarlyStopping("reward", patience=1)], **watch
        )
    )

    assert resumed.same() == whole.same()
    assert resumed.n_requests == 0


def test_a_file_stops_the_run(tmp_path, capsys):
    """A file `STOP` in the folder ends the run after the batch; it can be resumed."""
    whole = run(train(tmp_path / "whole"))

    class Stopper(synalinks.callbacks.Callback):
        def on_propose_end(self, step, logs):
            if step == 2:
                (tmp_path / "run" / "backup" / "STOP").touch()

    Stopper.run_in_thread = True
    settings = {"callbacks": [Stopper()], "arguments": {"verbose": 2}}
    stopped = run(train(tmp_path / "run", **settings))
    history = stopped.task.program.history
    assert "STOP`" in history.stop_reason
    assert f"stopped: {history.stop_reason}" in capsys.readouterr().out
    assert not (tmp_path / "run" / "backup" / "STOP").exists()
    resumed = run(train(tmp_path / "run"))

    assert resumed.same() == whole.same()
    assert stopped.n_requests + resumed.n_requests == whole.n_requests


def test_a_checkpoint_is_listed_once(tmp_path):
    """What is saved again after a resume is one row of the manifest."""

    def checkpoint():
        return [ProgramCheckpoint(tmp_path / "{epoch}.json")]

    run(die(tmp_path, "on_epoch_end", callbacks=checkpoint()))
    run(train(tmp_path, callbacks=checkpoint()))

    rows = synalinks.contracts.read_manifest(tmp_path)
    assert [row.name for row in rows] == ["1.json", "2.json"]
    assert len({row.run_id for row in rows}) == 1


@pytest.mark.row("SY-54")
def test_nothing_of_a_run_stays_with_the_program(tmp_path):
    """A fit after a resumed one begins at epoch 0."""

    async def twice():
        task = await Task(tmp_path).make()
        task.callbacks = [Dies("on_epoch_end", 2)]
        with pytest.raises(DiedError):
            await task.fit()
        task.callbacks = []
        await task.fit()
        history = await task.fit()
        return history.epoch, history.restored

    assert run(twice()) == ([0, 1], [])


@pytest.mark.row("EV-19")
def test_a_folder_of_checkpoints_leads_to_the_run(tmp_path):
    """The last row whose run was saved says where; rows without are passed over."""
    whole = run(train(tmp_path / "whole"))
    run(die(tmp_path / "dead", "before_train_end"))
    checkpoints = tmp_path / "checkpoints"
    row = ManifestRow(
        name="1.json", reason="epoch", epoch=0, batch=0, step=1, digest="d"
    )
    checkpoints.mkdir()
    append_to_manifest(checkpoints, row)
    backup = tmp_path / "dead" / "backup"
    append_to_manifest(checkpoints, replace(row, state_path=str(backup)))
    append_to_manifest(checkpoints, replace(row, name="2.json", epoch=1))

    async def go_on():
        callbacks = [
            EarlyStopping(patience=5),
            CSVLogger(tmp_path / "dead" / "log.csv"),
        ]
        arguments = {"resume": checkpoints, "callbacks": callbacks}
        task = await Task(tmp_path / "dead", arguments=arguments).make()
        return await task.fit(), len(task.transport.requests)

    history, n_requests = run(go_on())

    assert history.history == whole.history
    assert n_requests == 0


@pytest.mark.row("EV-19")
def test_checkpoints_know_where_their_run_is_saved(tmp_path):
    """A row has the folder of the backup, if there is one."""
    saver = ProgramCheckpoint(
        tmp_path / "c" / "{epoch}.variables.json", save_variables_only=True
    )
    run(train(tmp_path / "run", callbacks=[saver]))

    rows = read_manifest(tmp_path / "c")

    assert {row.state_path for row in rows} == {str(tmp_path / "run" / "backup")}
