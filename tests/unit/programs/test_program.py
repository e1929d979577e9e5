"""`Program`: wiring, calling, parts."""

import asyncio
import re

import pytest

import synalinks
from synalinks._internal import context
from synalinks.errors import (
    ConfigurationError,
    GraphError,
    NotBuiltError,
    OutputSchemaError,
)
from synalinks.graph import Node, Origin
from tests.builders import (
    QUERY,
    Answer,
    Query,
    embedded,
    field_names,
    functional,
    run,
    scripted,
)


@pytest.fixture(autouse=True)
def _fresh_names():
    synalinks.clear_session()


class Step(synalinks.Module):
    """Note in `answer` by which steps the data came."""

    async def call(self, inputs, training=False):
        self.training = training
        if inputs is None:
            return None
        before = inputs.get_json().get("answer", "")
        return Answer(answer=f"{before}>{self.name}").to_json_data_model()

    async def compute_output_spec(self, inputs):
        return Answer.to_symbolic_data_model()


class Stateful(Step):
    """A step with a trainable variable."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.state = self.add_variable(data_model=synalinks.Trainable, name="state")


def input_of_query(name=None, **options):
    return synalinks.Input(data_model=Query, name=name, **options)


def paths(program):
    return [path for path, _ in program.named_variables()]


async def chain(*names, name="program", module=Step):
    """Return a functional program of steps in a row."""
    inputs = symbol = input_of_query()
    for step in names:
        symbol = await module(name=step)(symbol)
    return synalinks.Program(inputs=inputs, outputs=symbol, name=name)


class Wired(synalinks.Program):
    """Wire the graph when the inputs are known."""

    def __init__(self, text="wired", **kwargs):
        super().__init__(**kwargs)
        self.text = text

    async def build(self, inputs):
        outputs = await Stateful(name=self.text)(inputs)
        super().__init__(inputs=inputs, outputs=outputs, name=self.name)


class Called(synalinks.Program):
    """Run in a `call` of one's own."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.first = Stateful(name="first")
        self.second = Stateful(name="second")

    async def call(self, inputs, training=False):
        return await self.second(await self.first(inputs, training=training))


