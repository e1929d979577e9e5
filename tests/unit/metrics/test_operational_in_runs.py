"""Operational metrics in `fit` and `evaluate`."""

import json
import math

import pytest
from builders import scripted
from parity import Answer, data, make_task, parity_answer
from scripted_scores import Idle, Prompts

import synalinks
from synalinks import Evaluator, metrics
from synalinks.callbacks import Callback, CSVLogger, EarlyStopping, TerminateOnInvalid
from synalinks.contracts import Trial, Usage
from synalinks.errors import SynalinksWarning
from synalinks.language_models import LMResponse
from synalinks.optimizers import RandomFewShot
from synalinks.saving import register_synalinks_serializable

COST_USD = 0.25
TOKENS = 12


def priced(request, cost_usd=COST_USD):
    """Answer the parity task, for a known number of tokens and dollars."""
    return LMResponse(
        content=json.dumps(parity_answer(request)),
        usage=Usage(calls=1, prompt_tokens=10, completion_tokens=2, cost_usd=cost_usd),
    )


def unpriced(request):
    return priced(request, cost_usd=None)


async def task_with(*names, answers=priced, **options):
    """Return the parity task, compiled with metrics."""
    return await make_task(answers, metrics=list(names), **options)


async def fit(task, *callbacks, n_epochs=2, **options):
    options = {"validation_data": data(20, 24), "batch_size": 2, **options}
    return await task.program.fit(
        *data(0, 6), epochs=n_epochs, verbose=0, callbacks=[*callbacks], **options
    )


class Rows(Callback):
    """Keeps the rows of batches."""

    def __init__(self):
        self.rows = []

    def on_train_batch_end(self, batch, logs=None):
        self.rows.append(dict(logs))


# -- evaluate --------------------------------------------------------------------------


async def test_an_evaluation_shows_what_it_took_alone():
    """Neither the calls before it nor those of another evaluation are counted."""
    names = ["cost", "total_tokens", "program_calls", "avg_total_tokens_per_call"]
    task = await task_with(*names)
    await task.program.predict(data(0, 3)[0], verbose=0)

    for n_samples in (5, 2):
        n_before = task.n_calls
        results = await task.program.evaluate(*data(0, n_samples), verbose=0)
        n_calls = task.n_calls - n_before

        assert n_calls == n_samples
        assert [results[name] for name in names] == [
            COST_USD * n_calls,
            TOKENS * n_calls,
            n_calls,
            TOKENS,
        ]


async def test_an_unknown_cost_is_there_and_is_no_number():
    """A script that reads it gets NaN, in a dict as in a list."""
    task = await task_with("cost", "total_tokens", answers=unpriced)

    named = await task.program.evaluate(*data(0, 3), verbose=0)
    listed = await task.program.evaluate(*data(0, 3), verbose=0, return_dict=False)

    assert math.isnan(named["cost"])
    assert task.program.metrics_names == ["reward", "cost", "total_tokens"]
    assert math.isnan(listed[1])
    assert listed[2] == named["total_tokens"] == 3 * TOKENS


async def test_samples_without_targets_are_counted():
    """What is paid counts, whether other metrics can look at the sample or not."""
    task = await task_with("total_tokens", reward=lambda y_true, y_pred: 1.0)

    results = await task.program.evaluate(data(0, 3)[0], verbose=0)

    assert results["total_tokens"] == 3 * TOKENS


async def test_batch_methods_count_since_the_metrics_were_reset():
    """By hand, as in a run, `reset_metrics` is where counting begins."""
    task = await task_with("total_tokens")
    await task.program.test_on_batch(*data(0, 2))
    results = await task.program.test_on_batch(*data(2, 4), return_dict=True)
    assert results["total_tokens"] == 4 * TOKENS

    task.program.reset_metrics()
    results = await task.program.test_on_batch(*data(0, 1), return_dict=True)

    assert results["total_tokens"] == TOKENS


# -- phases ----------------------------------------------------------------------------


