"""Mistakes that can be known before the first paid call are told before it.

One table: each row makes one mistake on the way from data models to a running program,
against a server that counts what it is asked. The error says what was received, what
was expected, and what to do.
"""

import json

import pytest

import synalinks
from synalinks.errors import SynalinksError
from synalinks.programs import program_from_json
from synalinks.testing import ChatServer
from tests.builders import QUERY, Answer, Query, run

pytestmark = pytest.mark.integration


class Tree(synalinks.DataModel):
    """A tree, which some providers cannot be asked for."""

    label: str
    children: list["Tree"]


class Anything(synalinks.DataModel):
    """A field that may be anything."""

    answer: dict


class World:
    """What the rows make their mistakes with: a model that counts its calls."""

    def __init__(self, server, folder):
        self.folder = folder
        self.model = synalinks.LanguageModel("openai/x", api_base=server.url)

    def generator(self, **options):
        options = {"data_model": Answer, "language_model": self.model, **options}
        return synalinks.Generator(**options)

    async def program(self, **options):
        inputs = synalinks.Input(data_model=Query)
        outputs = await self.generator(**options)(inputs)
        return synalinks.Program(inputs=inputs, outputs=outputs)

    def run_program(self, **options):
        """Make a program and evaluate it."""

        async def evaluate():
            program = await self.program(**options)
            program.compile(reward="exact_match")
            await program.evaluate([QUERY], [Answer(answer="a")], verbose=0)
            await self.model.aclose()

        run(evaluate())

    def edited(self, edit):
        """Save a program, edit the file by hand, and load it."""
        document = json.loads(run(self.program(name="g")).to_json())
        edit(document)
        program_from_json(json.dumps(document), trust_endpoints=True)


ROWS = {}


def row(*expected):
    """Add a mistake to the table, with parts of what the user must be told."""

    def add(mistake):
        ROWS[mistake.__name__.replace("_", " ")] = (mistake, expected)
        return mistake

    return add


# -- modules and models ----------------------------------------------------------------


@row("has no language model", "Pass `language_model=", "set_default_language_model")
def a_module_without_a_model(world):
    world.run_program(language_model=None)


@row("'gpt-4o'", "'provider/name'", "openai")
def a_model_without_a_provider(world):
    world.run_program(language_model="gpt-4o")


@row("opneai", "Did you mean", "openai")
def an_unknown_provider(world):
    world.run_program(language_model="opneai/gpt-4o")


@row("received: 3", "`LanguageModel`", "openai/gpt-4o-mini")
def a_model_that_is_none(world):
    world.run_program(language_model=3)


@row("received: 'foo'", "'provider/name'", "LanguageModel")
def a_default_model_without_a_provider(world):
    synalinks.set_default_language_model("foo")


@row("received: 'hot'", "a number of 0 or more, such as 0.7", "`temperature`")
def a_temperature_of_another_type(world):
    world.run_program(temperature="hot")


@row("received: -5", "a whole number of 1 or more")
def fewer_tokens_than_none(world):
    world.run_program(max_tokens=-5)


@row("received: 7", "a number from 0 to 1")
def a_share_above_one(world):
    world.run_program(top_p=7)


@row("'very high'", "'minimal', 'low', 'medium'")
def an_unknown_effort(world):
    world.run_program(reasoning_effort="very high")


@row("received: 1.5", "a whole number", "openai/x")
def a_seed_that_is_no_integer(world):
    synalinks.LanguageModel("openai/x", seed=1.5)


@row("unexpected keyword argument 'temprature'")
def an_unknown_option(world):
    world.run_program(temprature=0.5)


@row("received: ['Be brief.']", "is a text")
def instructions_in_a_list(world):
    world.run_program(instructions=["Be brief."])


@row("no Jinja2", "line 1")
def a_malformed_template(world):
    world.run_program(prompt_template="{% if %}")


@row("['question']", "which nothing defines", "Add yours to `prompt_variables`")
def a_template_of_unknown_variables(world):
    world.run_program(prompt_template="{{ question }}")


@row("Received: {'label': 'b'}", "expected the keys `answer`", "examples[0]")
def examples_of_other_outputs(world):
    world.run_program(examples=[({"query": "a"}, {"label": "b"})])


@row("Received: {'text': 'a'}", "expected the keys `query`", "examples[0]")
def examples_of_other_inputs(world):
    world.run_program(examples=[({"text": "a"}, {"answer": "b"})])