class TestFunctional:
    """Programs from symbols."""

    async def test_one_input_one_output(self):
        """Modules run in the order in which they were wired."""
        program = await chain("a", "b", "c")

        assert (await program(QUERY)).get("answer") == ">a>b>c"

    @pytest.mark.parametrize(
        "inputs",
        [QUERY, QUERY.to_json_data_model(), [QUERY], (QUERY,)],
        ids=["data model", "json data model", "list of one", "tuple of one"],
    )
    async def test_one_input_is_given_in_any_form(self, inputs):
        """As in Keras, a list of one is one."""
        program = await chain("a")

        assert (await program(inputs)).get("answer") == ">a"

    async def test_lists_of_inputs_and_outputs(self):
        """Values come and go in the order of the symbols."""
        x, y = input_of_query("x"), input_of_query("y")
        program = synalinks.Program(
            inputs=[x, y], outputs=[await Step(name="a")(x), await Step(name="b")(y)]
        )

        first, second = await program([QUERY, None])

        assert first.get("answer") == ">a"
        assert second is None
        assert [schema["title"] for schema in program.input_schema] == ["Query"] * 2
        assert [schema["title"] for schema in program.output_schema] == ["Answer"] * 2

    async def test_dicts_of_inputs_and_outputs(self):
        """Values come and go by name, in any order."""
        x, y = input_of_query("x"), synalinks.Input(data_model=Answer)
        program = synalinks.Program(
            inputs={"x": x, "y": y}, outputs={"both": x & y, "one": await Step()(y)}
        )

        outputs = await program({"y": Answer(answer="s"), "x": QUERY})

        assert outputs["both"].get_json() == {"query": "What is it?", "answer": "s"}
        assert outputs["one"].get("answer") == "s>step"
        assert program.input_schema.keys() == {"x", "y"}
        assert program.output_schema.keys() == {"both", "one"}

    async def test_an_input_may_be_an_output(self):
        """Then it comes out as it went in."""
        x = input_of_query()
        program = synalinks.Program(inputs=x, outputs=[x, await Step()(x)])

        first, _ = await program(QUERY)

        assert first.get_json() == {"query": "What is it?"}

    async def test_operators_are_nodes(self):
        """`+ & | ^ ~` and masks on symbols run on values."""
        x = input_of_query()
        a, b = await Step(name="a")(x), await Step(name="b")(x)
        program = synalinks.Program(
            inputs=x,
            outputs={
                "concat": x + a,
                "and": a & b,
                "or": ~a | b,
                "xor": a ^ b,
                "not": ~a,
                "mask": (x + a).in_mask(mask=["answer"]),
                "constant": x + Answer(answer="fixed").to_json_data_model(),
            },
        )

        outputs = await program(QUERY)

        got = {key: part and part.get_json() for key, part in outputs.items()}
        assert got == {
            "concat": {"query": "What is it?", "answer": ">a"},
            "and": {"answer": ">a", "answer_1": ">b"},
            "or": {"answer": ">b"},
            "xor": None,
            "not": None,
            "mask": {"answer": ">a"},
            "constant": {"query": "What is it?", "answer": "fixed"},
        }

    async def test_a_module_may_be_used_twice(self):
        """Its uses are different nodes, its variables the same."""
        x = input_of_query()
        module = Stateful(name="a")
        program = synalinks.Program(inputs=x, outputs=await module(await module(x)))

        assert (await program(QUERY)).get("answer") == ">a>a"
        assert paths(program) == ["a/state"]

    async def test_a_part_of_a_graph_is_a_program_too(self):
        """Two programs share the modules between the same symbols."""
        x = input_of_query()
        middle = await Stateful(name="a")(x)
        last = await Stateful(name="b")(middle)

        whole = synalinks.Program(inputs=x, outputs=last)
        part = synalinks.Program(inputs=middle, outputs=last)

        assert (await whole(QUERY)).get("answer") == ">a>b"
        assert (await part(Answer(answer="s"))).get("answer") == "s>b"
        assert whole.get_module("b") is part.get_module("b")

    async def test_independent_calls_are_in_flight_at_once(self):
        """Two generators on one input do not wait for each other."""
        in_flight, most = 0, 0
        both_are_there = asyncio.Event()

        async def answer(request):
            nonlocal in_flight, most
            in_flight += 1
            most = max(most, in_flight)
            if in_flight == 2:
                both_are_there.set()
            async with asyncio.timeout(5):
                await both_are_there.wait()
            in_flight -= 1
            return {"answer": "x"}

        model, _ = scripted(answer)
        x = input_of_query()
        outputs = [
            await synalinks.Generator(data_model=Answer, language_model=model)(x)
            for _ in range(2)
        ]
        program = synalinks.Program(inputs=x, outputs=outputs)

        await program(QUERY)

        assert most == 2

    async def test_an_error_of_one_module_stops_the_others(self):
        """The error comes out as it is, and nothing goes on behind it."""
        is_cancelled = asyncio.Event()

        class Slow(Step):
            async def call(self, inputs):
                try:
                    await asyncio.sleep(60)
                except asyncio.CancelledError:
                    is_cancelled.set()
                    raise

        class Bad(Step):
            async def call(self, inputs):
                raise ZeroDivisionError("bad")

        x = input_of_query()
        program = synalinks.Program(inputs=x, outputs=[await Slow()(x), await Bad()(x)])

        with pytest.raises(ZeroDivisionError, match="bad"):
            await program(QUERY)
        assert is_cancelled.is_set()

    async def test_training_reaches_every_module(self):
        """Unless the call that wired a module fixed its flag."""
        x = input_of_query()
        free, fixed = Step(name="free"), Step(name="fixed")
        outputs = await fixed(await free(x), training=False)
        program = synalinks.Program(inputs=x, outputs=outputs)

        await program(QUERY, training=True)

        assert (free.training, fixed.training) == (True, False)

    async def test_options_of_a_call_reach_the_modules(self):
        """Keyword arguments given when wiring are those of each run."""

        class Named(Step):
            async def call(self, inputs, tag=None):
                return Answer(answer=tag).to_json_data_model()

            async def compute_output_spec(self, inputs, tag=None):
                return Answer.to_symbolic_data_model()

        x = input_of_query()
        program = synalinks.Program(inputs=x, outputs=await Named()(x, tag="t"))

        assert (await program(QUERY)).get("answer") == "t"


