"""Laws of programs and their files, on random programs and random damage."""

import asyncio
import contextlib
import copy
import functools
import json
import tempfile
import warnings
from pathlib import Path

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

import synalinks
from synalinks.data_models import apply
from synalinks.errors import (
    ConfigurationError,
    SavingError,
    StateMismatchError,
    SynalinksWarning,
)
from synalinks.programs import program_from_json
from synalinks.saving import deserialize_synalinks_object, serialize_synalinks_object
from tests.builders import QUERY, Answer, Query, embedded, run

KEYS = [
    "", "a", "a/b", "/", "class_name", "config", "module", "registered_name",
    "trainable_variables", "state", "shared_object_id", "é\u2028", "1",
]  # fmt: skip
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(st.characters(), max_size=5)
    | st.sampled_from(["\ud83d", "</x>", "{{ x }}", "__dict__", "Generator"])
)
json_values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)
    ),
    max_leaves=10,
)
objects = st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=3), json_values)


few = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=40)
many = settings(suppress_health_check=[HealthCheck.too_slow], max_examples=150)


class Notes(synalinks.Trainable):
    """A trainable that keeps anything."""

    anything: dict = synalinks.Field(default={})
    text: str | None = None


@synalinks.saving.register_synalinks_serializable(package="property")
class Keeper(synalinks.Module):
    """A module with a trainable of its own, and options of any kind."""

    def __init__(self, options=None, **kwargs):
        super().__init__(**kwargs)
        self.options = options
        self.notes = self.add_variable(data_model=Notes, name="notes")

    async def call(self, inputs):
        return inputs


@contextlib.contextmanager
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SynalinksWarning)
        yield


@given(json_values)
def test_any_json_is_the_same_after_serialising(value):
    """Whatever a user's data looks like, it is data."""
    text = json.dumps(serialize_synalinks_object(value))

    assert deserialize_synalinks_object(json.loads(text)) == value


@few
@given(objects, st.none() | st.text(max_size=5), json_values)
def test_saving_and_loading_is_the_identity_for_any_state(anything, text, options):
    """Nested and empty dicts, keys with `/`, any text, through a real file."""
    program = synalinks.Sequential(
        [Keeper(options, name="keeper")], description="d", name="p"
    )
    program.get_variable("notes").update({"anything": anything, "text": text})

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.json"
        program.save(path)
        loaded = synalinks.Program.load(path)
        program.save_variables(Path(folder) / "p.variables.json")
        other = synalinks.Sequential([Keeper(name="keeper")], description="d")
        other.load_variables(Path(folder) / "p.variables.json")

    assert loaded.get_state_tree() == program.get_state_tree() == other.get_state_tree()
    assert loaded.get_variable("notes").get("anything") == anything
    assert loaded.get_module("keeper").options == options
    assert loaded.to_json() == program.to_json()


# -- random programs -----------------------------------------------------------------

STEPS = [
    "identity", "not", "keeper", "generator", "lambda", "mask", "operator mask",
    "nested", "again",
]  # fmt: skip
MERGES = ["and", "or", "xor", "&", "|", "^"]


@synalinks.saving.register_synalinks_serializable(package="property")
def shout(inputs):
    return {"answer": json.dumps(inputs.get_json()).upper()}


@st.composite
def plans(draw, depth=1):
    """Return (operation, indices of operands) of nodes, and indices of outputs."""
    nodes = []
    for index in range(1, draw(st.integers(1, 6)) + 1):
        earlier = st.integers(0, index - 1)
        if draw(st.booleans()):
            step = draw(st.sampled_from(STEPS if depth else STEPS[:-2]))
            inner = draw(plans(depth - 1)) if step == "nested" else None
            nodes.append((step, [draw(earlier)], inner))
        else:
            operands = [draw(earlier), draw(earlier)]
            nodes.append((draw(st.sampled_from(MERGES)), operands, None))
    outputs = draw(st.lists(st.integers(0, len(nodes)), min_size=1, max_size=3))
    return nodes, outputs, draw(st.sampled_from(["list", "dict", "one"]))


async def program_of(plan, model, name="p"):
    """Return the program that a plan describes."""
    nodes, outputs, structure = plan
    symbols = [synalinks.Input(data_model=Query, optional=True)]
    modules = []
    for index, (kind, operands, inner) in enumerate(nodes):
        given_symbols = [symbols[operand] for operand in operands]
        symbols.append(await wired(kind, index, given_symbols, inner, model, modules))
    picked = [symbols[index] for index in outputs]
    match structure:
        case "one":
            picked = picked[0]
        case "dict":
            picked = {str(index): symbol for index, symbol in enumerate(picked)}
    return synalinks.Program(inputs=symbols[0], outputs=picked, name=name)


