"""The root of users' data models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, PydanticUserError

from synalinks._internal.json import dumps
from synalinks.data_models._containment import is_in
from synalinks.data_models._definition import expanded
from synalinks.data_models._duck_type import property_names
from synalinks.data_models._json_data_model import JsonDataModel
from synalinks.data_models._json_shape import (
    copied,
    is_array,
    is_object,
    is_sequence,
)
from synalinks.data_models._metaclass import DataModelMeta
from synalinks.data_models._operators import Operators
from synalinks.data_models._symbolic_data_model import SymbolicDataModel
from synalinks.errors import SchemaError, show

if TYPE_CHECKING:
    from collections.abc import KeysView

    from synalinks._internal.json import JsonObject


# An instance of a subclass in a field keeps the fields that it adds. Releases before
# 2.13 know only the second option, which overlooks serializers in annotations.
_AS_WHAT_IT_IS: dict[str, Any] = (
    {"polymorphic_serialization": True}
    if "polymorphic_serialization" in (BaseModel.model_dump.__kwdefaults__ or {})
    else {"serialize_as_any": True}
)


class DataModel(Operators, BaseModel, metaclass=DataModelMeta):
    """A pydantic model that programs take, pass on and return.

    Unknown fields are refused. Everything pydantic offers works as usual; besides,
    classes can be combined with each other and with symbols (`Query + Answer`), and
    instances with values. Descriptions of fields are read by language models.

    As in any annotation, `Query | None` is an optional `Query`. Between two data
    models, `|` is an operation on data: write `typing.Union[A, B]` for the type.

    Example:
        >>> from synalinks.data_models import Field
        >>> class Query(DataModel):
        ...     query: str = Field(description="The user query")
        >>> Query(query="What is it?").get_json()
        {'query': 'What is it?'}
    """

    model_config: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    if TYPE_CHECKING:
        __synalinks_schema_kept__: ClassVar[JsonObject | None]

    @classmethod
    def __synalinks_schema__(cls) -> JsonObject:
        if cls.__synalinks_schema_kept__ is None:
            cls.__synalinks_schema_kept__ = _schema_made_of(cls)
        return cls.__synalinks_schema_kept__

    def __synalinks_json__(self) -> JsonObject:
        # `round_trip`: what is dumped is valid as input, so for the schema too.
        dumped = self.model_dump(
            mode="json", by_alias=True, round_trip=True, **_AS_WHAT_IT_IS
        )
        _drop_absent(self, dumped)
        return dumped

    @classmethod
    def get_schema(cls) -> JsonObject:
        """Return a copy of the JSON schema of the class.

        Raises:
            SchemaError: The class cannot be described by the schema of an object.
        """
        return copied(cls.__synalinks_schema__())

    @classmethod
    def keys(cls) -> KeysView[str]:
        """Return the names of the properties."""
        return property_names(cls.__synalinks_schema__())

    @classmethod
    def prettify_schema(cls) -> str:
        """Return the JSON schema as indented JSON text."""
        return dumps(cls.__synalinks_schema__(), indent=2)

    @classmethod
    def to_symbolic_data_model(cls, name: str | None = None) -> SymbolicDataModel:
        """Return a symbol of this schema.

        Args:
            name: Its name; made up if not given.
        """
        return SymbolicDataModel(data_model=cls, name=name)

    def get_json(self) -> JsonObject:
        """Return the value as a JSON object that is valid for the schema.

        A field that is None, and that is None by default, is left out.
        """
        return self.__synalinks_json__()

    def prettify_json(self) -> str:
        """Return the value as indented JSON text."""
        return dumps(self.__synalinks_json__(), indent=2)

    def get(self, key: str, default: Any = None) -> Any:
        """Return the JSON value of a field.

        Args:
            key: Name of the field.
            default: What to return where the field is absent.
        """
        return self.__synalinks_json__().get(key, default)

    def __getitem__(self, key: str) -> Any:
        value = self.__synalinks_json__()
        # A field that is left out of the JSON is there and None.
        return value[key] if key in value or key not in self.keys() else None

    def __contains__(self, other: Any) -> bool:
        return is_in(other, self)

    def to_json_data_model(self, name: str | None = None) -> JsonDataModel:
        """Return the value as a `JsonDataModel`.

        Args:
            name: Its name; made up if not given.
        """
        return JsonDataModel(
            self.__synalinks_schema__(), self.__synalinks_json__(), name=name
        )

    def get_config(self) -> JsonObject:
        """Return what `from_config` needs to make an equal instance."""
        return self.__synalinks_json__()

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        """Make an instance from what `get_config` returned.

        Args:
            config: Values of the fields.

        Returns:
            The instance.
        """
        return cls.model_validate(config)


def _schema_made_of(model: type[DataModel]) -> JsonObject:
    try:
        schema = expanded(model.model_json_schema())
    except PydanticUserError as error:
        reason = f"cannot be described by a JSON schema: {error.message}"
        msg = f"The data model `{model.__qualname__}` {reason}"
        raise SchemaError(msg) from error
    if schema.get("type") != "object" or "properties" not in schema:
        msg = (
            f"The schema of the data model `{model.__qualname__}` is {show(schema)}, "
            "which is not that of an object with fields. Make what it describes a "
            "field of it."
        )
        raise SchemaError(msg)
    return schema


def _drop_absent(model: BaseModel, dumped: JsonObject) -> None:
    """Take the fields that are None, and are so by default, out of what was dumped.

    None in a field of another default is kept: read back, the field would be that
    default. So what is left is valid, and makes an equal instance.
    """
    if all(map(_WITHOUT_PARTS.__contains__, map(type, vars(model).values()))):
        return  # as nearly always: nothing is None or has parts
    for name, field in type(model).model_fields.items():
        key = field.serialization_alias or name
        value = getattr(model, name)
        if value is None and field.default is None:
            dumped.pop(key, None)
        elif key in dumped:
            _drop_absent_inside(value, dumped[key])


_WITHOUT_PARTS = frozenset({str, int, float, bool})


def _drop_absent_inside(value: Any, dumped: Any) -> None:
    if isinstance(value, BaseModel) and is_object(dumped):
        _drop_absent(value, dumped)
    elif is_object(value) and is_object(dumped):
        for part, dumped_part in zip(value.values(), dumped.values(), strict=False):
            _drop_absent_inside(part, dumped_part)
    elif is_sequence(value) and is_array(dumped):
        for part, dumped_part in zip(value, dumped, strict=False):
            _drop_absent_inside(part, dumped_part)