class TestNone:
    """What is absent stays absent."""

    async def test_none_gives_none(self):
        """Nothing runs on nothing, not even an operator that needs both sides."""
        x = input_of_query()
        program = synalinks.Program(inputs=x, outputs=[x + await Step()(x), x])

        assert await program(None) == [None, None]

    async def test_an_optional_input_may_be_none(self):
        """Then the graph runs, and its modules see None."""
        x = input_of_query(optional=True)
        always = synalinks.Or()
        constant = Answer(answer="fallback").to_json_data_model()
        program = synalinks.Program(inputs=x, outputs=await always([x, constant]))

        assert (await program(None)).get_json() == {"answer": "fallback"}

    async def test_one_of_several_inputs_may_be_none(self):
        """Modules decide what that means."""
        x, y = input_of_query("x"), input_of_query("y")
        program = synalinks.Program(inputs=[x, y], outputs=x | y)

        assert (await program([None, QUERY])).get_json() == {"query": "What is it?"}
        assert await program([None, None]) is None

    async def test_none_passes_through_a_nested_program(self):
        """A program in a branch that is not taken gives None."""
        inner = await chain("a", "b", name="inner")
        x = input_of_query()
        program = synalinks.Program(inputs=x, outputs=[await inner(~x), x])

        output, _ = await program(QUERY)

        assert output is None


class TestSubclasses:
    """Programs that are classes."""

    async def test_a_call_of_ones_own(self):
        """Modules in attributes are parts; the path is theirs."""
        program = Called(name="mine")
        assert paths(program) == ["first/state", "second/state"]

        output = await program(QUERY, training=True)

        assert output.get("answer") == ">first>second"
        assert program.second.training is True
        assert paths(program) == ["first/state", "second/state"]
        assert program.first.state.path == "first/state"
        assert program.input_schema is None

    async def test_a_graph_that_is_wired_in_build(self):
        """`build` gets symbols, also where the first call has values."""
        program = Wired("step", name="mine")
        assert not program.built

        output = await program(QUERY)

        assert output.get("answer") == ">step"
        assert program.name == "mine"
        assert paths(program) == ["step/state"]
        assert field_names(program.outputs) == ["answer"]

    async def test_build_gets_the_structure_of_the_inputs(self):
        """Lists, dicts and None are the same, with symbols for values."""

        class Several(synalinks.Program):
            async def build(self, inputs):
                self.seen = inputs
                x, y = inputs["x"]
                super().__init__(inputs=inputs, outputs=await synalinks.Or()([x, y]))

        program = Several()

        output = await program({"x": [QUERY, Answer(answer="a")], "none": None})

        assert output.keys() == {"query", "answer"}
        assert program.seen["none"] is None

    async def test_building_costs_no_call(self):
        """The first call is one run of the graph."""
        model, transport = scripted()

        class Answering(synalinks.Program):
            async def build(self, inputs):
                outputs = await synalinks.Generator(
                    data_model=Answer, language_model=model
                )(inputs)
                super().__init__(inputs=inputs, outputs=outputs, name="named here")

        program = Answering()
        await program(QUERY)

        assert program.name == "named here"
        assert len(transport.requests) == 1

    async def test_concurrent_first_calls_wire_one_graph(self):
        """However many samples come at once."""
        program = Wired()

        async with asyncio.TaskGroup() as group:
            calls = [group.create_task(program(QUERY)) for _ in range(10)]

        assert len(program.variables) == 1
        assert {call.result().get("answer") for call in calls} == {">wired"}

    async def test_a_wired_program_in_a_graph_is_a_module(self):
        """Symbols of the outer graph do not get into the inner one."""
        inner = Wired("deep", name="inner")
        x = input_of_query()
        outputs = await inner(await Stateful(name="outer")(x))
        program = synalinks.Program(inputs=x, outputs=outputs)

        assert (await program(QUERY)).get("answer") == ">outer>deep"
        assert paths(program) == ["outer/state", "inner/deep/state"]
        assert [type(one).__name__ for one in inner.modules] == [
            "InputModule",
            "Stateful",
        ]

    async def test_a_program_with_nothing_to_run_says_so(self):
        """The message says what is missing."""
        with pytest.raises(
            NotBuiltError, match="`empty` has nothing to run: pass `inp"
        ):
            await synalinks.Program(name="empty")(QUERY)

    async def test_a_call_that_needs_values_cannot_be_wired(self):
        """Its output schema cannot be told."""

        class Needy(synalinks.Program):
            async def call(self, inputs):
                return inputs.get_json()

        with pytest.raises(OutputSchemaError, match="`needy` cannot be told"):
            await Needy()(Query)


