"""The formats of texts that data models ask for."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

# pydantic checks addresses by a package that few have; a name may stand before one.
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+|[^<>]*<[^\s@<>]+@[^\s@<>]+>")


@lru_cache(maxsize=1)
def known_formats() -> dict[str, Callable[[Any], bool]]:
    """Return what tells whether a value has a format, by the format's name.

    These are formats that pydantic writes into schemas, and they mean what its types
    take: a time without an offset, for example. Values that are no text have them all.
    """
    from datetime import date, datetime, time, timedelta
    from uuid import UUID

    from pydantic import AnyUrl

    return {
        "date": _taken_as(date),
        "date-time": _taken_as(datetime),
        "time": _taken_as(time),
        "duration": _taken_as(timedelta),
        "uuid": _taken_as(UUID),
        "uri": _taken_as(AnyUrl),
        "email": _is_address,
    }


def _taken_as(kind: type) -> Callable[[Any], bool]:
    from pydantic import TypeAdapter, ValidationError

    validate = TypeAdapter[Any](kind).validate_python

    def has_format(value: Any) -> bool:
        if not isinstance(value, str):
            return True
        try:
            validate(value)
        except ValidationError:
            return False
        return True

    return has_format


def _is_address(value: Any) -> bool:
    return not isinstance(value, str) or bool(_ADDRESS.fullmatch(value.strip()))
