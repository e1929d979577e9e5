"""Which data models contain which."""

from __future__ import annotations

from typing import Any

from synalinks.data_models._definition import definitions_of, expanded, is_same
from synalinks.data_models._duck_type import property_names, schema_of
from synalinks.data_models._object_schema import properties_of


def is_in(part: Any, whole: Any) -> bool:
    """Tell whether a field, or every field of a data model, is in another data model.

    A field is the same where its name and its whole schema are, definitions included;
    whether it is required does not count.

    Args:
        part: Name of a property, or a data model of any kind.
        whole: A data model of any kind.

    Returns:
        Whether it is; models are in themselves.
    """
    if isinstance(part, str):
        return part in property_names(schema_of(whole))
    mine, theirs = schema_of(part), schema_of(whole)
    if mine is theirs:
        return True
    mine, theirs = expanded(mine), expanded(theirs)
    properties = properties_of(theirs)
    return all(
        key in properties
        and is_same(
            schema, properties[key], definitions_of(mine), definitions_of(theirs)
        )
        for key, schema in properties_of(mine).items()
    )
