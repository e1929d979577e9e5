"""Operators between classes."""

from typing import Optional, Union

import pytest

from synalinks.data_models import DataModel, Field, SymbolicDataModel
from synalinks.errors import SchemaError


class Query(DataModel):
    query: str


class Answer(DataModel):
    answer: str


def test_or_with_no_data_model_is_a_type():
    """`Query | None` in an annotation is an optional field, as for any class."""

    class Step(DataModel):
        query: Query | None = None
        answer: None | Answer = None  # noqa: RUF036 - this order is tried too
        text: Query | str = ""

    assert Query | None == Optional[Query]  # noqa: UP045 - what is meant
    assert None | Query == Optional[Query]  # noqa: UP045 - what is meant
    assert Query | str == Union[Query, str]  # noqa: UP007 - what is meant
    assert Step(query=Query(query="x")).get_json() == {
        "query": {"query": "x"},
        "text": "",
    }


def test_or_of_data_models_is_no_type():
    """An annotation that means a union of data models is told how to be written."""
    assert isinstance(Query | Answer, SymbolicDataModel)
    with pytest.raises(SchemaError, match=r"write `typing\.Union\[A, B\]`"):

        class Step(DataModel):
            either: Query | Answer


def test_fields_may_have_the_names_of_our_methods():
    """A field is not given one of our methods as its default."""

    class Rule(DataModel):
        prefix: str
        keys: list[str] = Field(default=[])
        get: int

    class LongRule(Rule):
        prefix: str

    assert Rule.get_schema()["required"] == ["prefix", "get"]
    assert Rule(prefix="x", get=1).get_json() == {"prefix": "x", "keys": [], "get": 1}
    assert Rule.keys() == {"prefix", "keys", "get"}
    assert LongRule(prefix="y", get=2).prefix == "y"


def test_shadowing_of_others_is_still_told():
    """Pydantic's warnings about a user's own attributes are not hidden."""

    class Rule(DataModel):
        def text(self):
            return "x"

    with pytest.warns(UserWarning, match='Field name "text"'):

        class TextRule(Rule):
            prefix: str
            text: str


def test_class_contains():
    """`in` works on classes."""
    assert "query" in Query
    assert Query in Query
    assert Answer not in Query
