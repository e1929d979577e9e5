"""Every class that can be saved is made again from its configuration."""

import inspect

import pytest

import synalinks
from synalinks.modules import InputModule, Module, SchemaTool
from synalinks.modules._decision import _Deciding
from synalinks.modules._mcp_client import MCPTool
from synalinks.modules._merging import Merging, _Masking
from synalinks.modules._tree import ModuleTree
from synalinks.programs import program_from_json
from synalinks.programs._saved_program import SavedProgram
from synalinks.saving import (
    deserialize_synalinks_object,
    get_custom_objects,
    serialize_synalinks_object,
)
from tests.builders import Answer, Query, embedded, functional, run

EXAMPLES = [({"query": "q"}, {"answer": "a"})]
SAMPLING = {
    "temperature": 0.5,
    "max_tokens": 10,
    "top_p": 0.5,
    "top_k": 3,
    "reasoning_effort": "low",
}
NAMED = {"name": "given", "description": "Given.", "trainable": False}
PROMPT = {
    "prompt_template": "{{ instructions }} {{ who }}",
    "prompt_variables": {"who": {"name": "Ada"}},
    "examples": EXAMPLES,
    "instructions": "Do it.",
    "seed_instructions": ["Or this."],
    "use_inputs_schema": True,
    "use_outputs_schema": True,
}
QUESTION = {"question": "Which?", "labels": ["a", "b"]}
CHOOSING = {**PROMPT, "examples": [({"query": "q"}, {"choice": "a"})]}


def lm():
    return {"language_model": embedded(seed=2, name="lm")}


def two():
    return [synalinks.Identity(name="one"), synalinks.Not(name="two")]


def merging(cls):
    return [lambda: cls(), lambda: cls(**NAMED)]


def masking(cls):
    return [
        lambda: cls(mask=["a", "b"]),
        lambda: cls(["a"], "^b", recursive=False, **NAMED),
        lambda: cls(pattern="x"),
    ]


# For each class, ways to make an object of it; together they use every parameter.
CASES = {
    "Module": [Module, lambda: Module(**NAMED)],
    "InputModule": [
        lambda: InputModule(schema=Query.get_schema()),
        lambda: InputModule(
            schema=Query.get_schema(), optional=True, name="x", description="X."
        ),
    ],
    "Identity": merging(synalinks.Identity),
    "Not": merging(synalinks.Not),
    "And": merging(synalinks.And),
    "Or": merging(synalinks.Or),
    "Xor": merging(synalinks.Xor),
    "Concat": merging(synalinks.Concat),
    "InMask": masking(synalinks.InMask),
    "OutMask": masking(synalinks.OutMask),
    "Generator": [
        lambda: synalinks.Generator(),
        lambda: synalinks.Generator(
            data_model=Answer, return_inputs=True, **lm(), **SAMPLING, **NAMED, **PROMPT
        ),
        lambda: synalinks.Generator(schema=Answer.get_schema(), decision_model=None),
        lambda: synalinks.Generator(data_model=Answer, trainable_descriptions=True),
        lambda: synalinks.Generator(
            streaming=True,
            tools=[synalinks.modules.Tool(look, name="tool")],
            tool_schemas=[
                {
                    "type": "function",
                    "function": {
                        "name": "look",
                        "description": "Look.",
                        "parameters": {"type": "object", "properties": {}},
                    },
                }
            ],
        ),
    ],
    "ChainOfThought": [
        lambda: synalinks.ChainOfThought(data_model=Answer),
        lambda: synalinks.ChainOfThought(
            schema=Answer.get_schema(), **lm(), **SAMPLING, **NAMED, **PROMPT
        ),
    ],
    "ThinkingGenerator": [
        lambda: synalinks.ChainOfThought(data_model=Answer, **lm(), **PROMPT).generator,
    ],
    "Decision": [
        lambda: synalinks.Decision(**QUESTION),
        lambda: synalinks.Decision(**QUESTION, **lm(), **SAMPLING, **NAMED, **CHOOSING),
    ],
    "MultiDecision": [
        lambda: synalinks.MultiDecision(**QUESTION),
        lambda: synalinks.MultiDecision(
            **QUESTION, inline=False, **lm(), **SAMPLING, **NAMED
        ),
    ],
    "SelfCritique": [
        lambda: synalinks.SelfCritique(),
        lambda: synalinks.SelfCritique(
            return_reward=False,
            return_inputs=False,
            score_type=synalinks.Rating,
            instructions="Be strict.",
            **lm(),
            **SAMPLING,
            **NAMED,
        ),
    ],
    "Action": [
        lambda: synalinks.Action(tool=look),
        lambda: synalinks.Action(
            tool=synalinks.Tool(look, name="tool"), **lm(), **SAMPLING, **NAMED
        ),
    ],
    "FunctionCallingAgent": [
        lambda: synalinks.FunctionCallingAgent(tools=[look], streaming=True),
        lambda: synalinks.FunctionCallingAgent(tools=[look], autonomous=False),
        lambda: synalinks.FunctionCallingAgent(
            schema=Answer.get_schema(),
            tools=[look],
            return_inputs_with_trajectory=False,
        ),
        lambda: synalinks.FunctionCallingAgent(
            data_model=Answer,
            tools=[synalinks.Tool(look, name="tool")],
            instructions="Look.",
            final_instructions="Say.",
            examples=EXAMPLES,
            use_chain_of_thought=True,
            max_iterations=2,
            **lm(),
            **SAMPLING,
            **NAMED,
        ),
    ],
    "Branch": [
        lambda: synalinks.Branch(**QUESTION, branches=two()),
        lambda: synalinks.Branch(
            **QUESTION,
            branches=two(),
            inject_decision=False,
            return_decision=False,
            decision_type=synalinks.Decision,
            **lm(),
            **SAMPLING,
            **NAMED,
        ),
    ],
    "Lambda": [
        lambda: synalinks.Lambda(scream, data_model=Answer),
        lambda: synalinks.Lambda(
            scream, schema=Answer.get_schema(), **{**NAMED, "trainable": True}
        ),
    ],
    "Tool": [
        lambda: synalinks.modules.Tool(look),
        lambda: synalinks.modules.Tool(
            look, journal=True, **{**NAMED, "trainable": True}
        ),
    ],
    "Program": [
        synalinks.Program,
        lambda: run(functional()),
        lambda: run(functional(**NAMED)),
    ],
    "Sequential": [
        lambda: synalinks.Sequential(description="d"),
        lambda: synalinks.Sequential([*two()], description="d"),
        lambda: synalinks.Sequential(
            [synalinks.Input(data_model=Query, name="x"), *two()], **NAMED
        ),
    ],
}
# Only bases of others, which nobody makes objects of; and tools of a server, which are
# saved as the server's.
BASES = {ModuleTree, Merging, _Masking, _Deciding, SavedProgram, SchemaTool, MCPTool}
# Parameters that are objects of this process, or parts that `from_config` makes.
EXEMPT = {
    "Generator": {"decision_model"},
    "ThinkingGenerator": None,
    "Decision": {"min_confidence"},
    "Branch": {"threshold"},
    "MultiDecision": {"threshold"},
    "SelfCritique": {"decision_model"},
    "FunctionCallingAgent": {"workdir", "skills"},
    "Program": {"inputs", "outputs"},
}


