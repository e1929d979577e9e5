"""The class of `DataModel` classes: operators between classes."""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING, Any, Union

from pydantic import Field

# The only private name of pydantic that is used: `type(BaseModel)` is the same class,
# but type checkers do not follow it. No other file imports it.
from pydantic._internal._model_construction import ModelMetaclass

from synalinks.data_models._containment import is_in
from synalinks.data_models._duck_type import is_data_model
from synalinks.data_models._operators import Reshaping

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject


class DataModelMeta(Reshaping, ModelMetaclass):
    """Gives `DataModel` classes the operators; they return `SymbolicDataModel`s."""

    __synalinks_schema_kept__: JsonObject | None
    """Schema of the class, once it was asked for; each class has its own."""

    def __new__(
        cls,
        name: str,
        bases: tuple[Any, ...],
        namespace: dict[str, Any],
        **options: Any,
    ) -> Any:
        fields = namespace.get("__annotations__", {})
        shadowing = [field for field in fields if _is_ours(field, bases)]
        namespace["__synalinks_schema_kept__"] = None
        if not shadowing:
            return super().__new__(cls, name, bases, namespace, **options)
        # A field may have the name of one of our methods, such as `prefix` or `keys`.
        # Pydantic would take the method for the default of the field, and warn.
        for field in shadowing:
            namespace.setdefault(field, Field())
        names = "|".join(map(re.escape, shadowing))
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", rf'Field name "({names})" in .* shadows')
            return super().__new__(cls, name, bases, namespace, **options)

    def __contains__(cls, other: Any) -> bool:
        return is_in(other, cls)

    # In annotations `Query | None` is written for an optional field, so `|` between a
    # class and what is no data model makes the type it makes for any other class.

    def __or__(cls, other: Any) -> Any:
        return super().__or__(other) if is_data_model(other) else Union[cls, other]  # noqa: UP007 - `|` would come here

    def __ror__(cls, other: Any) -> Any:
        return super().__ror__(other) if is_data_model(other) else Union[other, cls]  # noqa: UP007 - `|` would come here


def _is_ours(name: str, bases: tuple[Any, ...]) -> bool:
    """Return whether a class attribute is a method that data models have."""
    methods = (getattr(base, name, None) for base in bases)
    return any(
        callable(method) and method.__module__.startswith("synalinks.data_models.")
        for method in methods
    )