async def test_judges_and_proposals_are_told_apart_from_answers():
    """Epochs, validation and phases add up to what the run took, call by call."""
    judge, judged = scripted(lambda request: priced(request))
    writer, written = scripted(
        lambda request: {
            key: "Think twice." if part.get("type") == "string" else []
            for key, part in request.schema["properties"].items()
        }
    )

    async def ask(y_true, y_pred):
        await judge([{"role": "user", "content": "n2 Was it good?"}])
        return float(y_pred.get("answer") == y_true.get("answer"))

    names = [
        f"{prefix}{name}"
        for prefix in ("", "reward_", "optimizer_")
        for name in ("total_tokens", "avg_latency", "throughput")
    ]
    task = await task_with(
        *names,
        reward=ask,
        optimizer=synalinks.optimizers.OMEGA(
            language_model=writer, embedding_model="embedded/hash"
        ),
    )

    history = await fit(task)

    def summed(name):
        return sum(history.history[name]) + sum(history.history[f"val_{name}"])

    used = history.artifacts.usage_by_phase
    assert summed("total_tokens") == TOKENS * task.n_calls > 0
    assert summed("reward_total_tokens") == TOKENS * len(judged.requests) > 0
    assert summed("optimizer_total_tokens") == used["optimizer"].tokens
    assert used["optimizer"].calls == len(written.requests) > 0
    assert sum(history.history["val_optimizer_total_tokens"]) == 0


# -- fit -------------------------------------------------------------------------------


async def test_training_and_validation_add_up_to_the_calls_of_the_run():
    """Each call is in one epoch, on one side: trials and the final choice too."""
    task = await task_with("cost", "program_calls", optimizer=RandomFewShot())
    rows = Rows()

    history = await fit(task, rows, n_epochs=3)

    table = history.history
    for name, unit in (("cost", COST_USD), ("program_calls", 1)):
        total = sum(table[name]) + sum(table[f"val_{name}"])
        assert total == unit * task.n_calls
    # The rows of an epoch grow, and the metric has the name of the usage for itself.
    costs = [row["cost"] for row in rows.rows]
    assert costs[:3] == sorted(costs[:3])
    assert costs[2] <= table["cost"][0]
    assert all("calls" in row and "tokens" in row for row in rows.rows)


@register_synalinks_serializable(package="tests")
class Choosing(Idle):
    """Measures the program on all validation samples before it is validated."""

    async def select(self, step):
        yield [Trial(candidate=self.incumbent, sample_ids=step.scoring_ids)]


async def test_choosing_the_program_is_part_of_the_epoch():
    """What the optimizer measures after the last batch is in the epoch's values."""
    task = await task_with("cost", "program_calls", optimizer=Choosing())

    history = await fit(task, n_epochs=1)

    assert history.history["program_calls"] == [6 + 4]
    assert history.history["cost"] == [COST_USD * task.n_calls]
    assert history.history["val_cost"] == [0.0]


async def test_without_such_a_metric_cost_is_that_of_the_batch():
    """The usage in the rows of batches is as it was."""
    task = await task_with()
    rows = Rows()

    history = await fit(task, rows, n_epochs=1)

    assert sum(row["cost"] for row in rows.rows) <= COST_USD * task.n_calls
    assert rows.rows[0]["cost"] == COST_USD * rows.rows[0]["calls"]
    assert "cost" not in history.history


async def test_evaluators_are_not_part_of_the_epoch_around_them():
    """What an evaluator takes after a batch is under its own name only."""
    options = {"optimizer": Idle(), "reward": "exact_match"}
    plain = await task_with("total_tokens", **options)
    watched = await task_with("total_tokens", **options)
    hard = Evaluator("hard", *data(40, 45), every="1ba")

    expected = await fit(plain, n_epochs=1)
    history = await fit(watched, n_epochs=1, evaluators=hard)

    assert watched.n_calls == plain.n_calls + 5
    assert history.history["total_tokens"] == expected.history["total_tokens"]


async def test_what_was_measured_before_is_free():
    """An epoch whose samples are all known takes nothing, and has no average."""
    task = await task_with("cost", "avg_latency", optimizer=Idle())

    history = await fit(task, n_epochs=2)

    assert task.n_calls == 6 + 4
    assert history.history["cost"] == [6 * COST_USD, 0.0]
    assert history.history["val_cost"] == [4 * COST_USD, 0.0]
    assert math.isnan(history.history["avg_latency"][1])