OPERATORS = {"&": "logical_and", "|": "logical_or", "^": "logical_xor"}
MERGING = {"and": synalinks.And, "or": synalinks.Or, "xor": synalinks.Xor}


async def wired(kind, index, symbols, inner, model, modules):
    """Return the symbol of one node."""
    name = f"{kind.split()[0]}_at_{index}"
    if kind in OPERATORS:
        return apply(OPERATORS[kind], *symbols)
    if kind in MERGING:
        return await MERGING[kind](name=name)(symbols)
    (x,) = symbols
    if kind == "operator mask":
        return x.out_mask(mask=["nothing"])
    if kind == "nested":
        # What is inside takes a query; other symbols are made into one.
        query = synalinks.Lambda(as_query, data_model=Query, name=f"query_{index}")
        program = await program_of(inner, model, name=name)
        return first_leaf(await program(await query(x)))
    if kind != "again" or not modules:
        modules.append(module_of(kind, name, model))
    return await modules[0 if kind == "again" else -1](x)


def module_of(kind, name, model):
    make = {
        "identity": synalinks.Identity,
        "not": synalinks.Not,
        "keeper": Keeper,
        "generator": functools.partial(
            synalinks.Generator, data_model=Answer, language_model=model
        ),
        "lambda": functools.partial(synalinks.Lambda, shout, data_model=Answer),
        "mask": functools.partial(synalinks.InMask, pattern="."),
        "again": synalinks.Identity,
    }
    return make[kind](name=name)


def first_leaf(outputs):
    while isinstance(outputs, (tuple, dict)):
        parts = outputs.values() if isinstance(outputs, dict) else outputs
        outputs = next(iter(parts))
    return outputs


@synalinks.saving.register_synalinks_serializable(package="property")
def as_query(inputs):
    return {"query": json.dumps(inputs.get_json())}


def flat(outputs):
    """Return the outputs of a program as a list; or their schemas."""
    if isinstance(outputs, dict) and "properties" not in outputs:
        return list(outputs.values())
    return outputs if isinstance(outputs, list) else [outputs]


def leaves(outputs):
    return [output and output.get_json() for output in flat(outputs)]


@few
@given(plans())
def test_a_random_program_is_the_same_after_saving(plan):
    """Form, variables, paths, sharing, and what it answers."""
    synalinks.clear_session()
    program = run(program_of(plan, embedded()))
    for number, variable in enumerate(program.variables):
        variable.update({"nb_visit": number})

    with tempfile.TemporaryDirectory() as folder:
        program.save(Path(folder) / "p.json")
        loaded = synalinks.Program.load(Path(folder) / "p.json")

    assert loaded.to_json() == program.to_json()
    assert loaded.get_state_tree() == program.get_state_tree()
    assert len(loaded.language_models) == len(program.language_models)
    for inputs in (QUERY, None):
        assert leaves(run(loaded(inputs))) == leaves(run(program(inputs)))


@few
@given(plans())
def test_what_comes_out_of_a_random_program_was_promised(plan):
    """Wiring tells every field that may come out, and values fit their schemas."""
    synalinks.clear_session()
    program = run(program_of(plan, embedded()))

    outputs = run(program(QUERY))

    for output, schema in zip(flat(outputs), flat(program.output_schema), strict=True):
        if output is not None:
            Draft202012Validator(output.get_schema()).validate(output.get_json())
            assert output.keys() <= schema["properties"].keys()


@few
@given(plans())
def test_paths_in_a_random_program_are_unique_and_stable(plan):
    """Building, running, and being a part of another program change none."""
    synalinks.clear_session()
    program = run(program_of(plan, embedded()))
    before = [path for path, _ in program.named_variables()]
    assert len(set(before)) == len(before) == len(program.variables)
    assert all(not path.startswith("p/") for path in before)

    async def use():
        await program(QUERY)
        x = synalinks.Input(data_model=Query)
        outputs = await program(x)
        return synalinks.Program(inputs=x, outputs=outputs)

    outer = run(use())

    assert [path for path, _ in program.named_variables()] == before
    assert [path for path, _ in outer.named_variables()] == [f"p/{p}" for p in before]


@given(plans(), st.randoms(use_true_random=False))
def test_the_order_in_which_calls_end_changes_no_output(plan, random):
    """Answers that come early or late give the same outputs."""
    synalinks.clear_session()
    from synalinks.testing import ScriptedTransport

    async def answer(request):
        for _ in range(random.randint(0, 5)):
            await asyncio.sleep(0)
        return {"answer": request.messages[-1]["content"]}

    def model():
        return synalinks.LanguageModel("openai/x", transport=ScriptedTransport(answer))

    async def outputs(n):
        program = await program_of(plan, model(), name=f"p{n}")
        return leaves(await program(QUERY))

    assert run(outputs(0)) == run(outputs(1))


# -- damage --------------------------------------------------------------------------


