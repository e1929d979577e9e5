"""Numbers that a mean can be made of."""

from decimal import Decimal

import numpy as np
import pytest

from synalinks._internal import context
from synalinks.errors import ConfigurationError
from synalinks.metrics._number import checked_number


@pytest.mark.parametrize(
    ("value", "number"),
    [
        pytest.param(1, 1.0, id="int"),
        pytest.param(True, 1.0, id="bool"),
        pytest.param(np.float32(0.5), 0.5, id="numpy"),
        pytest.param(Decimal("0.5"), 0.5, id="decimal"),
    ],
)
def test_numbers_become_floats(value, number):
    """Any kind of finite number is taken."""
    assert checked_number(value, "size") == number


@pytest.mark.parametrize(
    "value",
    [float("nan"), float("inf"), 10**400, Decimal("sNaN"), "1", None, [1]],
    ids=repr,
)
def test_anything_else_names_metric_sample_and_value(value):
    """A value that would spoil the mean is refused."""
    with (
        context.bound(context.sample, context.SampleScope(id="val:3")),
        pytest.raises(
            ConfigurationError, match=r"^Metric `size` received .* for sample `val:3`\."
        ),
    ):
        checked_number(value, "size")
