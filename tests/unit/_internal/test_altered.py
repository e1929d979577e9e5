"""Records with some fields changed."""

from dataclasses import replace

import pytest

from synalinks._internal.altered import altered
from synalinks.contracts import Rollout, Usage


@pytest.mark.parametrize(
    ("record", "changes"),
    [
        (Usage(calls=1, prompt_tokens=2), {"cost_usd": None, "elapsed_s": 0.5}),
        (Rollout(sample_id="s", inputs=1, trace_id="t"), {"reward": 1.0}),
    ],
    ids=["usage", "rollout"],
)
def test_it_does_what_replace_does(record, changes):
    """All other fields are kept, also those that are not compared."""
    found, expected = altered(record, **changes), replace(record, **changes)

    assert repr(found) == repr(expected)
    assert type(found) is type(expected)


def test_checks_are_made():
    """What cannot be is refused, as by the constructor."""
    with pytest.raises(ValueError, match="reward"):
        altered(Rollout(sample_id="s", inputs=1), reward=float("nan"))
    with pytest.raises(TypeError, match="nothing"):
        altered(Usage(), nothing=1)