class TestNesting:
    """Programs in programs."""

    async def test_paths_are_unique_and_stable_two_levels_deep(self):
        """The root's own name is in no path, those of inner programs are."""
        innermost = await chain("a", name="innermost", module=Stateful)
        x = input_of_query()
        inner = synalinks.Program(
            inputs=x,
            outputs=await Stateful(name="a")(await innermost(x)),
            name="inner",
        )
        y = input_of_query()
        outer = synalinks.Program(
            inputs=y, outputs=await Stateful(name="a")(await inner(y)), name="outer"
        )
        expected = ["inner/innermost/a/state", "inner/a/state", "a/state"]

        assert paths(outer) == expected
        assert [one.path for one in outer.variables] == expected
        assert (await outer(QUERY)).get("answer") == ">a>a>a"
        assert paths(outer) == expected

    async def test_an_inner_program_looked_at_by_itself_is_a_root(self):
        """What it saves does not depend on where it is used."""
        inner = await chain("a", name="inner", module=Stateful)
        tree = inner.get_state_tree()
        x = input_of_query()
        outer = synalinks.Program(inputs=x, outputs=await inner(x))

        assert paths(inner) == ["a/state"]
        assert inner.get_state_tree() == tree
        assert inner.variables[0].path == "inner/a/state"
        assert paths(outer) == ["inner/a/state"]
        inner.set_state_tree(tree)

    @pytest.mark.parametrize("structure", ["list", "dict"])
    async def test_inner_programs_of_several_outputs(self, structure):
        """Each output can be wired on by itself."""
        x = input_of_query()
        parts = [await Step(name="a")(x), await Step(name="b")(x)]
        outputs = parts if structure == "list" else dict(zip("pq", parts, strict=True))
        inner = synalinks.Program(inputs=x, outputs=outputs)
        y = input_of_query()
        got = await inner(y)
        second = got[1] if structure == "list" else got["q"]
        outer = synalinks.Program(inputs=y, outputs=await Step(name="c")(second))

        assert (await outer(QUERY)).get("answer") == ">b>c"

    async def test_an_inner_program_takes_several_inputs(self):
        """As a list of symbols."""
        x, y = input_of_query("x"), synalinks.Input(data_model=Answer, name="y")
        inner = synalinks.Program(inputs=[x, y], outputs=x & y)
        z = input_of_query()
        outer = synalinks.Program(
            inputs=z, outputs=await inner([z, await Step(name="a")(z)])
        )

        output = await outer(QUERY)

        assert output.get_json() == {"query": "What is it?", "answer": ">a"}

    async def test_the_calls_of_a_nested_program_know_their_path(self):
        """The innermost call under way is the module's."""

        class Where(Step):
            async def call(self, inputs):
                return Answer(answer=context.call.get().path).to_json_data_model()

        x = input_of_query()
        inner = synalinks.Program(inputs=x, outputs=await Where(name="w")(x), name="in")
        y = input_of_query()
        outer = synalinks.Program(inputs=y, outputs=await inner(y))

        assert (await outer(QUERY)).get("answer") == "in/w"