@row("received: {'inputs': 'a'}", "pairs (inputs, outputs)")
def examples_that_are_no_pairs(world):
    world.run_program(examples={"inputs": "a"})


@row("received: [3]", "one module per label")
def branches_that_are_no_modules(world):
    synalinks.Branch(question="Is it?", labels=["yes", "no"], branches=[3])


@row("received: ['yes']", "two or more different texts")
def one_label(world):
    synalinks.Decision(question="Is it?", labels=["yes"])


@row("needs the `data_model` or `schema` of what it returns")
def a_function_without_a_schema(world):
    synalinks.Lambda(len)


@row("received: 3", "takes a function")
def a_lambda_of_no_function(world):
    synalinks.Lambda(3, data_model=Answer)


# -- schemas ---------------------------------------------------------------------------


@row("received both", "`schema` or `data_model`")
def a_schema_and_a_data_model(world):
    world.run_program(schema=Answer.get_schema())


@row("received: 3", "a `synalinks.DataModel` class")
def a_data_model_that_is_none(world):
    world.run_program(data_model=3)


@row("JSON schema of an object", "{'type': 'string'}")
def a_schema_of_no_object(world):
    world.run_program(data_model=None, schema={"type": "string"})


@row("Malformed JSON schema", "properties")
def a_malformed_schema(world):
    schema = {"type": "object", "properties": {"answer": {"type": "strnig"}}}
    world.run_program(data_model=None, schema=schema)


@row("refers to nothing", "#/$defs/Gone")
def a_schema_with_a_loose_end(world):
    schema = {"type": "object", "properties": {"a": {"$ref": "#/$defs/Gone"}}}
    world.run_program(data_model=None, schema=schema)


# -- graphs ----------------------------------------------------------------------------


@row("An `await` is missing", "outputs = await module(inputs)")
def a_forgotten_await(world):
    inputs = synalinks.Input(data_model=Query)
    synalinks.Program(inputs=inputs, outputs=world.generator()(inputs))


@row("received: <class", "inputs = synalinks.Input(data_model=Query)")
def a_class_in_place_of_an_input(world):
    inputs = synalinks.Input(data_model=Query)
    outputs = run(world.generator()(inputs))
    synalinks.Program(inputs=Query, outputs=outputs)


@row("received: {'query': 'x'}", "`Query(**fields)`")
def a_dict_in_place_of_a_data_model(world):
    run(run(world.program())({"query": "x"}))


@row("missing: ['query']", "received: JsonDataModel({'answer': 'a'})")
def inputs_of_another_schema(world):
    run(run(world.program())(Answer(answer="a")))


@row("depend on `other`", "Pass it in `inputs`")
def outputs_of_another_graph(world):
    other = synalinks.Input(data_model=Query, name="other")
    outputs = run(world.generator()(other))
    synalinks.Program(inputs=synalinks.Input(data_model=Query), outputs=outputs)


@row("Two modules of the graph are named `same`", "pass another `name=`")
def two_modules_of_one_name(world):
    async def make():
        inputs = synalinks.Input(data_model=Query)
        first = await world.generator(name="same")(inputs)
        outputs = await world.generator(name="same")(first)
        synalinks.Program(inputs=inputs, outputs=outputs)

    run(make())


@row("The graph has a cycle: `first` → ", "`first`")
def a_graph_with_a_cycle(world):
    async def make():
        inputs = synalinks.Input(data_model=Query)
        first = await world.generator(name="first")(inputs)
        outputs = await synalinks.Identity(name="second")(first)
        first.origin.node.args = (outputs,)
        synalinks.Program(inputs=inputs, outputs=first)

    run(make())


@row("must call `super().__init__(...)`", "`Forgetful`")
def a_subclass_without_super_init(world):
    class Forgetful(synalinks.Program):
        def __init__(self):
            self.generator = world.generator()

        async def call(self, inputs):
            return await self.generator(inputs)

    run(Forgetful()(QUERY))


@row("`Plain.call` is no `async def`", "Write `async def call(...)`")
def a_call_without_async(world):
    class Plain(synalinks.Module):
        def call(self, inputs):
            return inputs

    run(Plain()(synalinks.Input(data_model=Query)))


@row("nothing to run", "pass `inputs` and `outputs`, or override")
def a_program_of_nothing(world):
    run(synalinks.Program()(QUERY))


