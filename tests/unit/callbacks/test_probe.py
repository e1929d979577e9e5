"""Values of one's own in the logs, every so often."""

import pytest
from parity import data, make_task

from synalinks.callbacks import Callback, Probe
from synalinks.errors import ConfigurationError, SynalinksWarning


async def fit(callbacks, n=25, task=None, **options):
    task = task or await make_task()
    options = {"epochs": 1, "batch_size": 1, "verbose": 0, **options}
    history = await task.program.fit(
        *data(0, n), validation_data=data(n, n + 2), callbacks=callbacks, **options
    )
    return task, history


class Rows(Callback):
    """Keeps the rows, and what the program was at each update."""

    callback_order = -1

    def on_train_begin(self, logs=None):
        self.states = []

    def before_update(self, step, logs):
        self.states.append((self.trainer.global_step, self.program.get_state_tree()))

    def on_train_end(self, logs=None):
        self.rows, self.records = self.trainer.rows, self.trainer.records


async def test_the_value_is_in_the_rows_of_every_tenth_batch():
    """`every="10ba"` is the first batch, and each tenth after it."""
    rows = Rows()

    async def n_steps(trainer):
        return trainer.global_step

    probe = Probe({"probed": n_steps, "twice": lambda t: 2 * t.global_step}, "10ba")
    await fit([probe, rows])

    found = {i: row["probed"] for i, row in enumerate(rows.rows) if "probed" in row}
    assert found == {0: 0, 10: 10, 20: 20}
    assert [row["twice"] for row in rows.rows if "twice" in row] == [0, 20, 40]


async def test_it_sees_the_program_before_the_update():
    """The value belongs to the variables that made the row's reward."""
    rows, seen = Rows(), []

    def look(trainer):
        seen.append((trainer.global_step, trainer.program.get_state_tree()))
        return 1

    await fit([Probe({"one": look}, "1ba"), rows], n=6)

    assert seen == rows.states
    assert seen[0][1] != seen[-1][1]


async def test_texts_go_to_the_records():
    """Printers format every value of the logs: other values are kept apart."""
    rows = Rows()

    await fit([Probe({"note": lambda trainer: "a text"}, "2ba"), rows], n=4)

    assert [(one["step"], one["value"]) for one in rows.records] == [
        (0, "a text"),
        (2, "a text"),
    ]


async def test_a_resumed_run_goes_on_counting():
    """Two epochs and two more give the keys that four give."""

    def new():
        return Probe({"one": lambda trainer: 1}, "3ba")

    whole = Rows()
    await fit([new(), whole], n=4, epochs=4)
    first, second, before, after = new(), new(), Rows(), Rows()
    task, _ = await fit([first, before], n=4, epochs=2)

    class Resume(Callback):
        callback_order = 30

        def on_train_begin(self, logs=None):
            second.load_state_dict(first.state_dict())

    await fit([second, after, Resume()], n=4, epochs=4, initial_epoch=2, task=task)

    keys = ["one" in row for row in (*before.rows, *after.rows)]
    assert keys == ["one" in row for row in whole.rows]
    assert [i for i, is_there in enumerate(keys) if is_there] == [0, 3, 6, 9, 12, 15]


async def test_a_failing_probe_ends_the_run():
    """It is the user's code: it is not passed over."""

    def fail(trainer):
        raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        await fit(Probe({"one": fail}), n=2)

    probe = Probe({"one": fail})
    probe.on_hook_error = "warn"
    with pytest.warns(SynalinksWarning, match=r"`Probe.before_update` failed"):
        await fit(probe, n=2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (({},), "`functions` is a dict of functions"),
        (({"a": 3},), r"`functions\['a'\]` is no function: 3"),
        (({"a": len}, "2ep"), "looks at batches"),
        (({"a": len}, "often"), "received: 'often'"),
    ],
)
def test_wrong_arguments_are_refused(arguments, message):
    """What cannot work is refused when the callback is made."""
    with pytest.raises(ConfigurationError, match=message):
        Probe(*arguments)