@functools.cache
def saved_texts():
    """Return the texts of a program file and of a variables file."""
    program = saved_program()
    program.compile(optimizer="random_few_shot", reward="exact_match")
    with tempfile.TemporaryDirectory() as folder:
        program.save(Path(folder) / "p.json")
        program.save_variables(Path(folder) / "p.variables.json")
        return tuple(
            (Path(folder) / name).read_text() for name in ("p.json", "p.variables.json")
        )


def saved_program():
    async def make():
        x = synalinks.Input(data_model=Query, name="x")
        thought = await synalinks.ChainOfThought(
            data_model=Answer,
            language_model=embedded(name="lm"),
            examples=[({"query": "q"}, {"thinking": "t", "answer": "a"})],
            name="cot",
        )(x)
        kept = await Keeper({"a": 1}, name="keeper")(thought)
        return synalinks.Program(
            inputs=x, outputs=[kept, (x & thought) | kept], name="p", description="d"
        )

    return run(make())


def with_module_as_number():
    """Return a program file whose optimizer has a module where a number belongs."""
    document = json.loads(saved_texts()[0])
    module = document["config"]["modules"][2]
    document["compile_config"]["optimizer"]["config"]["population_size"] = module
    return json.dumps(document)


def places(part, path=()):
    yield path
    items = part.items() if isinstance(part, dict) else ()
    items = enumerate(part) if isinstance(part, list) else items
    for key, value in items:
        yield from places(value, (*path, key))


@st.composite
def damaged(draw, index):
    """Return a saved file with one to three values replaced, removed or added."""
    document = json.loads(saved_texts()[index])
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from(list(places(document))))
        if not path:
            continue
        *parents, last = path
        part = functools.reduce(lambda inner, step: inner[step], parents, document)
        match draw(st.sampled_from(["replace", "remove", "add", "move"])):
            case "replace":
                part[last] = draw(json_values)
            case "remove":
                del part[last]
            case "add" if isinstance(part, dict):
                part[draw(st.sampled_from(KEYS))] = draw(json_values)
            case _:
                elsewhere = draw(st.sampled_from(list(places(document))))
                value = functools.reduce(
                    lambda inner, step: inner[step], elsewhere, document
                )
                part[last] = copy.deepcopy(value)
    return json.dumps(document)


@many
@given(damaged(0))
@example(text="{}")
@example(text=with_module_as_number())
def test_a_damaged_program_is_loaded_or_told(text):
    """No other errors come out, whatever was done to the file."""
    with tempfile.TemporaryDirectory() as folder, quiet():
        path = Path(folder) / "p.json"
        path.write_text(text)
        with contextlib.suppress(SavingError, ConfigurationError):
            loaded = synalinks.Program.load(path)
            assert isinstance(loaded, synalinks.Program)
            loaded.to_json()
        with contextlib.suppress(SavingError, ConfigurationError):
            program_from_json(text)


@many
@given(damaged(1))
def test_damaged_variables_change_a_program_wholly_or_not_at_all(text):
    """An error leaves the program as it was."""
    program = saved_program()
    before = program.get_state_tree()

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "p.variables.json"
        path.write_text(text)
        try:
            program.load_variables(path)
        except (SavingError, ConfigurationError):
            assert program.get_state_tree() == before


@given(st.integers(0, 10**6), st.binary(max_size=8), st.sampled_from([0, 1]))
def test_damaged_bytes_are_loaded_or_told(position, content, index):
    """Anywhere in a file."""
    data = saved_texts()[index].encode()
    position %= len(data)
    broken = data[:position] + content + data[position + len(content) :]
    program = saved_program()
    before = program.get_state_tree()

    with tempfile.TemporaryDirectory() as folder, quiet():
        path = Path(folder) / ("p.json", "p.variables.json")[index]
        path.write_bytes(broken)
        try:
            program.load_variables(path) if index else synalinks.Program.load(path)
        except (SavingError, ConfigurationError):
            assert program.get_state_tree() == before


@given(st.data())
def test_missing_and_unknown_paths_are_named(data):
    """Every path that is not on both sides is in the message."""
    names = st.lists(st.sampled_from("abcdef"), unique=True, min_size=1)
    ours, theirs = data.draw(names), data.draw(names)
    assume(set(ours) != set(theirs))

    def program(of_names):
        return synalinks.Sequential(
            [Keeper(name=name) for name in of_names], description="d"
        )

    mine = program(ours)
    before = mine.get_state_tree()
    try:
        mine.set_state_tree(program(theirs).get_state_tree())
    except StateMismatchError as error:
        message = str(error)
    missing, _, unknown = message.partition("Unknown to the program")

    assert mine.get_state_tree() == before
    assert all(f"'{name}/notes'" in missing for name in set(ours) - set(theirs))
    assert all(f"'{name}'" in unknown for name in set(theirs) - set(ours))
