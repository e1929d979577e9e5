"""The operators, and the operations written as methods."""

import pytest

from synalinks.data_models import (
    DataModel,
    JsonDataModel,
    SymbolicDataModel,
    Variable,
    json_of,
)
from synalinks.errors import ConfigurationError


class Query(DataModel):
    query: str = "q"


class Answer(DataModel):
    answer: str = "a"


BOTH = {"query": "q", "answer": "a"}
QUERY = {"query": "q"}
ANSWER = {"answer": "a"}


def values_of(model):
    return [model(), model().to_json_data_model(), Variable(data_model=model)]


def symbols_of(model):
    return [model, model.to_symbolic_data_model()]


def result_of(result):
    return None if result is None else json_of(result)


@pytest.mark.parametrize("query", values_of(Query), ids=lambda x: type(x).__name__)
@pytest.mark.parametrize("answer", values_of(Answer), ids=lambda x: type(x).__name__)
def test_truth_tables_of_values(query, answer):
    """Every kind of value gives what the tables say, on either side of None."""
    assert result_of(query + answer) == BOTH
    assert result_of(query & answer) == BOTH
    assert result_of(query & None) is None
    assert result_of(None & answer) is None
    assert result_of(query | answer) == BOTH
    assert result_of(query | None) == QUERY
    assert result_of(None | answer) == ANSWER
    assert result_of(query ^ answer) is None
    assert result_of(query ^ None) == QUERY
    assert result_of(None ^ answer) == ANSWER
    assert result_of(~query) is None
    assert isinstance(query + answer, JsonDataModel)
    assert isinstance(query | None, JsonDataModel)


@pytest.mark.parametrize("query", symbols_of(Query), ids=["class", "symbol"])
@pytest.mark.parametrize(
    "answer", symbols_of(Answer) + values_of(Answer), ids=lambda x: type(x).__name__
)
def test_truth_tables_of_symbols(query, answer):
    """A class or symbol makes the result symbolic; None is absent for them too."""
    for both in (query + answer, query & answer, query | answer, query ^ answer):
        assert isinstance(both, SymbolicDataModel)
        assert list(both.keys()) == ["query", "answer"]
    for both in (answer + query, answer & query, answer | query, answer ^ query):
        assert isinstance(both, SymbolicDataModel)
        assert list(both.keys()) == ["answer", "query"]
    assert query & None is None
    assert None & query is None
    assert list((query ^ None).keys()) == ["query"]
    assert list((None ^ query).keys()) == ["query"]
    assert list((~query).keys()) == ["query"]


def test_or_of_a_symbol_and_none_is_the_symbol():
    """A symbol that is alone stays what it is, with its history."""
    symbol = Query.to_symbolic_data_model()

    assert symbol | None is symbol
    assert None | symbol is symbol


@pytest.mark.parametrize(
    ("operands", "side"), [((Query(), None), "right"), ((None, Query()), "left")]
)
def test_strict_sum_says_which_side_is_missing(operands, side):
    """`+` refuses None, and tells what to use instead."""
    with pytest.raises(ValueError, match=f"None on the {side}. Use `&` .* or `|`"):
        operands[0] + operands[1]


def test_methods_keep_the_kind():
    """Values give values, classes and symbols give symbols."""
    value = Query().to_json_data_model() + Query()
    variable = Variable(data_model=Query)

    assert value.factorize().get_json() == {"queries": ["q", "q"]}
    assert value.in_mask(["query"]).get_json() == {"query": "q", "query_1": "q"}
    assert value.out_mask(pattern="^query").get_json() == {}
    assert value.prefix("my").get_json() == {"my_query": "q", "my_query_1": "q"}
    assert value.suffix("new").get_json() == {"query_new": "q", "query_1_new": "q"}
    assert variable.prefix("my").get_json() == {"my_query": "q"}
    for symbol in symbols_of(Query):
        assert list(symbol.factorize().keys()) == ["query"]
        assert list(symbol.in_mask(["query"]).keys()) == ["query"]
        assert list(symbol.out_mask(["query"], None, False).keys()) == []  # noqa: FBT003
        assert list(symbol.prefix("my").keys()) == ["my_query"]
        assert list(symbol.suffix("new").keys()) == ["query_new"]


def test_instances_have_operators_and_no_other_operations():
    """An instance of a class has to become a JSON data model first."""
    with pytest.raises(AttributeError, match="in_mask"):
        Query().in_mask(["query"])


@pytest.mark.parametrize("other", [5, "query", {"query": "x"}, [Query()]])
def test_other_operands_are_refused(other):
    """Both sides have to be data models or None."""
    with pytest.raises(ConfigurationError, match="`logical_and` expected data models"):
        Query() & other
