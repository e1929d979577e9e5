"""Numbers that a mean can be made of."""

from __future__ import annotations

import math
import numbers
from decimal import Decimal
from typing import Any, cast

from synalinks._internal import context
from synalinks.errors import ConfigurationError, show


def checked_number(value: object, metric_name: str) -> float:
    """Return a finite number as a float.

    Args:
        value: A number, a boolean, a decimal, or a scalar of numpy.
        metric_name: Name of the metric, for the message.

    Raises:
        ConfigurationError: It is something else, or not finite.
    """
    received = value
    # Scalars of numpy, without importing numpy: an array of one element is none.
    if getattr(value, "ndim", None) == 0 and hasattr(value, "item"):
        value = cast("Any", value).item()
    if isinstance(value, (numbers.Real, Decimal)):
        try:
            number = float(value)
        except (OverflowError, ValueError):
            number = math.nan
        if math.isfinite(number):
            return number
    scope = context.sample.get()
    sample = f" for sample `{scope.id}`" if scope else ""
    msg = (
        f"Metric `{metric_name}` received {show(received)}{sample}. Expected a finite "
        "number, or None for a sample that is not to be counted."
    )
    raise ConfigurationError(msg)
