"""Only what a keyword makes a schema is one."""

import pytest

from synalinks.language_models._subschemas import subschemas

DATA = {"$ref": "#/nothing", "type": "string"}
LEAF = {"type": "integer"}


@pytest.mark.parametrize(
    "keyword", ["const", "default", "x-anything"], ids=["const", "default", "unknown"]
)
def test_data_is_no_schema(keyword):
    """A value that looks like a schema is passed over."""
    schema = {"properties": {"a": {keyword: DATA}}, "enum": [DATA], "examples": [DATA]}

    assert list(subschemas(schema)) == [schema, {keyword: DATA}]


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"default": LEAF}},
        {"properties": {"const": {"items": LEAF}}},
        {"$defs": {"enum": LEAF}},
        {"patternProperties": {"examples": LEAF}},
        {"additionalProperties": LEAF},
        {"prefixItems": [True, LEAF]},
        {"anyOf": [{"allOf": [{"oneOf": [LEAF]}]}]},
        {"if": {"not": LEAF}},
        {"dependentSchemas": {"a": {"contains": LEAF}}},
    ],
    ids=lambda schema: next(iter(schema)),
)
def test_every_keyword_is_followed(schema):
    """Schemas are found at any depth, also under the name of a keyword for data."""
    found = list(subschemas(schema))

    assert found[0] is schema
    assert LEAF in found
