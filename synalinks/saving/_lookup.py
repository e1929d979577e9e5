"""Finding a class by the name that a user gives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.naming import snake_case
from synalinks._internal.shape import is_dict
from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.saving._serialization import from_json_form

if TYPE_CHECKING:
    from collections.abc import Mapping


def look_up(identifier: Any, *, kind: type, known: Mapping[str, type]) -> Any:
    """Return the object that an instance, a name or a configuration stands for.

    Args:
        identifier: An instance; a name such as `"ExactMatch"` or `"exact_match"`; or
            what `serialize` returned.
        kind: The class that the result must be of.
        known: Classes that can be named, by class name.

    Returns:
        The object; one that is named is made with its defaults.

    Raises:
        ConfigurationError: The name is unknown, or the identifier is of another kind.
    """
    if isinstance(identifier, kind):
        return identifier
    what = snake_case(kind.__name__).replace("_", " ")
    if isinstance(identifier, str):
        by_folded = {name.lower().replace("_", ""): cls for name, cls in known.items()}
        found = by_folded.get(identifier.lower().replace("_", ""))
        if found is None:
            names = sorted(snake_case(name) for name in known)
            msg = (
                f"There is no {what} named {identifier!r}."
                f"{did_you_mean(snake_case(identifier), names)} Known: "
                f"{', '.join(names)}."
            )
            raise ConfigurationError(msg)
        return found()
    if is_dict(identifier):
        made = from_json_form(identifier)
        if isinstance(made, kind):
            return made
    msg = (
        f"Expected a `{kind.__name__}`, its name, or its configuration; received: "
        f"{show(identifier)}."
    )
    raise ConfigurationError(msg)
