"""Does a value fit a schema?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    from synalinks._internal.json import JsonObject


class Validator:
    """Tells whether values fit a schema.

    A compiled validator looks first: it takes a hundredth of the time. What it does
    not pass, or cannot be made for, is judged by the one that can say why.

    Args:
        schema: JSON schema whose references are all its own.
    """

    __slots__ = ("_passes", "exact")

    def __init__(self, schema: JsonObject) -> None:
        import jsonschema_rs
        import referencing
        from jsonschema import Draft202012Validator

        # An empty registry: a schema can make us fetch nothing over the network.
        registry = cast("Any", referencing).Registry()
        self.exact: Any = Draft202012Validator(schema, registry=registry)
        try:
            compiled = jsonschema_rs.Draft202012Validator(schema, retriever=_refuse_uri)
        except ValueError:
            self._passes: Callable[[Any], bool] = lambda _: False
        else:
            self._passes = compiled.is_valid

    def is_valid(self, value: Any) -> bool:
        """Return whether a value fits.

        Args:
            value: Any JSON value.
        """
        return self._passes(value) or self.exact.is_valid(value)


def _refuse_uri(uri: str) -> Any:
    msg = f"{uri} is not fetched"
    raise ValueError(msg)
