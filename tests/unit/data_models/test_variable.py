"""The state of modules."""

import asyncio
import re

import pytest

from synalinks._internal.context import bound, overlay
from synalinks.data_models import (
    DataModel,
    Field,
    Instructions,
    JsonDataModel,
    Trainable,
    Variable,
    json_of,
    schema_of,
)
from synalinks.errors import ConfigurationError
from synalinks.initializers import Empty, Initializer


class Memory(DataModel):
    """What was seen."""

    facts: list[str] = Field(default=[])
    count: int = 0


class Plan(Trainable):
    steps: list[str] = Field(default=["é"])


@pytest.fixture
def memory():
    return Variable({"facts": ["a"]}, Memory, name="memory")


def test_fresh_instructions():
    """A variable has the fields and order that saved files have."""
    variable = Variable(
        {
            "instructions": "Do it.",
            "examples": [{"inputs": {"query": "x"}, "outputs": {"answer": "y"}}],
        },
        Instructions,
    )

    assert list(variable.items()) == [
        ("examples", [{"inputs": {"query": "x"}, "outputs": {"answer": "y"}}]),
        ("current_predictions", []),
        ("predictions", []),
        ("seed_candidates", []),
        ("candidates", []),
        ("best_candidates", []),
        ("history", []),
        ("nb_visit", 0),
        ("cumulative_reward", 0.0),
        ("instructions", "Do it."),
    ]


