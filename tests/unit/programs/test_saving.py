"""Saving and loading: what comes back is what was there."""

import difflib
import json
import os
import re
import subprocess
import sys

import pytest

import synalinks
from synalinks.errors import (
    FileFormatError,
    SynalinksWarning,
    UnregisteredObjectError,
)
from synalinks.programs import program_from_json
from synalinks.saving import register_synalinks_serializable
from tests.builders import QUERY, Answer, Query, embedded, functional, run


@pytest.fixture(autouse=True)
def _fresh_names():
    synalinks.clear_session()


@register_synalinks_serializable(package="tests")
def short(inputs):
    return {"answer": inputs["query"][:3]}


@register_synalinks_serializable(package="tests")
class Weights(synalinks.Trainable):
    """A trainable of one's own."""

    table: dict[str, dict] = synalinks.Field(default={})


@register_synalinks_serializable(package="tests")
class Own(synalinks.Module):
    """A registered module with arguments and a trainable of its own."""

    def __init__(self, width, inner=None, *, options=None, **kwargs):
        super().__init__(**kwargs)
        self.width = width
        self.inner = inner
        self.options = options
        self.weights = self.add_variable(data_model=Weights, name="weights")

    async def call(self, inputs, training=False):
        return await self.inner(inputs, training=training) if self.inner else inputs


@register_synalinks_serializable(package="tests")
class Called(synalinks.Program):
    """Run in a `call` of one's own."""

    def __init__(self, model, **kwargs):
        super().__init__(**kwargs)
        self.writer = synalinks.Generator(
            data_model=Answer, language_model=model, name="writer"
        )

    async def call(self, inputs, training=False):
        return await self.writer(inputs, training=training)


@register_synalinks_serializable(package="tests")
class Wired(synalinks.Program):
    """Wire the graph when the inputs are known."""

    def __init__(self, model=None, name=None, description=None, trainable=True):
        super().__init__(name=name, description=description, trainable=trainable)
        self.model = model

    async def build(self, inputs):
        outputs = await synalinks.Generator(
            data_model=Answer, language_model=self.model, name="writer"
        )(inputs)
        super().__init__(inputs=inputs, outputs=outputs, name=self.name)


@register_synalinks_serializable(package="tests")
class Inherited(Wired):
    """A subclass of a subclass, without a constructor of its own."""


@register_synalinks_serializable(package="tests")
class Plain(synalinks.Program):
    """A functional program of another class."""


def query_input():
    return synalinks.Input(data_model=Query, name="query", optional=True)


async def everything():
    """Return a program with one of each module, in each way."""
    model, judge = embedded(seed=3), embedded(name="judge")
    x = query_input()
    y = synalinks.Input(schema=Answer.get_schema(), name="y")
    cot = synalinks.ChainOfThought(
        data_model=Answer,
        language_model=model,
        examples=[({"query": "q"}, {"thinking": "t", "answer": "a"})],
        instructions="Think well.",
        temperature=0.0,
    )
    thought = await cot(x)
    again = await cot(y)
    inner_input = synalinks.Input(data_model=Answer)
    inner = synalinks.Program(
        inputs=inner_input,
        outputs={
            "p": await synalinks.Generator(
                data_model=Answer, language_model=model, return_inputs=True
            )(inner_input),
            "q": await synalinks.Identity()(inner_input),
        },
        name="inner",
        description="Inside.",
    )
    parts = await inner(again)
    first, (second, third) = await synalinks.Branch(
        question="Which?",
        labels=["a", "b"],
        branches=[
            synalinks.Generator(data_model=Answer, language_model=judge, name="one"),
            synalinks.Branch(
                question="And which?",
                labels=["c", "d"],
                branches=[
                    synalinks.Lambda(short, data_model=Answer),
                    Called(model, name="called"),
                ],
                language_model=judge,
                name="deep",
            ),
        ],
        language_model=judge,
        name="branch",
    )(x)
    wired = await Wired(model, name="wired")(x)
    sequence = synalinks.Sequential(
        [
            synalinks.InMask(mask=["answer"]),
            Own(3, synalinks.Identity(name="i"), options={"a": [1, {"b": None}]}),
        ],
        description="Sequence.",
        name="sequence",
    )
    merged = await synalinks.Or()([first, second, third])
    return synalinks.Program(
        inputs={"x": x, "y": y},
        outputs={
            "merged": merged,
            "masked": (thought & wired).out_mask(mask=["thinking"]),
            "parts": [parts["p"], parts["q"]],
            "sequence": await sequence(thought, training=True),
            "constant": x + Answer(answer="fixed").to_json_data_model(),
            "not": ~x,
        },
        name="everything",
        description="One of each.",
    )


