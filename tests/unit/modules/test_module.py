"""`Module`: its lifecycle, its calls, its configuration."""

import asyncio
import re

import pytest

import synalinks
from synalinks._internal import context
from synalinks.errors import ConfigurationError, ModuleError, OutputSchemaError
from synalinks.testing import ScriptedTransport
from tests.builders import QUERY, Answer, Query, field_names, run, scripted


@pytest.fixture(autouse=True)
def _fresh_names():
    synalinks.clear_session()


class Tagger(synalinks.Module):
    """Add a tag.

    This line is not part of the description.
    """

    def __init__(self, tag="x", **kwargs):
        super().__init__(**kwargs)
        self.tag = tag

    async def call(self, inputs):
        return Answer(answer=self.tag).to_json_data_model() & inputs


class Flagged(synalinks.Module):
    """Note the training flag."""

    async def call(self, inputs, training=False):
        self.seen = training
        return inputs


class FlaggedByDefault(Flagged):
    """Train unless told otherwise."""

    async def call(self, inputs, training=True):
        return await super().call(inputs, training)


class Outer(synalinks.Module):
    """Call another module."""

    def __init__(self, inner, **kwargs):
        super().__init__(**kwargs)
        self.inner = inner

    async def call(self, inputs, training=False):
        return await self.inner(inputs)


class Builder(synalinks.Module):
    """Count the builds."""

    def __init__(self, fails=0, **kwargs):
        super().__init__(**kwargs)
        self.built_with = []
        self.fails = fails

    async def build(self, inputs):
        await asyncio.sleep(0)
        if self.fails:
            self.fails -= 1
            raise ValueError("not yet")
        self.built_with.append(inputs)
        self.add_variable(data_model=synalinks.Trainable, name="memory")

    async def call(self, inputs):
        return inputs


class TestNames:
    """Names and descriptions."""

    def test_automatic_names_count_up(self):
        """The class name in snake case, with a number from the second on."""
        assert [Tagger().name for _ in range(3)] == ["tagger", "tagger_1", "tagger_2"]
        assert synalinks.ChainOfThought(data_model=Answer).name == "chain_of_thought"

    def test_a_name_is_kept(self):
        """A name given is the name and the path."""
        module = Tagger(name="mine")

        assert (module.name, module.path) == ("mine", "mine")

    @pytest.mark.parametrize("name", ["a/b", "", 3, ["a"]])
    def test_a_name_that_cannot_be_part_of_a_path_is_refused(self, name):
        """A name is a text without `/`."""
        with pytest.raises(ConfigurationError, match="name of a `Tagger` is a text"):
            Tagger(name=name)

    def test_the_description_is_the_first_line_of_the_docstring(self):
        """Unless one is given; a class without docstring describes itself by name."""

        class Bare(Tagger):
            pass

        assert Tagger().description == "Add a tag."
        assert Tagger(description="Mine.").description == "Mine."
        assert Bare().description == "Bare"

    def test_unknown_arguments_are_refused(self):
        """The message names them, and a near one that exists."""
        message = "`Tagger` got unknown arguments: `descripton`. Did you mean `descr"
        with pytest.raises(ConfigurationError, match=re.escape(message)):
            Tagger(descripton="x")
        with pytest.raises(ConfigurationError, match=r"arguments: `foo`\.$"):
            synalinks.Identity(foo=1)

    def test_the_representation_tells_class_name_and_state(self):
        """A module shows what it is."""
        assert repr(Tagger()) == "<Tagger name='tagger' built=False>"


