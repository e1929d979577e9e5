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


def test_faults_close_nothing():
    """Failures that do not speak of too many calls are not taken for it."""
    window = opened()
    before = window.size

    for number in range(1000):
        times = {"sent_s": 2.0 + number, "n_in_flight": 1}
        if number % 3 == 0:
            assert window.failed(2.1 + number, **times) == 0.0
        else:
            window.answered(2.1 + number, **times)

    assert window.size == before
    assert not window.is_paced


def test_most_of_them_are_congestion():
    """Once more than half of the latest 64 failed, each failure closes as a refusal."""
    window = opened()
    before = window.size

    for _ in range(32):
        window.failed(2.0, sent_s=1.9, n_in_flight=50)
    untouched = window.size
    window.failed(2.0, sent_s=1.9, n_in_flight=50)

    assert untouched == before
    assert (window.limit, window.is_paced) == (50, True)


def test_the_suspicion_ends():
    """After fifty rounds in which most were answered, a fault is a fault again."""
    window = opened()
    for _ in range(33):
        window.failed(2.0, sent_s=1.9, n_in_flight=50)
    for _ in range(64):
        window.answered(3.0, sent_s=2.8, n_in_flight=1)

    window.failed(11.9, sent_s=11.8, n_in_flight=40)
    in_doubt = window.limit
    window.failed(12.1, sent_s=12.0, n_in_flight=30)

    assert (in_doubt, window.limit) == (40, 40)


def test_a_slow_first_answer_is_forgotten():
    """A model that has to be loaded first does not slow down what comes after."""
    window = Window()
    window.answered(30.0, sent_s=0.0, n_in_flight=1)
    for _ in range(2):
        window.answered(30.2, sent_s=30.0, n_in_flight=1)

    window.refused(30.3, sent_s=30.2, n_in_flight=15)

    assert window.interval_s == pytest.approx(0.8 * 0.2 / window.size)


def test_each_quiet_second_opens_it_faster():
    """After a refusal it opens slowly; twice as fast each second that none came."""
    window = opened()
    window.refused(2.0, sent_s=1.9, n_in_flight=90)

    def step(now_s):
        before = window.size
        window.answered(now_s, sent_s=now_s - 0.2, n_in_flight=90)
        return window.size - before

    slow = step(2.5)
    assert 0 < slow < 1
    assert step(2.9) == pytest.approx(slow)  # the second is not over
    assert step(3.1) == pytest.approx(2 * slow)
    assert step(3.5) == pytest.approx(2 * slow)
    assert step(4.2) == pytest.approx(4 * slow)
    assert step(60.0) == pytest.approx(1.0)  # as in the beginning, and never faster