class TestGraphErrors:
    """What cannot be a program is refused when it is made."""

    async def test_a_cycle(self):
        """It is shown step by step."""
        x = input_of_query()
        first = await Step(name="a")(x)
        second = await Step(name="b")(first)
        first.origin.node.args = (second,)

        with pytest.raises(GraphError, match="cycle: `b` → `a` → `b`"):
            synalinks.Program(inputs=x, outputs=second)

    async def test_two_modules_of_one_name(self):
        """The name is told."""
        x = input_of_query()
        outputs = await Step(name="same")(await Step(name="same")(x))

        with pytest.raises(
            GraphError, match="Two modules of the graph are named `same`"
        ):
            synalinks.Program(inputs=x, outputs=outputs)

    async def test_two_modules_of_one_name_in_a_subclass(self):
        """The first call, and saving, tell it."""
        program = Called(name="mine")
        program.second = Stateful(name="first")

        with pytest.raises(GraphError, match="Two modules of `mine` are named `first`"):
            await program(QUERY)
        with pytest.raises(GraphError, match="Two modules of `mine` are named `first`"):
            program.get_state_tree()

    async def test_an_output_that_needs_another_input(self):
        """The missing input is told."""
        x, other = input_of_query(), input_of_query("other")

        with pytest.raises(GraphError, match="depend on `other`, which is not among"):
            synalinks.Program(inputs=x, outputs=await Step()(other))

    async def test_a_symbol_that_nothing_makes(self):
        """Only `Input` and modules make symbols with a value."""
        bare = Query.to_symbolic_data_model()
        x = input_of_query()

        with pytest.raises(GraphError, match="was not made by `Input`"):
            synalinks.Program(inputs=bare, outputs=await Step()(bare))
        with pytest.raises(GraphError, match="was not made by `Input`"):
            synalinks.Program(inputs=x, outputs=x + bare)

    @pytest.mark.parametrize("side", ["inputs", "outputs"])
    def test_one_side_alone(self, side):
        """Inputs and outputs are given together."""
        with pytest.raises(
            ConfigurationError, match="takes both `inputs` and `outputs`"
        ):
            synalinks.Program(**{side: input_of_query()})

    @pytest.mark.parametrize(
        ("inputs", "outputs"), [([], "x"), ("x", [])], ids=["no input", "no output"]
    )
    def test_an_empty_side(self, inputs, outputs):
        """There is at least one symbol on each side."""
        x = input_of_query()
        sides = [x if side == "x" else side for side in (inputs, outputs)]

        with pytest.raises(GraphError, match="at least one symbolic input and one"):
            synalinks.Program(inputs=sides[0], outputs=sides[1])


class TestInputs:
    """What a program is given."""

    async def test_a_missing_field_is_told(self):
        """Before any module runs."""
        program = await chain("a")

        with pytest.raises(
            ConfigurationError, match=r"fields .'query'.; missing: .'query'"
        ):
            await program(Answer(answer="x"))

    async def test_a_required_field_may_be_null(self):
        """It is there, with None in it."""

        class Nullable(synalinks.DataModel):
            text: str | None

        x = synalinks.Input(data_model=Nullable)
        program = synalinks.Program(inputs=x, outputs=await synalinks.Identity()(x))

        assert (await program(Nullable(text=None))).get_json() == {"text": None}

    @pytest.mark.parametrize(
        ("inputs", "message"),
        [
            ([QUERY], "has 2 inputs and takes a list of as many values, received: 1"),
            ([QUERY] * 3, "received: 3 values"),
            (QUERY, "has 2 inputs and takes a list of as many values, received: JsonD"),
            (None, "received: None"),
            ([QUERY, [QUERY]], "`p` takes data models, received: [JsonDataModel"),
        ],
        ids=["too few", "too many", "not a list", "none", "nested"],
    )
    async def test_another_structure_is_refused(self, inputs, message):
        """The message says what the program takes."""
        x, y = input_of_query("x"), input_of_query("y")
        program = synalinks.Program(inputs=[x, y], outputs=x | y, name="p")

        with pytest.raises(ConfigurationError, match=re.escape(message)):
            await program(inputs)

    async def test_a_list_of_two_for_one_input_is_refused(self):
        """Only a list of one stands for one."""
        program = await chain("a")

        with pytest.raises(GraphError, match=r"has 1 input .* received: 2 values"):
            await program([QUERY, QUERY])

    async def test_wiring_a_program_to_other_fields_is_refused(self):
        """The missing field is told before anything runs."""
        inner = await chain("a", name="inner")
        x = synalinks.Input(data_model=Answer)

        with pytest.raises(ConfigurationError, match="`inner` takes inputs with the f"):
            await inner(x)


