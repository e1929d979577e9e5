"""What of a program has changed, field by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks._internal.json import dumps
from synalinks._internal.shape import is_dict, is_list
from synalinks.reports._word_diff import Piece, word_diff

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from synalinks._internal.json import JsonObject

_MAX_ITEMS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldChange:
    """A field of a variable, before and after."""

    path: str
    """Of the variable."""
    field: str
    """Its name."""
    is_changed: bool
    """Whether it is another one now."""
    pieces: Sequence[Piece] = ()
    """The text, with what is gone and what is new; empty for lists."""
    gone: Sequence[str] = ()
    """Entries that are no more in a list."""
    new: Sequence[str] = ()
    """Entries that have come."""
    n_kept: int = 0
    """Entries that are in both."""
    n_hidden: int = 0
    """Entries that have come and are not shown."""


def changes_between(
    before: Mapping[str, JsonObject], after: Mapping[str, JsonObject]
) -> Iterator[FieldChange]:
    """Yield every field of every variable.

    Args:
        before: Learnable fields by variable path.
        after: The same, later.
    """
    for path, fields in after.items():
        old = before.get(path, {})
        for field, value in fields.items():
            yield _change(path, field, old.get(field), value)


def _change(path: str, field: str, old: Any, new: Any) -> FieldChange:
    is_changed = old != new
    if is_list(new) and (old is None or is_list(old)):
        was, now = [readable(one) for one in old or []], [readable(one) for one in new]
        come = [one for one in now if one not in was]
        return FieldChange(
            path=path,
            field=field,
            is_changed=is_changed,
            gone=[one for one in was if one not in now][:_MAX_ITEMS],
            new=come[:_MAX_ITEMS],
            n_kept=sum(one in was for one in now),
            n_hidden=max(0, len(come) - _MAX_ITEMS),
        )
    pieces = word_diff(readable(old), readable(new))
    return FieldChange(path=path, field=field, is_changed=is_changed, pieces=pieces)


def readable(value: Any) -> str:
    """Return JSON as people read it: names and values, line by line.

    Args:
        value: JSON.
    """
    return "\n".join(_lines(value, ""))


def _lines(value: Any, indent: str) -> Iterator[str]:
    if is_dict(value) and value:
        for key, part in value.items():
            if isinstance(part, (dict, list)) and part:
                yield f"{indent}{key}:"
                yield from _lines(part, f"{indent}  ")
            else:
                yield f"{indent}{key}: {_scalar(part)}"
    elif is_list(value) and value:
        for part in value:
            first, *rest = _lines(part, "")
            yield f"{indent}- {first}"
            yield from (f"{indent}  {line}" for line in rest)
    elif value is not None:
        yield f"{indent}{_scalar(value)}"
    else:
        yield ""


def _scalar(value: Any) -> str:
    return value if isinstance(value, str) else dumps(value)