@synalinks.saving.register_synalinks_serializable(package="every_class")
def scream(inputs):
    return {"answer": inputs["query"].upper()}


@synalinks.saving.register_synalinks_serializable(package="every_class")
async def look(city: str) -> str:
    """Look at a city.

    Args:
        city: Its name.
    """
    return city


def registered():
    """Return the classes of modules and programs that files can name."""
    homes = ("synalinks.modules>", "synalinks.programs>")
    return [
        cls
        for key, cls in get_custom_objects().items()
        if key.startswith(homes) and cls not in BASES
    ]


@pytest.mark.parametrize("cls", registered(), ids=lambda cls: cls.__name__)
def test_every_registered_class_has_a_case(cls):
    """A new class without a case fails here; bases are named as such."""
    assert cls.__name__ in CASES, f"add ways to make a `{cls.__name__}` to CASES"


@pytest.mark.parametrize("cls", registered(), ids=lambda cls: cls.__name__)
def test_the_cases_use_every_parameter(cls):
    """A new parameter without a case fails here."""
    exempt = EXEMPT.get(cls.__name__, set())
    if exempt is None:
        return
    parameters = inspect.signature(cls.__init__).parameters.values()
    used = set()
    for make in CASES[cls.__name__]:
        config = make()._arguments
        defaults = {one.name: one.default for one in parameters}
        used |= {key for key, value in config.items() if value != defaults.get(key)}
    expected = {
        one.name
        for one in parameters
        if one.name != "self" and one.kind is not one.VAR_KEYWORD
    }

    # Hooks belong to a process: they are no part of a configuration.
    unused = expected - used - exempt - {"recursive", "decision_type", "hooks"}
    assert not unused, f"no case of `{cls.__name__}` uses {sorted(unused)}"


MAKERS = [
    pytest.param(make, id=f"{name}-{index}")
    for name, makers in CASES.items()
    for index, make in enumerate(makers)
]


@pytest.mark.parametrize("make", MAKERS)
def test_a_configuration_makes_an_equal_object(make):
    """`from_config(get_config())` is the identity."""
    one = make()

    other = type(one).from_config(one.get_config())

    assert type(other) is type(one)
    assert other.get_config() == one.get_config()


@pytest.mark.parametrize("make", MAKERS)
def test_a_form_makes_an_equal_object(make):
    """So is deserialising what was serialised, name and trainability included."""
    one = make()

    other = deserialize_synalinks_object(serialize_synalinks_object(one))

    assert type(other) is type(one)
    assert serialize_synalinks_object(other) == serialize_synalinks_object(one)
    assert (other.name, other.description) == (one.name, one.description)
    assert other.trainable == one.trainable
    assert [path for path, _ in other.named_variables()] == [
        path for path, _ in one.named_variables()
    ]
    assert [one.get_json() for one in other.variables] == [
        one.get_json() for one in one.variables
    ]


@pytest.mark.parametrize("make", MAKERS)
def test_a_clone_is_an_equal_object(make):
    """Of an automatic name, or of the one that is asked for."""
    one = make()

    same, other = one.clone(one.name), one.clone()

    assert type(same) is type(other) is type(one)
    assert same.get_config() == one.get_config()
    assert same.name == one.name
    assert other.name != one.name or isinstance(one, synalinks.modules.Tool)


@pytest.mark.parametrize("make", MAKERS)
def test_an_object_comes_back_inside_a_program(make):
    """As a module of a saved program."""
    part = make()
    program = synalinks.Sequential([part], description="d")

    assert program_from_json(program.to_json()).to_json() == program.to_json()