# -- compile ---------------------------------------------------------------------------


@row("There is no reward named 'exact_mach'", "Did you mean `exact_match`?", "Known")
def an_unknown_reward(world):
    run(world.program()).compile(reward="exact_mach")


@row("There is no optimizer named 'random_few_shots'", "Did you mean `random_few_shot`")
def an_unknown_optimizer(world):
    run(world.program()).compile(optimizer="random_few_shots", reward="exact_match")


@row("There is no metric named 'acuracy'", "Did you mean `accuracy`?")
def an_unknown_metric(world):
    run(world.program()).compile(reward="exact_match", metrics=["acuracy"])


@row("rewards for 2 outputs", "the program has one output", "`ComposableReward(")
def a_list_of_rewards(world):
    run(world.program()).compile(reward=["exact_match", "exact_match"])


@row("cannot be called with `y_true, y_pred`")
def a_reward_function_of_one_argument(world):
    run(world.program()).compile(reward=lambda y_pred: 1.0)


# -- files -----------------------------------------------------------------------------


@row("There is no file", "p.json", "looked in")
def a_missing_file(world):
    synalinks.Program.load(world.folder / "p.json")


@row("ends in `.json`", "received: 'p.yaml'")
def a_file_of_another_kind(world):
    synalinks.Program.load("p.yaml")


@row("no complete JSON document", "restore it from a copy")
def a_truncated_file(world):
    path = world.folder / "p.json"
    run(world.program()).save(path)
    path.write_text(path.read_text()[:200])
    synalinks.Program.load(path)


@row("not a file that synalinks wrote", "expected an object with `class_name`")
def a_foreign_file(world):
    path = world.folder / "p.json"
    path.write_text('{"hello": "world"}', encoding="utf-8")
    synalinks.Program.load(path)


@row("says where calls go", "`trust_endpoints=True`", "models={'openai/x'")
def a_file_with_an_address(world):
    run(world.program()).save(world.folder / "p.json")
    synalinks.Program.load(world.folder / "p.json")


@row("The saved graph has a cycle: `g` → `g`")
def a_file_with_a_cycle(world):
    def edit(document):
        use = document["config"]["modules"][1]["inbound_nodes"][0]
        use["args"][0]["config"]["synalinks_history"] = ["g", 0, 0]

    world.edited(edit)


@row("Two modules of the saved graph are named 'g'", "Names must be unique")
def a_file_with_two_modules_of_one_name(world):
    def edit(document):
        modules = document["config"]["modules"]
        modules.append(modules[1])

    world.edited(edit)


@row("`Generater` is not registered", "Did you mean `Generator`", "custom_objects=")
def a_file_with_an_unknown_class(world):
    def edit(document):
        form = document["config"]["modules"][1]
        form.update(class_name="Generater", registered_name=None)

    world.edited(edit)


@row("format version 99", "upgrade")
def a_file_of_a_newer_release(world):
    world.edited(lambda document: document.update(format_version=99))


@pytest.mark.parametrize("name", ROWS)
def test_a_mistake_is_told_before_the_first_call(name, tmp_path, monkeypatch):
    """The server is asked nothing, and the message has every part of the row."""
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    mistake, expected = ROWS[name]

    with ChatServer({"answer": "a"}) as server:
        with pytest.raises((SynalinksError, TypeError, AttributeError)) as caught:
            mistake(World(server, tmp_path))

        assert server.requests == []
    message = str(caught.value)
    assert [part for part in expected if part not in message] == [], message


def test_a_program_without_a_mistake_asks(tmp_path, monkeypatch):
    """The program of the table reaches the server: its silence says something."""
    monkeypatch.setenv("OPENAI_API_KEY", "test")

    with ChatServer({"answer": "a"}) as server:
        World(server, tmp_path).run_program()

        assert len(server.requests) == 1


@pytest.mark.parametrize("provider", ["openai", "anthropic", "cohere", "huggingface"])
@pytest.mark.parametrize("data_model", [Tree, Anything])
def test_a_schema_beyond_a_provider_is_asked_for_in_words(provider, data_model):
    """Recursion and free fields are no mistake: the answer is checked all the same."""
    model = synalinks.LanguageModel(f"{provider}/x")

    assert synalinks.Generator(data_model=data_model, language_model=model)
