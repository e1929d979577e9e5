"""Laws of data models: what holds for every schema and every value."""

from collections import Counter
from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from synalinks.data_models import (
    JsonDataModel,
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
    assert scalars(json_of(result)) == sum(map(scalars, map(json_of, operands)), Counter())
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
