"""Identities of calls and of their trees, as OpenTelemetry has them."""

from __future__ import annotations

import itertools
import os
import secrets

_BITS = 64
# The golden ratio: its multiples are spread evenly, so that a share of the identities
# is the same share of the trees. Knuth, The Art of Computer Programming, vol. 3, 6.4.
_SPREAD = 0x9E3779B97F4A7C15


class _Source:
    """Numbers that no other process has; asking the system for each takes too long."""

    def __init__(self) -> None:
        self.process = secrets.token_hex(_BITS // 8)
        self.numbers = itertools.count(secrets.randbits(_BITS))


_source = _Source()


def new_span_id() -> str:
    """Return 16 hexadecimal digits."""
    return _spread(next(_source.numbers))


def new_trace_id() -> str:
    """Return 32 hexadecimal digits."""
    return _spread(next(_source.numbers)) + _source.process


def _spread(number: int) -> str:
    return f"{number * _SPREAD % 2**_BITS:016x}"


def _renew() -> None:
    global _source
    _source = _Source()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew)