async def one_module(module):
    x = query_input()
    return synalinks.Program(inputs=x, outputs=await module(x), name="p")


def sequential(*, is_deferred):
    modules = [
        synalinks.Generator(data_model=Answer, language_model=embedded()),
        synalinks.Identity(),
    ]
    if not is_deferred:
        modules.insert(0, query_input())
    return synalinks.Sequential(modules, description="In a row.", name="row")


def called(program_class, *, is_built):
    program = program_class(embedded(), name="mine", description="Mine.")
    if is_built:
        run(program(QUERY))
    return program


def plain():
    async def make():
        x = query_input()
        return Plain(
            inputs=x,
            outputs=await synalinks.Generator(
                data_model=Answer, language_model=embedded()
            )(x),
            description="Plain.",
            trainable=False,
        )

    return run(make())


def twice():
    async def make():
        module = Own(1)
        x = query_input()
        once = await module(x)
        return synalinks.Program(inputs=x, outputs=await module(once))

    return run(make())


STYLES = {
    "functional": lambda: run(functional(name="p", description="What it is for.")),
    "everything": lambda: run(everything()),
    "called": lambda: called(Called, is_built=False),
    "called and built": lambda: called(Called, is_built=True),
    "wired": lambda: called(Wired, is_built=False),
    "wired and built": lambda: called(Wired, is_built=True),
    "inherited": lambda: called(Inherited, is_built=True),
    "plain subclass": plain,
    "sequential": lambda: sequential(is_deferred=False),
    "deferred": lambda: sequential(is_deferred=True),
    "twice": twice,
    "empty": lambda: synalinks.Program(name="nothing"),
    "empty sequence": lambda: synalinks.Sequential(description="d"),
    "shared step": lambda: synalinks.Sequential([Own(1)] * 2, description="d"),
    "shared branch": lambda: run(
        one_module(
            synalinks.Branch(
                question="?",
                labels=["a", "b"],
                branches=[Own(1)] * 2,
                language_model=embedded(),
            )
        )
    ),
}


def assert_same(one, other):
    """Compare two programs by all that they say of themselves."""

    def described(program):
        document = {**json.loads(program.to_json()), "state": program.get_state_tree()}
        return json.dumps(document, indent=1).splitlines()

    diff = "\n".join(difflib.unified_diff(described(one), described(other), n=1))
    assert not diff, diff
    assert type(one) is type(other)
    assert one.built == other.built
    assert dict(one.named_variables()).keys() == dict(other.named_variables()).keys()
    assert len(one.language_models) == len(other.language_models)
    assert one.trainable == other.trainable
    assert len(one.trainable_variables) == len(other.trainable_variables)


def trained(program):
    """Give every variable another value than its first."""
    for number, variable in enumerate(program.variables):
        value = {"best_candidates": [{"number": number}], "nb_visit": number}
        if "instructions" in variable.keys():  # noqa: SIM118 - no dict
            value["instructions"] = f"Do {number}."
        if "table" in variable.keys():  # noqa: SIM118 - no dict
            value["table"] = {"a/b": {}, str(number): {"class_name": 1, "config": 2}}
        variable.update(value)
    return program


@pytest.mark.parametrize("style", STYLES)
class TestRoundTrips:
    """Each way to make a program."""

    def test_a_saved_program_comes_back(self, style, tmp_path):
        """Configuration, values, description, names, structure, sharing."""
        program = trained(STYLES[style]())
        program.save(tmp_path / "p.json")

        loaded = synalinks.Program.load(tmp_path / "p.json")

        assert_same(loaded, program)
        loaded.save(tmp_path / "q.json")
        assert (tmp_path / "q.json").read_text() == (tmp_path / "p.json").read_text()

    def test_json_comes_back_without_values(self, style):
        """Variables have their first values, everything else is the same."""
        program = STYLES[style]()

        again = program_from_json(trained(program).to_json(indent=2))

        assert again.to_json() == program.to_json()
        for variable in again.variables:
            assert variable.get("nb_visit", 0) == 0

    def test_a_configuration_comes_back(self, style):
        """`from_config` undoes `get_config`, without files."""
        program = STYLES[style]()

        again = type(program).from_config(program.get_config())

        assert again.get_config() == program.get_config()

    def test_variables_come_back(self, style, tmp_path):
        """Into a program that was made anew."""
        program = trained(STYLES[style]())
        program.save_variables(tmp_path / "p.variables.json")
        synalinks.clear_session()
        other = STYLES[style]()

        other.load_variables(tmp_path / "p.variables.json")

        assert other.get_state_tree() == program.get_state_tree()

    def test_a_clone_is_the_same_but_for_its_name(self, style):
        """And it has variables of its own."""
        program = STYLES[style]()

        clone = program.clone(program.name)

        assert clone.get_config() == program.get_config()
        assert not set(map(id, clone.variables)) & set(map(id, program.variables))
        assert clone.language_models == program.language_models