class TestParts:
    """Finding modules and variables."""

    async def nested(self):
        inner = await chain("a", name="inner", module=Stateful)
        x = input_of_query("x")
        outputs = await Stateful(name="b")(await inner(x))
        return synalinks.Program(inputs=x, outputs=outputs, name="outer")

    async def test_modules_are_listed_in_the_order_of_the_graph(self):
        """Inputs first."""
        program = await self.nested()

        assert [module.name for module in program.modules] == ["x", "inner", "b"]

    async def test_a_module_is_found(self):
        """By name, also inside another; by path; by position."""
        program = await self.nested()
        inner = program.get_module("inner")

        assert program.get_module("a") is program.get_module(name="inner/a")
        assert program.get_module("a") is inner.get_module("a")
        assert program.get_module(index=1) is inner
        assert program.get_module(index=-1) is program.get_module("b")

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({}, "`get_module` takes `name` or `index`"),
            ({"name": "a", "index": 1}, "`get_module` takes `name` or `index`"),
            ({"index": 3}, "`outer` has 3 modules, received index=3"),
            ({"name": "innr"}, "no module named 'innr'. Available: ['x', 'inner', "),
        ],
        ids=["neither", "both", "too large", "unknown"],
    )
    async def test_what_is_not_there_is_refused(self, arguments, message):
        """The message tells what there is."""
        program = await self.nested()

        with pytest.raises(ConfigurationError, match=re.escape(message)):
            program.get_module(**arguments)

    async def test_output_schemas_of_modules(self):
        """Those of the graph are known, those of others are not."""
        program = await self.nested()

        schemas = [program.output_schema_of(module) for module in program.modules]

        assert [schema["title"] for schema in schemas] == ["Query", "Answer", "Answer"]
        assert program.output_schema_of(Step()) is None
        assert Called().output_schema_of(Step()) is None

    async def test_freezing_a_program_freezes_its_parts(self):
        """By the setter as by the argument."""
        x = input_of_query()
        module = Stateful(name="a")
        outputs = await module(x)

        program = synalinks.Program(inputs=x, outputs=outputs)
        program.trainable = False
        assert not module.trainable
        assert program.trainable_variables == []

        program.trainable = True
        frozen = synalinks.Program(inputs=x, outputs=outputs, trainable=False)
        assert frozen.trainable_variables == []
        assert program.trainable_variables == [module.state]

    async def test_language_models_of_all_levels_are_found_once(self):
        """Those that nested modules share included."""
        model = embedded()
        inner = await functional(model)
        x = input_of_query()
        outputs = await synalinks.ChainOfThought(
            data_model=Answer, language_model=model
        )(await inner(x))
        program = synalinks.Program(inputs=x, outputs=outputs)

        assert program.language_models == [model]


def test_a_program_can_be_built_outside_a_loop_and_called_in_several():
    """Nothing of one event loop is kept for the next."""
    program = run(chain("a", "b"))

    for _ in range(2):
        assert run(program(QUERY)).get("answer") == ">a>b"


async def test_a_node_that_was_tampered_with_is_found_when_it_runs():
    """A symbol without a value in the graph is an error of the graph."""
    x = input_of_query()
    step = await Step(name="a")(x)
    program = synalinks.Program(inputs=x, outputs=[step, x])
    foreign = Query.to_symbolic_data_model()
    foreign.origin = Origin(Node(operation=Step(name="z"), kwargs={}), 0)
    step.origin.node.args = (foreign,)

    with pytest.raises((GraphError, KeyError)):
        await program(QUERY)
