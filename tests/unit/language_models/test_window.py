"""The window opens with answers and closes with refusals."""

import pytest

from synalinks.language_models._window import Window


def test_it_starts_at_sixteen_and_doubles_in_the_time_of_an_answer():
    """Until it is refused, it opens by one per answer, up to 256."""
    window = Window()
    assert window.limit == 16

    for round_s in range(1, 6):
        for _ in range(window.limit):
            window.answered(float(round_s), sent_s=round_s - 1.0, n_in_flight=256)

    assert (window.limit, window.interval_s) == (256, 0.0)


def test_a_given_limit_is_never_exceeded():
    """The ceiling is a ceiling, from the start."""
    window = Window(start=7, ceiling=7)

    for now in range(100):
        window.answered(now + 0.5, sent_s=now, n_in_flight=7)

    assert window.limit == 7


def test_an_unused_window_stays():
    """Calls that come one by one say nothing of what many would meet."""
    window = Window()

    for now in range(1000):
        window.answered(now + 0.5, sent_s=now, n_in_flight=1)

    assert window.limit == 16


def opened(limit=100):
    """Return a window that has seen answers of 0.2 s."""
    window = Window(start=limit)
    for _ in range(limit):
        window.answered(1.0, sent_s=0.8, n_in_flight=limit)
    return window


def test_it_closes_once_per_congestion():
    """Refusals of calls sent before it closed do not close it again."""
    window = opened()
    before = window.size

    for _ in range(50):
        window.refused(2.0, sent_s=1.9, n_in_flight=10_000)
    later_s = window.refused(2.1, sent_s=2.05, n_in_flight=10_000)

    assert window.size == pytest.approx(before * 0.9)
    assert later_s == 0.025  # the second refusal in vain, not the fifty-first


def test_it_closes_to_what_was_taken():
    """As refusals come in, what is left in flight is what the server bears."""
    window = opened()

    for n_left in range(99, 59, -1):
        window.refused(2.0, sent_s=1.9, n_in_flight=n_left)

    assert window.limit == 60


def test_it_never_closes_by_more_than_three_quarters_at_once():
    """A burst that meets a closed door says little of what goes through in time."""
    window = opened()
    before = window.size

    for _ in range(100):
        window.refused(2.0, sent_s=1.9, n_in_flight=0)

    assert window.size == pytest.approx(before / 4)


def test_sends_are_spread_after_a_refusal():
    """The interval is a little less than what the window amounts to."""
    window = opened()

    window.refused(2.0, sent_s=1.9, n_in_flight=50)

    assert window.interval_s == pytest.approx(0.8 * 0.2 / window.size)


def test_pauses_grow_as_long_as_nothing_is_taken():
    """Knocking in vain becomes rarer; an answer ends it."""
    window = opened()

    pauses = [window.refused(2.0 + n, sent_s=1.9 + n, n_in_flight=0) for n in range(9)]
    window.answered(20.0, sent_s=19.0, n_in_flight=1)
    after = window.refused(21.0, sent_s=20.5, n_in_flight=0)

    assert pauses == [0.0, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0, 1.0]
    assert after == 0.0


def test_what_the_provider_says_counts():
    """An interval that was told holds where it is longer than the learned one."""
    window = Window()

    window.told_interval_s = 0.25

    assert window.interval_s == 0.25