def test_predictions_are_the_same():
    """A loaded program answers as the saved one."""
    program = run(everything())
    again = program_from_json(program.to_json())
    inputs = {"x": QUERY, "y": Answer(answer="y")}

    one, other = run(program(inputs)), run(again(inputs))

    def values(outputs):
        return {
            key: [part and part.get_json() for part in output]
            if isinstance(output, list)
            else output and output.get_json()
            for key, output in outputs.items()
        }

    assert values(one) == values(other)
    assert one["merged"] is not None


FRESH_PROCESS = """
import asyncio, sys
import synalinks
program = synalinks.Program.load(sys.argv[1])
schema = program.input_schema
inputs = synalinks.JsonDataModel(schema=schema, json={"query": "the blue sky"})
print(asyncio.run(program(inputs)).prettify_json())
"""


def test_a_fresh_process_predicts_the_same(tmp_path):
    """Nothing but the file is needed."""

    async def make():
        x = synalinks.Input(data_model=Query)
        outputs = await synalinks.ChainOfThought(
            data_model=Answer,
            language_model=embedded(seed=7),
            examples=[({"query": "red"}, {"thinking": "t", "answer": "rose"})],
        )(x)
        return synalinks.Program(inputs=x, outputs=outputs)

    program = run(make())
    program.variables[0].update({"instructions": "Name a thing of that colour."})
    expected = run(program(Query(query="the blue sky"))).prettify_json()
    program.save(tmp_path / "p.json")

    result = subprocess.run(
        [sys.executable, "-c", FRESH_PROCESS, tmp_path / "p.json"],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )

    assert result.stderr == ""
    assert result.stdout.strip() == expected


class TestSharing:
    """One language model for several modules stays one."""

    def test_a_shared_model_stays_shared(self):
        """In modules, nested programs and whatever else is in the file."""
        program = run(everything())

        again = program_from_json(program.to_json())

        assert len(program.language_models) == len(again.language_models) == 2

    def test_equal_models_stay_apart(self):
        """Two models of the same settings have limits of their own."""
        one, two = embedded(name="same"), embedded(name="same")
        modules = [
            synalinks.Generator(data_model=Query, language_model=model)
            for model in (one, two, one)
        ]
        program = synalinks.Sequential(modules, description="d")

        again = program_from_json(program.to_json())

        first, second, third = (module.language_model for module in again.modules)
        assert first is third
        assert first is not second

    def test_a_shared_module_stays_shared(self):
        """Its variable is one variable again."""
        shared = Own(1, name="shared")

        async def make():
            x = query_input()
            inner = synalinks.Program(inputs=x, outputs=await shared(x), name="inner")
            y = query_input()
            return synalinks.Program(inputs=y, outputs=await shared(await inner(y)))

        again = program_from_json(run(make()).to_json())

        assert len(again.variables) == 1
        assert again.get_module("shared") is again.get_module("inner").get_module(
            "shared"
        )

    def test_files_without_sharing_do_not_speak_of_it(self):
        """Numbers are given only to what occurs more than once."""
        assert "shared_object_id" not in run(functional()).to_json()
        assert "shared_object_id" in run(everything()).to_json()


class TestDefaults:
    """What a module took from the session is saved."""

    def test_the_default_model_is_saved(self):
        """A process without a default loads a program that can run."""
        synalinks.set_default_language_model("embedded/learner")
        inside = synalinks.ChainOfThought(data_model=Answer)
        program = run(one_module(inside))
        text = program.to_json()
        synalinks.set_default_language_model(None)

        again = program_from_json(text)

        assert [model.model for model in again.language_models] == ["embedded/learner"]
        assert run(again(QUERY)) is not None

    def test_a_default_that_came_late_is_saved(self):
        """It was set after the module was made."""
        module = synalinks.Decision(question="?", labels=["a", "b"])
        synalinks.set_default_language_model(embedded(name="late"))
        program = run(one_module(module))
        synalinks.set_default_language_model(None)

        again = program_from_json(program.to_json())

        assert [model.name for model in again.language_models] == ["late"]


