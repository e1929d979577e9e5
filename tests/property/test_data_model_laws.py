"""Laws of data models: what holds for every schema and every value."""

from collections import Counter
from functools import reduce

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from pydantic import create_model

from synalinks.data_models import (
    DataModel,
    Field,
    JsonDataModel,
    Prediction,
    SymbolicDataModel,
    apply,
    json_of,
    schema_of,
)
from tests.property.strategies import masks, models, schemas


def check(result):
    """Let jsonschema judge whether the value is valid for the schema."""
    Draft202012Validator(schema_of(result)).validate(json_of(result))


def to_json(model):
    schema, value = model
    return JsonDataModel(schema=schema, json=value)


def symbol(model):
    return SymbolicDataModel(schema=model[0])


def scalars(value):
    """Count what is neither an object nor a list in a value, wherever it is."""
    if isinstance(value, dict):
        return reduce(Counter.__add__, map(scalars, value.values()), Counter())
    if isinstance(value, list):
        return reduce(Counter.__add__, map(scalars, value), Counter())
    return Counter([repr(value)])


@settings(max_examples=30)
@given(schemas(), schemas(), masks)
def test_results_are_schemas(first, second, mask):
    """Every operation gives a schema that is well formed."""
    one, other = SymbolicDataModel(schema=first), SymbolicDataModel(schema=second)

    for result in (
        one + other,
        one | other,
        one ^ other,
        (one + other).factorize(),
        one.in_mask(mask=mask),
        one.out_mask(mask=mask),
        one.suffix("a"),
    ):
        Draft202012Validator.check_schema(schema_of(result))


@given(st.lists(models(), min_size=2, max_size=3))
def test_concat_agrees_on_schemas_and_values(parts):
    """The value of a concatenation is valid for its schema, and nothing is lost."""
    operands = [to_json(part) for part in parts]

    result = apply("concat", *operands)

    check(result)
    assert scalars(json_of(result)) == sum(
        map(scalars, map(json_of, operands)), Counter()
    )
    symbols = apply("concat", *map(symbol, parts))
    assert schema_of(symbols) == schema_of(result)


@given(models(closed=True), models(closed=True))
def test_or_foresees_every_case(first, second):
    """Whatever `|` gives is valid for the schema that it gives for symbols."""
    foreseen = Draft202012Validator(schema_of(symbol(first) | symbol(second)))

    for result in (
        to_json(first) | to_json(second),
        to_json(first) | None,
        None | to_json(second),
    ):
        check(result)
        foreseen.validate(json_of(result))


@given(models(closed=True), models(closed=True))
def test_xor_foresees_every_case(first, second):
    """Whatever `^` gives is valid for the schema that it gives for symbols."""
    foreseen = Draft202012Validator(schema_of(symbol(first) ^ symbol(second)))

    for result in (to_json(first) ^ None, None ^ to_json(second)):
        foreseen.validate(json_of(result))


@given(models(), masks, st.none() | st.just("^que.*y$"), st.booleans())
def test_masks_agree_on_schemas_and_values(model, mask, pattern, recursive):
    """What a mask leaves of a value is valid for what it leaves of the schema."""
    for kind in ("in_mask", "out_mask"):
        params = {"mask": mask, "pattern": pattern, "recursive": recursive}

        result = apply(kind, to_json(model), **params)

        check(result)
        assert schema_of(apply(kind, symbol(model), **params)) == schema_of(result)


@given(models(), masks, st.booleans())
def test_masks_split_the_fields(model, mask, recursive):
    """Every part of a value is in one of the two masked values, and in one only."""
    value = to_json(model)

    kept = value.in_mask(mask=mask, recursive=recursive)
    dropped = value.out_mask(mask=mask, recursive=recursive)

    assert scalars(json_of(kept)) + scalars(json_of(dropped)) == scalars(model[1])
    if not recursive:
        assert json_of(kept).keys() | json_of(dropped).keys() == model[1].keys()
        assert not json_of(kept).keys() & json_of(dropped).keys()


@given(models())
def test_factorize_agrees_on_schemas_and_values(model):
    """A factorized value is valid for the factorized schema, and nothing is lost."""
    result = to_json(model).factorize()

    check(result)
    assert scalars(json_of(result)) == scalars(model[1])
    assert schema_of(symbol(model).factorize()) == schema_of(result)