class Late(synalinks.Program):
    """A program whose model comes when it is built."""

    async def build(self, inputs):
        model, _ = scripted(priced)
        answer = synalinks.Generator(data_model=Answer, language_model=model)
        outputs = await answer(inputs)
        super().__init__(inputs=inputs, outputs=outputs, name=self.name)


async def test_models_of_a_program_that_is_built_later_are_watched():
    """Models that come with the first batch are counted from their first call."""
    program = Late()
    program.compile(reward="exact_match", metrics=["total_tokens"])

    results = await program.evaluate(*data(0, 3), verbose=0)

    assert results["total_tokens"] == 3 * TOKENS


async def test_models_that_nobody_has_found_are_not_known():
    """A batch method that builds the program shows NaN until metrics are reset."""
    program = Late()
    program.compile(reward="exact_match", metrics=["total_tokens"])

    before = await program.test_on_batch(*data(0, 1), return_dict=True)
    program.reset_metrics()
    after = await program.test_on_batch(*data(1, 3), return_dict=True)

    assert math.isnan(before["total_tokens"])
    assert after["total_tokens"] == 2 * TOKENS


# -- callbacks -------------------------------------------------------------------------


async def test_what_is_not_known_is_no_invalid_number():
    """`TerminateOnInvalid` does not end a run because nobody knows a price."""
    task = await task_with("cost", "avg_latency", answers=unpriced, optimizer=Idle())

    history = await fit(task, TerminateOnInvalid())

    assert history.stop_reason is None
    assert len(history.epoch) == 2


@pytest.mark.parametrize("key", ["cost", "val_cost"])
async def test_stopping_passes_over_what_is_not_known(key):
    """An unknown value neither ends training nor is better than another."""
    task = await task_with("cost", answers=unpriced, optimizer=Idle())
    stopping = EarlyStopping(monitor=key, patience=1)
    expected = rf"`EarlyStopping\(monitor='{key}'\)` passes over an epoch: .* not known"

    with pytest.warns(SynalinksWarning, match=expected):
        history = await fit(task, Prompts(), stopping, n_epochs=3)

    assert len(history.epoch) == 3
    assert stopping.best is None


async def test_stopping_goes_by_tokens_as_low_as_they_get():
    """`mode="auto"` knows from the metric that fewer tokens are better."""
    task = await task_with("total_tokens", optimizer=Idle())
    stopping = EarlyStopping(monitor="total_tokens", patience=5)

    await fit(task, stopping, n_epochs=2)

    assert stopping.best == 0.0


def test_a_csv_file_has_a_column_for_each(tmp_path):
    """The columns are announced, and hold what the history holds."""
    import asyncio

    async def run():
        task = await task_with("cost", "avg_latency", optimizer=Idle())
        return await fit(task, CSVLogger(tmp_path / "log.csv"))

    history = asyncio.run(run())

    header, first, second = (tmp_path / "log.csv").read_text().splitlines()
    columns = header.split(",")
    assert {"cost", "val_cost", "avg_latency", "val_avg_latency"} <= {*columns}
    assert float(first.split(",")[columns.index("cost")]) == history.history["cost"][0]
    assert second.split(",")[columns.index("avg_latency")] == "nan"


async def test_compiled_metrics_survive_saving():
    """A program that is made from its configuration has the same metrics."""
    task = await task_with("cost", metrics.RewardTotalTokens(name="judged"))

    config = task.program.get_compile_config()
    task.program.compile_from_config(config)

    assert task.program.metrics_names == ["reward", "cost", "judged"]
    assert isinstance(task.program.metrics[1], metrics.RewardTotalTokens)


async def test_two_programs_count_apart():
    """One metric may be given to two programs: each has a copy of its own."""
    metric = metrics.TotalTokens()
    first, second = [await task_with(metric) for _ in range(2)]

    await first.program.evaluate(*data(0, 2), verbose=0)
    results = await second.program.evaluate(*data(0, 1), verbose=0)

    assert results["total_tokens"] == TOKENS
