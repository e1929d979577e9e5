"""How long to wait, and when to give up: a table."""

import pytest

from synalinks._internal.rng import stream
from synalinks.errors import RateLimitedError, ServerError
from synalinks.language_models._retry import RetryPolicy, Tries


def tries(n=0, **policy):
    return Tries(RetryPolicy(**policy), lambda: stream(0, "test", n))


def failed(retry_after_s=None):
    return ServerError("broken", retry_after_s=retry_after_s)


def test_attempts_are_bounded():
    """After the last attempt the error is raised, not waited on."""
    some = tries(max_attempts=3)
    error = failed()

    some.wait_s(error, is_pacing=False)
    some.wait_s(error, is_pacing=False)
    with pytest.raises(ServerError) as caught:
        some.wait_s(error, is_pacing=False)

    assert caught.value is error


@pytest.mark.parametrize("max_attempts", [0, 1])
def test_one_attempt_is_one_attempt(max_attempts):
    """A call that may be tried once is never tried again."""
    with pytest.raises(ServerError):
        tries(max_attempts=max_attempts).wait_s(failed(), is_pacing=False)
    assert not tries(max_attempts=max_attempts).may_ask_again()


def test_waits_double_with_full_jitter_up_to_the_limit():
    """The n-th wait is anywhere between none and the limit for it, and spread."""
    waits = [[] for _ in range(6)]
    for n in range(300):
        some = tries(n, max_attempts=9, max_wait_s=6.0)
        for drawn in waits:
            drawn.append(some.wait_s(failed(), is_pacing=False))

    for drawn, limit in zip(waits, [1, 2, 4, 6, 6, 6], strict=True):
        assert 0 <= min(drawn) < 0.1 * limit
        assert 0.9 * limit < max(drawn) <= limit
        assert sum(drawn) / 300 == pytest.approx(limit / 2, rel=0.15)


def test_the_same_stream_gives_the_same_waits():
    """A run that is repeated waits as long as before."""
    one, other = tries(7), tries(7)

    waits = [some.wait_s(failed(), is_pacing=False) for some in (one, other)]

    assert waits[0] == waits[1]


@pytest.mark.parametrize(
    ("asked", "waited"), [(0.0, 0.0), (3.0, 3.0), (60.0, 60.0), (86400.0, 60.0)]
)
def test_the_wish_of_the_server_comes_first(asked, waited):
    """`Retry-After` is obeyed to the second, up to the longest wait."""
    assert tries().wait_s(failed(asked), is_pacing=False) == waited


def test_pacing_takes_no_attempt():
    """A refusal while others get through is no failure, however often it happens."""
    some = tries(max_attempts=2)

    waits = [
        some.wait_s(RateLimitedError("slow down"), is_pacing=True) for _ in range(100)
    ]
    some.wait_s(failed(), is_pacing=False)

    assert set(waits) == {0.0}


@pytest.mark.parametrize(("max_attempts", "n"), [(1, 0), (2, 1), (3, 2), (9, 2)])
def test_invalid_answers_are_asked_for_again_twice_at_most(max_attempts, n):
    """The bound of attempts holds for these too."""
    some = tries(max_attempts=max_attempts)

    assert [some.may_ask_again() for _ in range(4)] == [True] * n + [False] * (4 - n)


def test_failures_and_invalid_answers_share_the_attempts():
    """Nothing multiplies."""
    some = tries(max_attempts=3)

    some.wait_s(failed(), is_pacing=False)
    assert some.may_ask_again()
    with pytest.raises(ServerError):
        some.wait_s(failed(), is_pacing=False)