@given(models(), st.sampled_from(["prefix", "suffix"]))
def test_renaming_agrees_on_schemas_and_values(model, kind):
    """A renamed value is valid for the renamed schema, and keeps order and size."""
    result = apply(kind, to_json(model), **{kind: "query"})

    check(result)
    assert list(json_of(result).values()) == list(model[1].values())


@given(schemas(), schemas(), masks, masks)
def test_containment_is_a_partial_order(first, second, mask, smaller_mask):
    """It is reflexive, transitive and antisymmetric."""
    whole = SymbolicDataModel(schema=first) + SymbolicDataModel(schema=second)
    part = whole.out_mask(mask=mask, recursive=False)
    smaller = part.out_mask(mask=smaller_mask, recursive=False)
    copy = SymbolicDataModel(schema=whole.get_schema())

    assert whole in whole
    assert part in whole
    assert smaller in part
    assert smaller in whole
    assert whole in copy
    assert copy in whole
    if whole in part:
        assert part.keys() == whole.keys()


@given(schemas(), schemas())
def test_a_sum_contains_its_first_operand(first, second):
    """The fields of the first operand are in the sum as they were."""
    assert SymbolicDataModel(schema=first) in (
        SymbolicDataModel(schema=first) + SymbolicDataModel(schema=second)
    )


@given(models(), models(), masks)
def test_operands_stay_as_they_were(first, second, mask):
    """No operation changes the schemas or the values it is given."""
    one, other = to_json(first), to_json(second)
    before = (one.get_schema(), one.get_json(), other.get_schema(), other.get_json())

    for operation in (
        lambda: one + other,
        lambda: symbol(first) | symbol(second),
        lambda: symbol(first) ^ symbol(second),
        one.factorize,
        lambda: one.in_mask(mask=mask),
        lambda: one.out_mask(mask=mask),
        lambda: one.prefix("a"),
    ):
        operation()

    assert before == (first[0], first[1], second[0], second[1])


FIELDS = {
    "text": (str, ...),
    "maybe": (int | None, ...),
    "absent": (int | None, None),
    "prediction": (Prediction | None, None),
    "needed": (Prediction, ...),
    "several": (list[Prediction | None], Field(default=[])),
    "mapped": (dict[str, Prediction], Field(default={})),
    "either": (float | list[bool] | None, 0.5),
}
GIVEN = {
    "text": st.text(max_size=3),
    "maybe": st.none() | st.integers(),
    "absent": st.none() | st.integers(),
    "prediction": st.none() | st.just({"inputs": {"a": None}, "outputs": {}}),
    "needed": st.builds(Prediction, inputs=st.just({}), outputs=st.just({})),
    "several": st.lists(
        st.none() | st.just({"inputs": {}, "outputs": {}, "reward": 1})
    ),
    "mapped": st.just({"a": {"inputs": {}, "outputs": {}, "reward": None}}),
    "either": st.none() | st.floats(0, 1) | st.lists(st.booleans()),
}


@given(st.data(), st.sets(st.sampled_from(list(FIELDS))))
def test_json_of_a_data_model_is_valid_for_its_schema(data, names):
    """Leaving out what is None never leaves out what the schema requires."""
    model = create_model("Model", __base__=DataModel, **{n: FIELDS[n] for n in names})
    given = {name: data.draw(GIVEN[name]) for name in names}

    value = model(**given)

    Draft202012Validator(model.get_schema()).validate(value.get_json())
    assert model.from_config(value.get_config()) == value


@given(models(), models())
def test_truth_tables(first, second):
    """Values and symbols alike: what is absent decides what comes out."""
    for one, other in (
        (to_json(first), to_json(second)),
        (symbol(first), symbol(second)),
    ):
        assert json_or_name(one | None) == json_or_name(one)
        assert json_or_name(None | other) == json_or_name(other)
        assert json_or_name(one ^ None) == json_or_name(one)
        assert json_or_name(None ^ other) == json_or_name(other)
        assert (one & None) is None
        assert (None & other) is None
        for lonely in ((one, None), (None, other)):
            with pytest.raises(ValueError, match="received None on the"):
                apply("concat", *lonely)
    assert (to_json(first) ^ to_json(second)) is None
    assert (~to_json(first)) is None
    assert schema_of(~symbol(first)) == first[0]
    assert (to_json(first) & to_json(second)) == (to_json(first) + to_json(second))
    assert (to_json(first) | to_json(second)) == (to_json(first) + to_json(second))


def json_or_name(model):
    """Return what tells a value or a symbol from another."""
    return model.name if isinstance(model, SymbolicDataModel) else json_of(model)
