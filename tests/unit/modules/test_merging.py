"""Modules that combine, choose or drop data models."""

import re

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from tests.builders import QUERY, Answer, Query, field_names

A = Answer(answer="a")
Q = QUERY
ALL = {"query": "What is it?", "answer": "a"}
ONE = {"query": "What is it?"}
OTHER = {"answer": "a"}
REFUSED = object()


@pytest.mark.parametrize(
    ("module", "both", "left", "right", "neither"),
    [
        (synalinks.And, ALL, None, None, None),
        (synalinks.Or, ALL, ONE, OTHER, None),
        (synalinks.Xor, None, ONE, OTHER, None),
        (synalinks.Concat, ALL, REFUSED, REFUSED, REFUSED),
    ],
    ids=["and", "or", "xor", "concat"],
)
async def test_the_truth_tables(module, both, left, right, neither):
    """Each module gives what its operator gives, for values that are there or not."""
    cases = [
        ([Q, A], both),
        ([Q, None], left),
        ([None, A], right),
        ([None] * 2, neither),
    ]
    for inputs, expected in cases:
        if expected is REFUSED:
            with pytest.raises(ConfigurationError, match="needs two data models"):
                await module()(inputs)
        else:
            output = await module()(inputs)
            assert (output and output.get_json()) == expected


@pytest.mark.parametrize(
    ("module", "keys"),
    [
        (synalinks.And, ["query", "answer"]),
        (synalinks.Or, ["query", "answer"]),
        (synalinks.Xor, ["query", "answer"]),
        (synalinks.Concat, ["query", "answer"]),
    ],
    ids=["and", "or", "xor", "concat"],
)
async def test_symbols_are_combined_without_values(module, keys):
    """The schema describes whatever may come out."""
    symbol = await module()([Query, Answer.to_symbolic_data_model()])

    assert isinstance(symbol, synalinks.SymbolicDataModel)
    assert set(field_names(symbol)) == set(keys)


async def test_more_than_two_are_folded_from_left_to_right():
    """Clashing keys are numbered on and on."""
    output = await synalinks.Concat()((Q, A, Q, Q))

    assert list(output.keys()) == ["query", "answer", "query_1", "query_2"]
    assert (await synalinks.Xor()([Q, A, Q])).get_json() == ONE
    assert (await synalinks.Or()([None, A, None])).get_json() == OTHER


@pytest.mark.parametrize("inputs", [Q, [Q], [], None, {"a": Q, "b": A}])
async def test_merging_takes_a_list_of_two_or_more(inputs):
    """Anything else is refused by name."""
    with pytest.raises(
        ConfigurationError, match="`m` takes a list of two or more data"
    ):
        await synalinks.And(name="m")(inputs)


class TestMasks:
    """`InMask` and `OutMask`."""

    BOTH = Q.to_json_data_model() + A.to_json_data_model()

    @pytest.mark.parametrize(
        ("module", "options", "keys"),
        [
            (synalinks.InMask, {"mask": ["answer"]}, ["answer"]),
            (synalinks.OutMask, {"mask": ["answer"]}, ["query"]),
            (synalinks.InMask, {"pattern": "^q"}, ["query"]),
            (synalinks.OutMask, {"pattern": "^q"}, ["answer"]),
            (
                synalinks.InMask,
                {"mask": ["query"], "pattern": "^a"},
                ["query", "answer"],
            ),
            (synalinks.OutMask, {"mask": ["query"], "pattern": "^a"}, []),
        ],
    )
    async def test_values_and_symbols_lose_the_same_fields(self, module, options, keys):
        """Mask or pattern decides, for a value as for its schema."""
        value = await module(**options)(self.BOTH)
        symbol = await module(**options)(self.BOTH.to_symbolic_data_model())

        assert list(value.keys()) == keys == field_names(value) == field_names(symbol)

    @pytest.mark.parametrize("module", [synalinks.InMask, synalinks.OutMask])
    async def test_none_gives_none(self, module):
        """There is nothing to mask."""
        assert await module(mask=["a"])(None) is None

    async def test_nested_objects_are_masked_only_if_asked(self):
        """`recursive` reaches inside."""

        class Nested(synalinks.DataModel):
            inner: Query
            answer: str

        value = Nested(inner=Q, answer="a")

        deep = await synalinks.OutMask(mask=["query"])(value)
        flat = await synalinks.OutMask(mask=["query"], recursive=False)(value)

        assert deep.get_json() == {"inner": {}, "answer": "a"}
        assert flat.get_json() == {"inner": ONE, "answer": "a"}

    @pytest.mark.parametrize("module", [synalinks.InMask, synalinks.OutMask])
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({}, "`m` needs `mask`, a list of keys, or `pattern`, a regex"),
            ({"mask": []}, "`m` needs `mask`"),
            ({"mask": "query"}, "`mask` of `m` is a list of keys, received: 'query'"),
            ({"pattern": "("}, "`pattern` of `m` is no regular expression"),
            ({"pattern": 3}, "`pattern` of `m` is no regular expression"),
        ],
        ids=["nothing", "empty", "text", "no regex", "number"],
    )
    def test_wrong_arguments_are_refused(self, module, options, message):
        """Before any call."""
        with pytest.raises(ConfigurationError, match=re.escape(message)):
            module(name="m", **options)


class TestIdentityAndNot:
    """The modules that change nothing, and drop everything."""

    async def test_identity_returns_a_copy(self):
        """Changing the output leaves the input alone."""
        value = Q.to_json_data_model()

        output = await synalinks.Identity()(value)
        output.update({"query": "changed"})

        assert value.get("query") == "What is it?"

    async def test_identity_keeps_structures(self):
        """Lists, dicts and None come back as they were."""
        output = await synalinks.Identity()([Q, {"a": A}, None])

        assert output[0].get_json() == ONE
        assert output[1]["a"].get_json() == OTHER
        assert output[2] is None
        assert await synalinks.Identity()(None) is None

    async def test_identity_of_a_symbol_is_a_node(self):
        """The schema is the same, the origin is the module."""
        module = synalinks.Identity()
        symbol = await module(Query)

        assert symbol.get_schema() == Query.get_schema()
        assert symbol.origin.node.operation is module

    async def test_not_drops_everything(self):
        """Values become None; the structure stays."""
        assert await synalinks.Not()(Q) is None
        assert await synalinks.Not()(None) is None
        assert await synalinks.Not()([Q, {"a": A}]) == [None, {"a": None}]

    async def test_not_keeps_the_schema_of_a_symbol(self):
        """A graph can be wired on."""
        symbol = await synalinks.Not()(Query)

        assert symbol.get_schema() == Query.get_schema()