@pytest.mark.parametrize(
    ("initializer", "data_model"),
    [
        (None, Memory),
        (None, Memory()),
        (None, Memory().to_json_data_model()),
        (None, Memory.to_symbolic_data_model()),
        (Empty(data_model=Memory), None),
        (Empty(schema=Memory.get_schema()), None),
        (Empty(), Memory),
        (Empty, Memory),
        (Memory(), None),
        (Memory().to_json_data_model(), None),
        ({"facts": []}, Memory),
        (lambda: {"count": 0}, Memory),
        (Initializer(json={"facts": []}), Memory),
    ],
)
def test_every_source_of_a_first_value(initializer, data_model):
    """Schema and value come from the initializer and the data model together."""
    variable = Variable(initializer, data_model)

    assert variable.get_json() == {"facts": [], "count": 0}
    assert variable.get_schema() == Memory.get_schema()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "A variable needs a schema: pass a `data_model`, or an `initializer`"),
        (({"a": 1},), "A variable needs a schema"),
        ((Initializer(json={}),), "A variable needs a schema"),
        ((5, Memory), "`initializer` expected a dict, or an object that returns one"),
        ((list, Memory), "when it is called, received []."),
        ((None, Instructions), "`instructions` of `Instructions` has none"),
        ((None, 5), "Expected a data model"),
        (({"count": "x"}, Memory), "does not fit `Memory`: count"),
    ],
)
def test_variables_without_a_first_value_are_refused(arguments, message):
    """A variable has a schema and a valid value from the start."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        Variable(*arguments)


def test_names(memory):
    """The path is the name until the variable is placed in a program."""
    assert (memory.name, memory.path) == ("memory", "memory")
    assert memory.description == "What was seen."
    assert Variable(data_model=Memory).name.startswith("variable")
    assert Variable(data_model=Memory, description="Mine").description == "Mine"
    assert repr(memory) == "Variable('memory': {'facts': ['a'], 'count': 0})"


def test_only_what_has_bookkeeping_is_trainable(memory):
    """Other variables stay as they are, without a word."""
    plan = Variable(data_model=Plan)
    memory.trainable = True

    assert not memory.trainable
    assert plan.trainable
    assert not Variable(data_model=Plan, trainable=False).trainable
    assert Variable(data_model=Plan.to_symbolic_data_model()).trainable
    plan.trainable = False
    assert not plan.trainable


def test_learnable_fields(memory):
    """A candidate is made of the examples and of what is no bookkeeping."""
    assert Variable(data_model=Plan).learnable_fields == ("examples", "steps")
    assert memory.learnable_fields == ("facts", "count")


def test_reading_gives_copies(memory):
    """Changing what was read does not change the variable."""
    memory.get("facts").append("b")
    memory["facts"].append("b")
    memory.get_json()["facts"].append("b")
    next(iter(memory.values())).append("b")
    memory.get_schema().clear()

    assert memory.get_json() == {"facts": ["a"], "count": 0}
    assert memory.get_schema() == Memory.get_schema()


def test_reading_fields(memory):
    """Keys are those of the value; absent ones have a default or are an error."""
    assert list(memory.keys()) == ["facts", "count"]
    assert memory.get("nothing", 5) == 5
    assert "facts" in memory
    assert Memory in memory
    with pytest.raises(KeyError):
        memory["nothing"]
    with pytest.raises(TypeError):
        iter(memory)


def test_update_replaces_fields(memory):
    """Values that were read before, and the dict that is given, stay apart."""
    before = json_of(memory)
    facts = ["b"]

    memory.update({"facts": facts})
    facts.append("c")

    assert memory.get_json() == {"facts": ["b"], "count": 0}
    assert before == {"facts": ["a"], "count": 0}


@pytest.mark.parametrize(
    "value",
    [
        {"facts": ["z"], "count": 1},
        Memory(facts=["z"], count=1),
        JsonDataModel(data_model=Memory, json={"facts": ["z"], "count": 1}),
    ],
)
def test_assign_replaces_everything(memory, value):
    """Dicts and data models are taken, and copied."""
    memory.assign(value)

    assert memory.get_json() == {"facts": ["z"], "count": 1}
    assert json_of(memory) is not value


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (
            {"facts": "z"},
            "does not fit the schema of variable `memory`: facts: 'z' is not of type "
            "'array'. `update` changes some fields and keeps the others.",
        ),
        ([], "Variable `memory` expected a dict or a data model, received []."),
        (Memory, "has a value, received the class"),
    ],
)
def test_assign_refuses_what_does_not_fit(memory, value, message):
    """The variable keeps its value, and the message says what is wrong."""
    with pytest.raises(ConfigurationError, match=re.escape(message)):
        memory.assign(value)

    assert memory.get("facts") == ["a"]


def test_becomes_other_kinds(memory):
    """A JSON data model of a variable does not follow later changes."""
    value = memory.to_json_data_model()
    memory.update({"count": 5})

    assert value.get("count") == 0
    assert value.name == "memory"
    assert memory.to_json_data_model(name="m").name == "m"
    assert schema_of(memory.to_symbolic_data_model(name="s")) is schema_of(memory)


def test_texts():
    """JSON text is real JSON, with Unicode kept."""
    variable = Variable(data_model=Plan)

    assert '"steps": [\n    "é"\n  ]' in variable.prettify_json()
    assert variable.prettify_schema() == Plan.prettify_schema()


def test_overlay_hides_fields_for_reading_alone(memory):
    """Every read sees the overlay; writes go to what is stored."""
    other = Variable(data_model=Memory)

    with bound(overlay, {memory: {"count": 9}}):
        assert memory.get("count") == memory["count"] == 9
        assert memory.get_json() == {"facts": ["a"], "count": 9}
        assert list(memory.values()) == [["a"], 9]
        assert dict(memory.items())["count"] == 9
        assert "9" in memory.prettify_json()
        assert memory.to_json_data_model().get("count") == 9
        assert (memory & other).get("count") == 9
        assert other.get("count") == 0
        memory.update({"facts": []})

    assert memory.get_json() == {"facts": [], "count": 0}


async def test_overlays_of_concurrent_tasks_are_apart(memory):
    """Each task sees its own candidate."""

    async def read(count):
        with bound(overlay, {memory: {"count": count}}):
            await asyncio.sleep(0)
            return memory.get("count")

    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(read(count)) for count in range(3)]

    assert [task.result() for task in tasks] == [0, 1, 2]


def test_extend_appends_copies():
    """Appending changes this variable's list alone."""
    values = [{"inputs": {}}]
    first, second = (Variable({"instructions": "x"}, Instructions) for _ in range(2))

    first.extend("predictions", values)
    first.extend("predictions", values)
    values[0]["inputs"]["late"] = 1

    assert first.get("predictions") == [{"inputs": {}}, {"inputs": {}}]
    assert second.get("predictions") == []