class TestCall:
    """Calling a module."""

    @pytest.mark.parametrize(
        "inputs",
        [QUERY, QUERY.to_json_data_model(), [QUERY, None], {"a": QUERY}],
        ids=["data model", "json data model", "list", "dict"],
    )
    async def test_values_arrive_as_json_data_models(self, inputs):
        """Whatever kind of data model is given, `call` sees `JsonDataModel`s."""
        result = await Flagged()(inputs)

        leaf = result[0] if isinstance(result, list) else result
        leaf = leaf["a"] if isinstance(leaf, dict) else leaf
        assert isinstance(leaf, synalinks.JsonDataModel)
        assert leaf.get_json() == {"query": "What is it?"}

    async def test_a_variable_arrives_as_its_value(self):
        """A variable is a data model as well."""
        variable = synalinks.Variable({"query": "q"}, Query)

        assert (await Flagged()(variable)).get_json() == {"query": "q"}

    @pytest.mark.parametrize("inputs", ["text", 3, {"query"}, object])
    async def test_what_is_no_data_model_is_refused(self, inputs):
        """Positional arguments are data models; the message says what came."""
        with pytest.raises(ConfigurationError, match="`flagged` takes data models as"):
            await Flagged()(inputs)

    async def test_keyword_arguments_reach_the_call(self):
        """Options are passed by keyword, of whatever type."""

        class Optional(synalinks.Module):
            async def call(self, inputs, option=None):
                return Answer(answer=str(option)).to_json_data_model()

        assert (await Optional()(QUERY, option=3)).get("answer") == "3"

    async def test_a_module_without_call_says_so(self):
        """The message names the class."""
        with pytest.raises(ModuleError, match="`Module` does not override `async def"):
            await synalinks.Module()(QUERY)

    @pytest.mark.parametrize(
        ("module", "outer", "explicit", "expected"),
        [
            pytest.param(Flagged, None, None, False, id="default"),
            pytest.param(FlaggedByDefault, None, None, True, id="default of signature"),
            pytest.param(Flagged, True, None, True, id="outer call"),
            pytest.param(FlaggedByDefault, False, None, False, id="outer over default"),
            pytest.param(Flagged, True, False, False, id="explicit over outer"),
            pytest.param(FlaggedByDefault, None, False, False, id="explicit"),
        ],
    )
    async def test_the_training_flag(self, module, outer, explicit, expected):
        """What is said wins over the outer call, that over the signature's default."""
        inner = module()
        if outer is None:
            await inner(QUERY, training=explicit)
        else:

            class Caller(synalinks.Module):
                async def call(self, inputs, training=False):
                    return await inner(inputs, training=explicit)

            await Caller()(QUERY, training=outer)

        assert inner.seen is expected

    async def test_the_training_flag_passes_through_modules_that_ignore_it(self):
        """A module without the argument hands the flag on to its parts."""

        class Blind(synalinks.Module):
            async def call(self, inputs):
                return await inner(inputs)

        inner = Flagged()

        await Blind()(QUERY, training=True)

        assert inner.seen is True

    async def test_the_context_is_that_of_the_innermost_call(self):
        """During a call the path is known; afterwards it is as before."""

        class Where(synalinks.Module):
            async def call(self, inputs):
                return Answer(answer=context.call.get().path).to_json_data_model()

        outer = Outer(Where(name="inner"), name="outer")

        assert (await outer(QUERY)).get("answer") == "outer/inner"
        assert context.call.get() is None

    async def test_the_context_is_restored_after_an_error(self):
        """A failed call leaves no trace."""
        with pytest.raises(ModuleError):
            await Outer(synalinks.Module())(QUERY)
        assert context.call.get() is None


class TestSymbols:
    """Calling a module on what has no value yet."""

    async def test_nothing_runs(self):
        """The result is a symbol with the schema that `call` would give."""
        symbol = await Tagger()(Query)

        assert isinstance(symbol, synalinks.SymbolicDataModel)
        assert field_names(symbol) == ["answer", "query"]

    async def test_a_call_that_needs_values_says_what_to_override(self):
        """The error names the module, its cause, and `compute_output_spec`."""

        class Needy(synalinks.Module):
            async def call(self, inputs):
                return inputs.get_json()["query"]

        with pytest.raises(
            OutputSchemaError, match=r"`needy` cannot be told: .*compute_"
        ):
            await Needy()(Query)

    @pytest.mark.parametrize("error", [IndexError, ZeroDivisionError, AssertionError])
    async def test_any_usual_error_on_symbols_is_explained(self, error):
        """Not only missing values stop a call on symbols."""

        class Failing(synalinks.Module):
            async def call(self, inputs):
                raise error

        with pytest.raises(OutputSchemaError, match=error.__name__):
            await Failing()(Query)

    async def test_an_output_that_is_no_data_model_is_refused(self):
        """`compute_output_spec` returns symbols."""

        class Wrong(synalinks.Module):
            async def compute_output_spec(self, inputs):
                return "text"

        with pytest.raises(OutputSchemaError, match="`wrong` returned 'text' for symb"):
            await Wrong()(Query)

    async def test_structures_of_outputs_keep_their_form(self):
        """Lists, tuples, dicts and None come back as they are, with symbols inside."""

        class Split(synalinks.Module):
            async def call(self, inputs):
                return [inputs, {"deep": (inputs, None)}]

        first, second = await Split()(Query)

        assert first.origin.index == 0
        assert second["deep"][0].origin.index == (1, "deep", 0)
        assert second["deep"][1] is None

    async def test_training_is_recorded_only_where_it_was_said(self):
        """A node runs with the flag of its program, unless the user fixed it."""
        module = Flagged()

        free = await module(Query)
        fixed = await module(Query, training=True)

        assert free.origin.node.kwargs == {}
        assert fixed.origin.node.kwargs == {"training": True}

    async def test_a_symbol_among_the_keywords_makes_a_node(self):
        """Keyword arguments may be symbolic too."""

        class Two(synalinks.Module):
            async def call(self, inputs, context=None):
                return inputs & context

        symbol = await Two()(QUERY, context=Answer.to_symbolic_data_model())

        assert field_names(symbol) == ["query", "answer"]


