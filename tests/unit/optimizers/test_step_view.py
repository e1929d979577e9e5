"""Random streams of a step."""

from synalinks.optimizers import StepView


def draws(*purpose, index=0, attempt=0, seed=0):
    view = StepView(
        index=index,
        rollouts=[],
        scoring_ids=[],
        minibatch_size=4,
        seed=seed,
        attempt=attempt,
    )
    random = view.random(*purpose)
    return tuple(random.random() for _ in range(4))


def test_a_stream_is_named_by_seed_step_attempt_and_purpose():
    """The same name gives the same numbers, and each part of it others."""
    assert draws("order") == draws("order")
    streams = {
        draws("order"),
        draws("parents"),
        draws("order", 1),
        draws("order", index=1),
        draws("order", attempt=1),
        draws("order", seed=1),
    }
    assert len(streams) == 6
