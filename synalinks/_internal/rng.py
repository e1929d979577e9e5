"""Named random streams: every draw is decided by a seed and a purpose.

Position, not history, decides a draw: `stream(seed, "shuffle", epoch)` gives the same
numbers whatever was drawn before, so that nothing has to be saved to repeat it and a
new consumer shifts no other. The global `random` module is neither read nor written.
"""

from __future__ import annotations

import hashlib
import random
from typing import Any

Stream = random.Random


def stream(seed: int, *purpose: str | int) -> Stream:
    """Return a fresh random stream for one purpose.

    Args:
        seed: The seed of the run.
        purpose: What the stream is for, such as `"shuffle", 3`; streams of different
            purposes are independent.
    """
    text = "/".join([str(seed), *map(str, purpose)])
    return Stream(int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big"))


def numpy_stream(seed: int, *purpose: str | int) -> Any:
    """Return a fresh generator of NumPy for one purpose, for many draws at once.

    Args:
        seed: The seed of the run.
        purpose: What it is for, as for `stream`.
    """
    import numpy as np

    return np.random.default_rng(stream(seed, *purpose).getrandbits(128))