class TestBuild:
    """Building happens once, before the first call."""

    async def test_concurrent_first_calls_build_once(self):
        """All of them wait for one build."""
        module = Builder()

        async with asyncio.TaskGroup() as group:
            for _ in range(20):
                group.create_task(module(QUERY))

        assert len(module.built_with) == 1
        assert len(module.variables) == 1
        assert module.built

    def test_a_failed_build_can_be_tried_again_in_another_loop(self):
        """Nothing of the first event loop is left behind."""
        module = Builder(fails=3)

        async def call_often():
            async with asyncio.TaskGroup() as group:
                for _ in range(3):
                    group.create_task(module(QUERY))

        with pytest.raises(ExceptionGroup):
            run(call_often())
        assert not module.built
        module.fails = 0
        run(call_often())

        assert module.built
        assert len(module.built_with) == 1

    async def test_build_gets_what_the_module_was_called_with(self):
        """One argument as it is, several as a list."""
        one, several = Builder(), Builder()

        class Two(Builder):
            async def call(self, first, second):
                return first & second

        several = Two()
        await one(QUERY)
        await several(QUERY, Answer(answer="a"))

        assert one.built_with[0].get_json() == {"query": "What is it?"}
        assert [part.keys() for part in several.built_with[0]] == [
            {"query"},
            {"answer"},
        ]

    async def test_variables_cannot_be_added_to_a_built_module(self):
        """State is made in `__init__` or `build`."""
        module = Flagged()
        await module(QUERY)

        with pytest.raises(ModuleError, match="`flagged` is built: add variables in"):
            module.add_variable(data_model=synalinks.Trainable)

    async def test_the_build_config_holds_the_schemas(self):
        """None before the first call, then the schemas in their structure."""
        module = Flagged()
        assert module.get_build_config() is None

        await module([QUERY, {"a": Answer(answer="x"), "b": None}])

        (specs,) = module.get_build_config()["inputs"]
        assert specs[0] == {"schema": Query.get_schema()}
        assert specs[1] == {"a": {"schema": Answer.get_schema()}, "b": None}

    @pytest.mark.parametrize(
        "inputs",
        [QUERY, [QUERY, None], {"a": QUERY}, {"schema": QUERY}],
        ids=["one", "list", "dict", "a key named schema"],
    )
    async def test_a_module_is_built_from_its_build_config(self, inputs):
        """`build` gets symbols of the same schemas, in the same structure."""
        first, second = Builder(), Builder()
        await first(inputs)

        await second.build_from_config(first.get_build_config())

        assert second.built
        assert second.get_build_config() == first.get_build_config()

    async def test_parts_that_cannot_be_built_from_symbols_are_left(self):
        """The module is built even where `call` needs values."""

        class Needy(Builder):
            async def call(self, inputs):
                return inputs.get_json()

        first, second = Needy(), Needy()
        await first(QUERY)

        await second.build_from_config(first.get_build_config())

        assert [variable.name for variable in second.variables] == ["memory"]


