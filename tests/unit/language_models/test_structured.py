"""Each provider is asked in the way it understands."""

import pytest

from synalinks._internal.json import dumps
from synalinks.errors import SchemaError
from synalinks.language_models import check_schema
from synalinks.language_models._structured import plan_output, schema_argument

LABEL = {
    "type": "object",
    "title": "A label!",
    "properties": {"label": {"type": "string", "enum": ["a", "b"]}},
    "required": ["label"],
}
OPEN = {
    "type": "object",
    "properties": {"extra": {"type": "object", "additionalProperties": True}},
    "required": ["extra"],
}
RECURSIVE = {
    "$defs": {
        "Tree": {
            "type": "object",
            "properties": {"child": {"$ref": "#/$defs/Tree"}},
        }
    },
    "$ref": "#/$defs/Tree",
}


@pytest.mark.parametrize(
    ("provider", "strategy"),
    [
        ("openai", "strict_json_schema"),
        ("azure", "strict_json_schema"),
        ("ollama", "json_schema"),
        ("gemini", "json_schema"),
        ("groq", "json_object"),
        ("deepseek", "json_object"),
        ("bedrock", "forced_tool"),
        ("cohere", "forced_tool"),
        ("never_heard_of", "json_object"),
    ],
)
def test_a_plain_schema_gets_the_strategy_of_the_provider(provider, strategy):
    """The table decides, not a chain of conditions."""
    assert check_schema(LABEL, provider) == strategy


@pytest.mark.parametrize(
    ("schema", "provider", "strategy"),
    [
        (OPEN, "openai", "json_schema"),
        (RECURSIVE, "openai", "strict_json_schema"),
        (RECURSIVE, "cohere", "json_object"),
        (RECURSIVE, "huggingface", "json_object"),
        (OPEN, "bedrock", "forced_tool"),
    ],
)
def test_a_schema_that_does_not_fit_is_asked_for_otherwise(schema, provider, strategy):
    """A strategy that cannot express a schema gives way to one that can."""
    assert check_schema(schema, provider) == strategy


def test_strict_strategy():
    """The whole format is a closed schema with a permitted name."""
    plan = plan_output(LABEL, "openai")

    wanted = plan.fields["response_format"]["json_schema"]
    assert (wanted["name"], wanted["strict"]) == ("A_label_", True)
    assert wanted["schema"]["additionalProperties"] is False
    assert plan.prompt is None


def test_json_object_strategy_writes_the_schema_into_the_prompt():
    """The endpoint promises JSON; the model must be told which."""
    plan = plan_output(LABEL, "groq")

    assert plan.fields == {"response_format": {"type": "json_object"}}
    assert '"enum": ["a", "b"]' in plan.prompt


@pytest.mark.parametrize(
    ("provider", "schema", "strategy"),
    [
        ("openrouter", LABEL, "strict_json_schema"),
        ("openrouter", OPEN, "json_schema"),
        ("ollama", LABEL, "json_schema"),
        ("huggingface", LABEL, "json_schema"),
    ],
)
def test_a_model_that_may_not_see_the_format_is_told_in_words(
    provider, schema, strategy
):
    """Some servers hold a model to a schema without showing it: the prompt does."""
    plan = plan_output(schema, provider)

    assert plan.strategy == strategy
    assert plan.fields["response_format"]["type"] == "json_schema"
    assert dumps(schema) in plan.prompt


@pytest.mark.parametrize(
    ("title", "name"),
    [("x" * 65, "x" * 64), ("Größe in m²", "Gr__e_in_m_"), ("", "answer")],
)
@pytest.mark.parametrize("provider", ["openai", "ollama"])
def test_the_name_of_a_schema_is_one_that_providers_take(provider, title, name):
    """At most 64 letters, digits, `_` and `-`: else the request is refused."""
    plan = plan_output({**LABEL, "title": title}, provider)

    assert plan.fields["response_format"]["json_schema"]["name"] == name


def test_forced_tool_strategy():
    """The answer is the argument of the only tool."""
    plan = plan_output(LABEL, "bedrock")

    assert plan.fields["tools"][0]["function"]["parameters"] == LABEL
    assert plan.fields["tool_choice"]["function"]["name"] == "answer"


def test_plans_are_made_once():
    """Equal schemas share one plan, whichever object they are."""
    assert plan_output(dict(LABEL), "openai") is plan_output(dict(LABEL), "openai")


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "array", "items": {}}, "is a JSON object; the schema's root is"),
        ({"anyOf": [LABEL, LABEL]}, "is a JSON object; the schema's root is"),
        ({"type": "objekt", "properties": {}}, "Malformed JSON schema at `$.type`"),
    ],
)
def test_impossible_schemas_are_refused_before_any_call(schema, message):
    """No strategy can help: the error comes when the module is made."""
    with pytest.raises(SchemaError) as caught:
        check_schema(schema, "openai")

    assert message in str(caught.value)


def test_schema_arguments():
    """A schema may be given as such or as a data model."""
    import synalinks

    class Answer(synalinks.DataModel):
        text: str

    assert schema_argument(None) is None
    assert schema_argument(LABEL) is LABEL
    assert schema_argument(Answer) == Answer.get_schema()
    with pytest.raises(SchemaError, match="`schema` is a JSON schema or a data model"):
        schema_argument(3)


def of_field(field, **more):
    return {"type": "object", "properties": {"a": field}, **more}


MALFORMED = {
    "list of items": of_field({"type": "array", "items": [{"type": "string"}]}),
    "truth as bound": of_field({"minimum": True}),
    "text as bound": of_field({"minimum": "3"}),
    "multiple of a list": of_field({"multipleOf": [3]}),
    "multiple of nothing": of_field({"multipleOf": 0}),
    "list of patterns": of_field({"pattern": ["x"]}),
    "half a pattern": of_field({"pattern": "(("}),
    "unknown type": of_field({"type": "str"}),
    "no branches": of_field({"anyOf": {"type": "string"}}),
    "no schema": of_field(None),
    "list of fields": {"type": "object", "properties": ["a"]},
    "list of definitions": of_field({"$ref": "#/$defs/X"}, **{"$defs": ["X"]}),
    "number as reference": of_field({"$ref": 5}),
    "reference elsewhere": of_field({"$ref": "http://localhost/x"}),
    "unknown anchor": of_field({"$ref": "#x"}),
    "unknown dynamic anchor": of_field({"$dynamicRef": "#x"}),
}


@pytest.mark.parametrize("name", MALFORMED)
def test_a_malformed_schema_is_refused(name):
    """Whatever is wrong with it, it is said in our words."""
    with pytest.raises(SchemaError):
        check_schema(MALFORMED[name], "openai")


@pytest.mark.parametrize("pattern", [r"\p{L}+", r"(?<year>\d+)"])
def test_patterns_need_not_be_those_of_python(pattern):
    """JSON Schema has the patterns of ECMA 262."""
    assert check_schema(of_field({"pattern": pattern}), "openai")


def test_references_may_use_anchors_and_identities():
    """What a schema contains may be referred to in every way that there is."""
    schema = of_field(
        {"anyOf": [{"$ref": "#text"}, {"$ref": "http://localhost/x#/$defs/F"}]},
        **{"$id": "http://localhost/x", "$defs": {"F": {"$anchor": "text"}}},
    )

    assert check_schema(schema, "openai")
