"""Random streams."""

import random  # noqa: TID251 - to see that nobody else uses it

from synalinks._internal.rng import stream


def test_the_purpose_decides_the_draws():
    """Equal seeds and purposes draw alike; others differ."""
    draws = [stream(7, "shuffle", 1).random() for _ in range(2)]

    assert draws[0] == draws[1]
    assert stream(7, "shuffle", 2).random() != draws[0]
    assert stream(8, "shuffle", 1).random() != draws[0]


def test_the_global_generator_is_left_alone():
    """Drawing from a stream changes nobody else's random numbers."""
    before = random.getstate()

    stream(1, "anything").random()

    assert random.getstate() == before