class TestConfiguration:
    """`get_config`, `from_config` and `clone`."""

    def test_a_subclass_gets_its_configuration_for_nothing(self):
        """The arguments of its constructor, as they are now."""
        module = Tagger("y", name="mine", description="Mine.", trainable=True)
        module.description = "Changed."
        module.trainable = False

        config = module.get_config()

        assert config == {
            "tag": "y",
            "name": "mine",
            "description": "Changed.",
            "trainable": False,
        }
        again = Tagger.from_config(config)
        assert again.get_config() == config
        assert (again.tag, again.name, again.trainable) == ("y", "mine", False)

    def test_what_an_open_constructor_was_not_given_is_not_in_its_configuration(self):
        """It may hand arguments of its own on to `Module`."""
        assert Tagger("y").get_config() == {"tag": "y"}

    def test_a_constructor_that_takes_no_name_gets_none(self):
        """A configuration holds only what the constructor takes."""

        class Closed(synalinks.Module):
            def __init__(self, width):
                super().__init__(name="fixed", trainable=False)
                self.width = width

        config = Closed(3).get_config()

        assert config == {"width": 3}
        assert Closed.from_config(config).width == 3

    def test_positional_rest_arguments_cannot_be_saved(self):
        """They have no names, so that the class must say what its configuration is."""

        class Variadic(synalinks.Module):
            def __init__(self, *tags):
                super().__init__()

        assert Variadic().get_config() == {}
        with pytest.raises(ConfigurationError, match=r"`Variadic` was made with posit"):
            Variadic("a").get_config()

    def test_wrong_arguments_raise_the_usual_error(self):
        """Remembering the arguments does not hide Python's own message."""
        with pytest.raises(TypeError, match="missing 1 required positional argument"):
            synalinks.Lambda()

    def test_a_clone_is_unbuilt_and_has_a_name_of_its_own(self):
        """Everything but the name is the same."""
        module = synalinks.Generator(data_model=Answer, instructions="Do it.")

        clone = module.clone()
        named = module.clone("other")

        assert clone.name == "generator_1"
        assert named.name == "other"
        assert Tagger("t").clone("third").name == "third"
        assert clone.get_config() == {**module.get_config(), "name": "generator_1"}
        assert clone.state is not module.state
        assert not clone.built

    async def test_a_clone_asks_the_same_language_model(self):
        """Models keep their limits, ledgers and transports."""
        model, transport = scripted()
        module = synalinks.ChainOfThought(data_model=Answer, language_model=model)

        clone = module.clone()
        await clone(QUERY)

        assert clone.language_models == [model]
        assert len(transport.requests) == 1

    async def test_a_clone_needs_no_registration(self):
        """Functions and classes of one's own are the same in the clone."""

        class Own(Tagger):
            pass

        outer = Outer(Own("z"))
        function = synalinks.Lambda(lambda x: {"answer": x["query"]}, data_model=Answer)

        cloned = outer.clone()

        assert type(cloned.inner) is Own
        assert cloned.inner is not outer.inner
        assert cloned.inner.tag == "z"
        assert (await function.clone()(QUERY)).get("answer") == "What is it?"

    async def test_a_clone_keeps_what_its_parts_share(self):
        """A module that is used twice is used twice in the clone."""
        shared = Tagger("s")
        branch = synalinks.Branch(
            question="?",
            labels=["a", "b"],
            branches=[shared, shared],
            language_model="embedded/learner",
        )

        clone = branch.clone()

        assert clone.branches[0] is clone.branches[1]
        assert clone.branches[0] is not shared


async def test_a_transport_given_to_a_model_is_used():
    """The double that these tests stand on answers in order."""
    model = synalinks.LanguageModel(
        "openai/x", transport=ScriptedTransport([{"answer": "1"}, {"answer": "2"}])
    )
    module = synalinks.Generator(data_model=Answer, language_model=model)

    answers = [(await module(QUERY)).get("answer") for _ in range(2)]

    assert answers == ["1", "2"]


class Plain(synalinks.Module):
    """Forgets `async`."""

    def call(self, inputs):
        return inputs


class PlainBuild(synalinks.Module):
    """Forgets `async`."""

    def build(self, inputs):
        return None

    async def call(self, inputs):
        return inputs


class PlainSpec(synalinks.Module):
    """Forgets `async`."""

    async def call(self, inputs):
        return inputs

    def compute_output_spec(self, inputs):
        return inputs


@pytest.mark.parametrize(
    ("cls", "inputs", "method"),
    [
        (Plain, QUERY, "call"),
        (Plain, Query, "call"),
        (PlainBuild, QUERY, "build"),
        (PlainSpec, Query, "compute_output_spec"),
    ],
)
async def test_a_method_without_async_is_told(cls, inputs, method):
    """By its name, with what to write."""
    with pytest.raises(
        ModuleError,
        match=rf"`{cls.__name__}.{method}` is no `async def`: it returned .* at once\. "
        rf"Write `async def {method}\(...\)`",
    ):
        await cls()(inputs)


async def test_a_plain_method_may_return_what_can_be_awaited():
    """Such as the call of another module."""

    class Passing(synalinks.Module):
        def call(self, inputs):
            return synalinks.Identity()(inputs)

    assert (await Passing()(QUERY)).get_json() == QUERY.get_json()


async def test_a_part_of_a_program_can_be_a_program():
    """The symbols of a module are there to make another graph of."""
    model, transport = scripted()
    inputs = synalinks.Input(data_model=Query)
    draft = synalinks.Generator(data_model=Answer, language_model=model, name="draft")
    assert draft.input is None
    assert draft.output is None

    outputs = await synalinks.Generator(
        data_model=Answer, language_model=model, name="final"
    )(await draft(inputs))
    program = synalinks.Program(inputs=inputs, outputs=outputs)
    part = synalinks.Program(
        inputs=program.inputs, outputs=program.get_module("draft").output
    )

    assert program.get_module("final").input is draft.output
    assert (await part(QUERY)).get_json() == {"answer": "some answer"}
    assert len(transport.requests) == 1
