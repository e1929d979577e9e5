"""What a file names that a process which loads it will not find by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_list
from synalinks.errors import warn
from synalinks.saving import get_custom_objects

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from synalinks._internal.json import JsonObject

_FORM = {"module", "class_name", "config", "registered_name"}


def warn_of_unregistered(path: Path, document: JsonObject, told: set[str]) -> None:
    """Tell the user, while the functions are still there, what loading will lack.

    Args:
        path: The file.
        document: What is in it.
        told: Names that the user was told of before; the new ones are added.
    """
    known = get_custom_objects()
    missing = dict.fromkeys(_unregistered(document))
    names = [name for name in missing if name not in told and name not in known]
    told.update(names)
    if names:
        listed = ", ".join(f"`{name}`" for name in names)
        warn(
            f"`{path}` names {listed}, which no other process will find. Decorate with "
            "`@synalinks.saving.register_synalinks_serializable()`, in a file that is "
            "imported before loading; or load with "
            f"`custom_objects={{{names[0]!r}: ...}}`."
        )


def _unregistered(value: Any) -> Iterator[str]:
    if is_list(value):
        for part in value:
            yield from _unregistered(part)
    elif is_dict(value):
        if value.keys() >= _FORM and value["registered_name"] is None:
            config = value["config"]
            yield config if isinstance(config, str) else str(value["class_name"])
        for part in value.values():
            yield from _unregistered(part)
