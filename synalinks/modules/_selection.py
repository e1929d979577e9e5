"""Choosing one of several named parts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError, counted, did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Sequence


def pick(
    owner: str,
    kind: str,
    entries: Sequence[tuple[str, str, Any]],
    name: str | None,
    index: int | None,
) -> Any:
    """Return one of several named parts.

    Args:
        owner: Name of what they are part of, for messages.
        kind: What they are, for messages.
        entries: (path, name, part) of each.
        name: Name or path looked for, or None; a path wins over a name.
        index: Position looked for, or None.

    Raises:
        ConfigurationError: There is no such part, or both or none are asked for.
    """
    if (name is None) == (index is None):
        msg = f"`get_{kind}` takes `name` or `index`, received {name=}, {index=}."
        raise ConfigurationError(msg)
    if index is not None:
        if not -len(entries) <= index < len(entries):
            msg = f"`{owner}` has {counted(len(entries), kind)}, received {index=}."
            raise ConfigurationError(msg)
        return entries[index][2]
    # Reversed: of several parts of one name, the first is meant.
    by_path: dict[str, Any] = {path: part for path, _, part in reversed(entries)}
    by_name: dict[str, Any] = {own: part for _, own, part in reversed(entries)}
    wanted = str(name)
    found = by_path.get(wanted, by_name.get(wanted))
    if found is None:
        known = [path for path, _, _ in entries]
        msg = (
            f"`{owner}` has no {kind} named {name!r}. Available: {show(known)}."
            f"{did_you_mean(wanted, known)}"
        )
        raise ConfigurationError(msg)
    return found