class TestSecrets:
    """A key is in no file."""

    SECRET = "sk-canary-0123456789"  # noqa: S105 - to be looked for

    @pytest.mark.parametrize("module", ["generator", "thought", "decision", "branch"])
    @pytest.mark.parametrize("form", ["instance", "dict", "fallback", "headers"])
    def test_a_key_is_in_no_file(self, module, form, tmp_path, monkeypatch):
        """However it was given, and whichever module has the model."""
        monkeypatch.setenv("OPENAI_API_KEY", self.SECRET)
        model = {
            "instance": lambda: synalinks.LanguageModel(
                "openai/x", api_key=self.SECRET
            ),
            "dict": lambda: {"model": "openai/x", "api_key": self.SECRET},
            "fallback": lambda: synalinks.LanguageModel(
                "openai/x", fallback={"model": "openai/y", "api_key": self.SECRET}
            ),
            "headers": lambda: synalinks.LanguageModel(
                "openai/x", extra_headers={"Authorization": f"Bearer {self.SECRET}"}
            ),
        }[form]()
        options = {"language_model": model}
        question = {"question": "?", "labels": ["a", "b"]}
        made = {
            "generator": lambda: synalinks.Generator(data_model=Answer, **options),
            "thought": lambda: synalinks.ChainOfThought(data_model=Answer, **options),
            "decision": lambda: synalinks.Decision(**question, **options),
            "branch": lambda: synalinks.Branch(
                **question, branches=[Own(1), Own(2)], **options
            ),
        }[module]()
        program = run(one_module(made))

        program.save(tmp_path / "p.json")
        program.save_variables(tmp_path / "p.variables.json")

        written = [path.read_text() for path in tmp_path.glob("p*.json")]
        assert len(written) == 2
        assert not any(self.SECRET in text for text in written)
        assert self.SECRET not in program.to_json()


def unregistered_is_told(name):
    """Return a context in which one warning names a function or class."""
    return pytest.warns(
        SynalinksWarning,
        match=rf"p\.json` names `{re.escape(name)}`, which no other process will find"
        rf".*`custom_objects={{'{re.escape(name)}': \.\.\.}}`",
    )


def short_lambda():
    return synalinks.Lambda(short, data_model=Answer, name="l")


class TestFunctions:
    """Saving never fails because of a function, and never saves its code."""

    def lambda_program(self, function):
        return run(one_module(synalinks.Lambda(function, data_model=Answer, name="l")))

    @pytest.mark.parametrize(
        "function",
        [lambda x: {"answer": "a"}, len, "text".join, print],
        ids=["lambda", "builtin", "method", "print"],
    )
    def test_saving_works_with_any_callable(self, function, tmp_path):
        """The file names it, and the user is told that it must be registered."""
        program = self.lambda_program(function)

        with unregistered_is_told(function.__name__):
            program.save(tmp_path / "p.json")

        assert f'"{function.__name__}"' in (tmp_path / "p.json").read_text()

    def test_loading_needs_the_function(self, tmp_path):
        """The error names it, and says what to do."""

        def unknown(inputs):
            return {"answer": "a"}

        with unregistered_is_told("unknown"):
            self.lambda_program(unknown).save(tmp_path / "p.json")

        with pytest.raises(
            UnregisteredObjectError,
            match=r"`unknown` is not registered for loading.*custom_objects=.'unknown'",
        ):
            synalinks.Program.load(tmp_path / "p.json")
        loaded = synalinks.Program.load(
            tmp_path / "p.json", custom_objects={"unknown": unknown}
        )
        assert run(loaded(QUERY)).get("answer") == "a"

    def test_what_is_not_registered_is_told_once(self, tmp_path):
        """A checkpoint per epoch does not repeat it; a new name is told."""

        async def one(y_true, y_pred):
            return 1.0

        async def another(y_true, y_pred):
            return 1.0

        program = run(one_module(short_lambda()))
        program.compile(reward=one)
        with unregistered_is_told("one"):
            program.save(tmp_path / "p.json")
        program.save(tmp_path / "p.json")
        program.compile(reward=another)
        with unregistered_is_told("another"):
            program.save(tmp_path / "p.json")

    def test_a_name_in_scope_is_no_news(self, tmp_path):
        """Who saves inside a scope knows that names have to be given."""

        def scoped(inputs):
            return {"answer": "a"}

        with synalinks.saving.custom_object_scope({"scoped": scoped}):
            self.lambda_program(scoped).save(tmp_path / "p.json")

    def test_a_registered_function_is_found(self, tmp_path):
        """Without further ado."""
        self.lambda_program(short).save(tmp_path / "p.json")

        loaded = synalinks.Program.load(tmp_path / "p.json")

        assert loaded.get_module("l").function is short
        assert run(loaded(QUERY)).get("answer") == "Wha"


