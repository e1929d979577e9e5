"""How numbers of a run are written in its progress."""

from __future__ import annotations

from typing import Any

_MAX_VALUE_CHARS = 60
_SMALLEST_COST_SHOWN = 0.0001


def count_text(n_done: int, total: int | None) -> str:
    """Return such as `3/40`, or `3 batches` of an unknown number.

    Args:
        n_done: What is done.
        total: What there is, if that is known.
    """
    if total is None:
        return f"{n_done} batch{'' if n_done == 1 else 'es'}"
    return f"{n_done}/{total}"


def duration_text(seconds: float, *, decimals: int = 0) -> str:
    """Return such as `12s` or `1h02m03s`.

    Args:
        seconds: How long it took.
        decimals: How exactly seconds are told.
    """
    if round(seconds, decimals) < 60:
        return f"{seconds:.{decimals}f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}h{minutes:02d}m{rest:02d}s" if hours else f"{minutes}m{rest:02d}s"


def dollars_text(cost: float) -> str:
    """Return such as `$0.0123`.

    Args:
        cost: In US dollars.
    """
    if 0 < cost < _SMALLEST_COST_SHOWN:
        return f"<${_SMALLEST_COST_SHOWN}"
    return f"${cost:.4f}"


def value_text(value: Any) -> str:
    """Return a value of the logs on one line.

    Args:
        value: A number, or whatever a callback put there.
    """
    value = value.tolist() if hasattr(value, "tolist") else value
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(value_text(part) for part in value)}]"  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, float):
        is_plain = not value or 1e-4 <= abs(value) < 1e6
        return f"{value:.4f}" if is_plain else f"{value:.3g}"
    # One line, whatever a callback put into the logs.
    text = "".join(char if char.isprintable() else " " for char in str(value))
    return text if len(text) <= _MAX_VALUE_CHARS else f"{text[:_MAX_VALUE_CHARS]}..."
