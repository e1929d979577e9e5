"""How often."""

from types import SimpleNamespace

import pytest

from synalinks.callbacks import Cadence
from synalinks.callbacks._cadence import Interval, parse_cadence
from synalinks.errors import ConfigurationError
from synalinks.language_models import LanguageModel
from synalinks.testing import ScriptedTransport


def state(global_step=0, epoch=0, *, model=None, first_epoch=0):
    models = [model] if model else []
    program = SimpleNamespace(optimizer=models)
    return SimpleNamespace(
        global_step=global_step,
        epoch=epoch,
        params={"initial_epoch": first_epoch},
        program=program,
    )


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("10ba", 10, "ba"),
        ("2ep", 2, "ep"),
        ("$0.50", 0.5, "cost"),
        ("100ktok", 100_000, "tokens"),
        ("7tok", 7, "tokens"),
        ("1.5Mtok", 1_500_000, "tokens"),
        ("15min", 900, "seconds"),
        ("0.5h", 1800, "seconds"),
        ("30s", 30, "seconds"),
    ],
)
def test_what_a_cadence_says(text, amount, unit):
    """Each unit has its number."""
    assert parse_cadence(text) == Interval(amount=amount, unit=unit)


@pytest.mark.parametrize(
    "text", ["", "10", "ba", "0ba", "1.5ba", "-1ep", "$", "$1tok", "$0", "10 ba", 10]
)
def test_what_is_no_cadence(text):
    """The message shows what would be one."""
    with pytest.raises(
        ConfigurationError, match=r"`every` is a text such as '10ba' \(batches\)"
    ):
        Cadence(text)


def due(cadence, states, **options):
    return [index for index, one in enumerate(states) if cadence.is_due(one, **options)]


def test_batches_are_due_at_each_multiple():
    """Every tenth step, and at the start only if that is wanted."""
    plain, eager = Cadence("10ba"), Cadence("10ba", from_the_start=True)
    for cadence in (plain, eager):
        cadence.begin(state(0))
    states = [state(step) for step in range(25)]

    assert due(plain, states) == [10, 20]
    assert due(eager, states) == [0, 10, 20]


def test_a_second_run_goes_on_counting_steps():
    """Steps are those of the optimizer's life; what was due before is not again."""
    cadence = Cadence("10ba")
    cadence.begin(state(10))

    assert [step for step in range(10, 25) if cadence.is_due(state(step))] == [20]


def test_epochs_are_due_only_at_their_end():
    """Every second epoch, counted over the training."""
    cadence = Cadence("2ep")
    cadence.begin(state(0))

    assert due(cadence, [state(epoch=k) for k in range(4)]) == []
    assert due(cadence, [state(epoch=k) for k in range(5)], at_epoch_end=True) == [1, 3]

    cadence.begin(state(first_epoch=3, epoch=3))
    states = [state(epoch=k) for k in (3, 4, 5)]
    assert due(cadence, states, at_epoch_end=True) == [0, 2]


def test_time_is_due_once_per_multiple_however_late():
    """Two multiples that pass at once are one."""
    now = [100.0]
    cadence = Cadence("1min", clock=lambda: now[0])
    cadence.begin(state())
    seen = []
    for seconds in (0, 59, 60, 61, 185, 186, 240):
        now[0] = 100.0 + seconds
        seen.append(cadence.is_due(state()))

    assert seen == [False, False, True, False, True, False, True]


async def test_money_is_due_at_each_dollar_also_after_a_resume():
    """What was spent before the run was interrupted counts."""
    answers = ScriptedTransport(lambda request: {"answer": "even"})
    model = LanguageModel("openai/test", transport=answers)

    def spend(dollars):
        from synalinks.contracts import Usage

        model._ledger.record(Usage(calls=1, cost_usd=dollars), "stop")

    spend(3.0)  # before the run: does not count
    cadence = Cadence("$1")
    cadence.begin(state(model=model))
    seen = []
    for _ in range(15):
        spend(0.1)
        seen.append(cadence.is_due(state(model=model)))
    assert [index for index, is_due in enumerate(seen) if is_due] == [9]

    resumed = Cadence("$1")
    resumed.begin(state(model=model))
    resumed.load_state_dict(cadence.state_dict())
    seen = []
    for _ in range(6):
        spend(0.1)
        seen.append(resumed.is_due(state(model=model)))
    assert seen == [False, False, False, False, True, False]
