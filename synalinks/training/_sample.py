"""One input with its target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One input with its target."""

    id: str
    """Such as `"train:17"`: the index before shuffling."""
    x: Any
    """What the program is given."""
    y: Any
    """What is expected; None where there is no target."""