@pytest.mark.filterwarnings("ignore:.*which no other process will find")
class TestCustomClasses:
    """Classes of one's own are registered, or passed."""

    def unregistered(self):
        class Mine(synalinks.Module):
            """Not registered."""

            async def call(self, inputs):
                return inputs

        return Mine

    def test_an_unregistered_class_is_told(self, tmp_path):
        """Saving works; loading says what is missing."""
        mine = self.unregistered()
        with unregistered_is_told("Mine"):
            run(one_module(mine())).save(tmp_path / "p.json")

        with pytest.raises(UnregisteredObjectError, match="`Mine` is not registered"):
            synalinks.Program.load(tmp_path / "p.json")
        loaded = synalinks.Program.load(
            tmp_path / "p.json", custom_objects={"Mine": mine}
        )
        assert type(loaded.modules[1]) is mine

    def test_custom_objects_work_for_json_too(self):
        """And only inside the call."""
        mine = self.unregistered()
        text = run(one_module(mine())).to_json()

        assert program_from_json(text, custom_objects={"Mine": mine})
        with pytest.raises(UnregisteredObjectError):
            program_from_json(text)

    def test_what_a_constructor_was_not_given_is_the_same(self):
        """Name, description and trainability, also those that changed later."""
        own = Own(1)
        inner = own.name
        own.description = "Changed."
        own.trainable = False

        again = program_from_json(run(one_module(own)).to_json()).get_module(inner)

        assert (again.name, again.description) == (inner, "Changed.")
        assert again.trainable_variables == []

    def test_a_subclass_with_a_get_config_of_its_own(self):
        """As in Keras: the arguments are in the configuration."""

        class Keras(synalinks.Module):
            def __init__(self, units, **kwargs):
                super().__init__(**kwargs)
                self.units = units * 2

            def get_config(self):
                return {**super().get_config(), "units": self.units // 2}

            async def call(self, inputs):
                return inputs

        again = program_from_json(
            run(one_module(Keras(3))).to_json(), custom_objects={"Keras": Keras}
        )

        assert again.modules[1].units == 6

    def test_a_call_that_waits_can_be_loaded(self, tmp_path):
        """Parts that cannot be built without running are built at the first call."""
        import asyncio

        class Waiting(synalinks.Program):
            def __init__(self, **kwargs):
                super().__init__(**kwargs)
                self.own = Own(1)

            async def call(self, inputs):
                await asyncio.sleep(0)
                return await self.own(inputs)

        program = Waiting(name="w")
        run(program(QUERY))
        with unregistered_is_told("Waiting"):
            program.save(tmp_path / "p.json")

        loaded = synalinks.Program.load(
            tmp_path / "p.json", custom_objects={"Waiting": Waiting}
        )

        assert loaded.built
        assert run(loaded(QUERY)).get_json() == QUERY.get_json()


class TestUserData:
    """What users put into arguments is data, whatever it looks like."""

    LOOKS_LIKE_AN_OBJECT = (
        {"class_name": "Generator", "config": {"instructions": "x"}},
        {"class_name": "__dict__", "config": {"class_name": "a", "config": 1}},
        {"class_name": "LanguageModel", "config": {"api_base": "http://x"}},
        {"a": [{"class_name": 3, "config": None}]},
        {"__schema__": 1, "shared_object_id": 0},
    )

    @pytest.mark.parametrize("data", LOOKS_LIKE_AN_OBJECT, ids=range(5))
    def test_data_that_looks_like_an_object_stays_data(self, data):
        """In options and in examples."""
        own = Own(1, options=data, name="own")
        generator = synalinks.Generator(
            data_model=Answer,
            language_model=embedded(),
            examples=[(data, {"answer": "a"})],
            prompt_variables={"data": data},
            name="generator",
        )
        program = synalinks.Sequential([own, generator], description="d")

        again = program_from_json(program.to_json())

        assert again.get_module("own").options == data
        assert again.get_module("generator").prompt_variables == {"data": data}
        assert again.get_config() == program.get_config()
        (example,) = again.get_module("generator").state.get("examples")
        assert example["inputs"] == data


class TestCompile:
    """The compile settings are saved, and never in the way."""

    def compiled(self, **options):
        program = run(functional())
        program.compile(**options)
        return program

    def test_compile_settings_come_back(self, tmp_path):
        """A loaded program can be trained at once."""
        program = self.compiled(
            optimizer="random_few_shot", reward="exact_match", metrics=["accuracy"]
        )
        program.optimizer.iterations = 7
        program.save(tmp_path / "p.json")

        loaded = synalinks.Program.load(tmp_path / "p.json")

        assert loaded.get_compile_config() == program.get_compile_config()
        assert loaded.optimizer.iterations == 7
        assert_same(loaded, program)

    def test_a_reward_that_cannot_be_loaded_is_a_warning(self, tmp_path):
        """The prompts are there; the program is to be compiled again."""

        async def mine(y_true, y_pred):
            return 1.0

        program = trained(self.compiled(reward=mine))
        with unregistered_is_told("mine"):
            program.save(tmp_path / "p.json")

        with pytest.warns(
            SynalinksWarning, match=r"loaded, but not compiled: .*`mine`"
        ):
            loaded = synalinks.Program.load(tmp_path / "p.json")

        assert loaded.compiled is None
        assert loaded.get_state_tree() == {
            key: program.get_state_tree()[key]
            for key in ("trainable_variables", "non_trainable_variables")
        }
        again = synalinks.Program.load(
            tmp_path / "p.json", custom_objects={"mine": mine}
        )
        assert again.compiled is not None

    @pytest.mark.parametrize(
        "section",
        [
            3,
            "x",
            [1],
            {"optimizer": 3},
            {"reward": {"class_name": "Nope", "config": {}}},
            {"reward": {"class_name": "ExactMatch", "config": {"nope": 1}}},
            {"metrics": {"a": 1}},
            {"metrics": [[1]]},
            {"metrics": [None]},
        ],
        ids=str,
    )
    def test_a_malformed_section_is_a_warning(self, section, tmp_path):
        """Whatever was done to it."""
        program = trained(run(functional()))
        program.save(tmp_path / "p.json")
        document = json.loads((tmp_path / "p.json").read_text())
        document["compile_config"] = section
        (tmp_path / "p.json").write_text(json.dumps(document))

        with pytest.warns(SynalinksWarning, match="is loaded, but not compiled"):
            loaded = synalinks.Program.load(tmp_path / "p.json")

        assert loaded.compiled is None
        assert loaded.get_state_tree() == program.get_state_tree()


def test_a_program_can_be_saved_by_another_name_than_it_has(tmp_path):
    """The file's name is not the program's."""
    program = run(functional(name="original"))
    program.save(tmp_path / "renamed.json")

    assert synalinks.Program.load(tmp_path / "renamed.json").name == "original"


def test_the_number_of_an_automatic_name_is_no_obstacle(tmp_path):
    """A file of `generator_1` loads into a program with `generator`."""

    def make():
        return synalinks.Sequential(
            [synalinks.Generator(data_model=Answer, language_model=embedded())],
            description="d",
        )

    make()
    program = trained(make())
    assert program.modules[0].name == "generator_1"
    program.save_variables(tmp_path / "p.variables.json")
    synalinks.clear_session()
    other = make()

    other.load_variables(tmp_path / "p.variables.json")

    assert other.modules[0].name == "generator"
    assert other.variables[0].get("instructions") == "Do 0."


def test_an_argument_that_has_no_form_is_told():
    """What cannot be saved is named when saving, not when loading."""
    program = run(one_module(Own(object(), name="own")))

    with pytest.raises(UnregisteredObjectError, match=r"<object .* has no JSON form"):
        program.to_json()


def test_loading_inside_a_running_loop():
    """In a notebook a loop runs while a program is loaded."""
    text = run(everything()).to_json()

    async def load():
        return program_from_json(text)

    assert run(load()).to_json() == text


@pytest.mark.parametrize("value", [3, "x", [1]])
def test_a_class_that_is_no_program_is_refused(value):
    """A module alone is no program."""
    text = json.dumps(synalinks.saving.serialize_synalinks_object(Own(value)))

    with pytest.raises(FileFormatError, match="holds a `Own`, which is no program"):
        program_from_json(text)
