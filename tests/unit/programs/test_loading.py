"""Files from anywhere: what is wrong with them is told, and nothing in them is run."""

import contextlib
import copy
import importlib
import json
import re
import sys
import warnings

import pytest

import synalinks
from synalinks.errors import (
    ConfigurationError,
    FileFormatError,
    SavingError,
    SynalinksWarning,
    UnregisteredObjectError,
)
from synalinks.programs import program_from_json
from tests.builders import QUERY, Answer, Query, embedded, functional, run


@pytest.fixture(autouse=True)
def _fresh_names():
    synalinks.clear_session()


@pytest.fixture
def document():
    """Return the document of a program of one generator."""
    return json.loads(run(functional(name="p")).to_json())


def generator_of(document):
    return document["config"]["modules"][1]


def load(document):
    return program_from_json(json.dumps(document))


def deep(levels):
    value = 1
    for _ in range(levels):
        value = {"class_name": "Generator", "config": {"inner": [value]}}
    return value


HOSTILE = {
    "a function of a module": {
        "module": "os",
        "class_name": "system",
        "config": "echo pwned",
        "registered_name": "os>system",
    },
    "a class of a module": {
        "module": "subprocess",
        "class_name": "Popen",
        "config": {"args": ["touch", "pwned"]},
        "registered_name": None,
    },
    "a module that runs when it is imported": {
        "module": "antigravity",
        "class_name": "fly",
        "config": {},
    },
    "a builtin": {"module": "builtins", "class_name": "eval", "config": {"x": "1"}},
    "a function by reference": {
        "class_name": "__function__",
        "config": "system",
        "module": "os",
        "registered_name": "os.system",
    },
    "a class by reference": {
        "class_name": "__class__",
        "config": "Popen",
        "module": "subprocess",
    },
    "a lambda of Keras": {
        "class_name": "__lambda__",
        "config": {"code": "4wEAAAAAAAAAAAAAAAEAAAABAAAAQwAAAHMEAAAAZAFTAA=="},
    },
    "a dataset": {
        "module": "synalinks.datasets",
        "class_name": "ParquetDataset",
        "config": {"path": "/etc/passwd", "input_template": "{{ x }}"},
        "registered_name": "synalinks.datasets>ParquetDataset",
    },
    "a file of another": {
        "module": "synalinks.datasets",
        "class_name": "CSVDataset",
        "config": {"path": "/etc/passwd", "input_template": "{{ x }}"},
        "registered_name": "synalinks.datasets>CSVDataset",
    },
}


@pytest.fixture(scope="module")
def audited():
    """Note every dangerous event of the interpreter, while it is switched on."""
    events, state = [], {"on": False}

    def hook(event, arguments):
        dangerous = (
            "import", "exec", "compile", "open", "os.", "subprocess", "socket",
            "shutil", "ctypes", "marshal", "pickle", "code.",
        )  # fmt: skip
        if state["on"] and event.startswith(dangerous):
            events.append((event, str(arguments)[:200]))

    sys.addaudithook(hook)
    yield events, state
    state["on"] = False


@pytest.mark.parametrize("place", ["module", "language_model", "schema", "reward"])
@pytest.mark.parametrize("form", HOSTILE.values(), ids=HOSTILE)
def test_nothing_that_a_file_names_is_imported_or_run(form, place, document, audited):
    """It is looked up among what is registered, and refused."""
    importlib.import_module("synalinks.datasets")
    load(document)  # what is imported on first use is imported now
    events, state = audited
    if place == "module":
        document["config"]["modules"][1] |= form
    elif place == "reward":
        document["compile_config"] = {"reward": form}
    else:
        key = "language_model" if place == "language_model" else "data_model"
        generator_of(document)["config"][key] = form
    text = json.dumps(document)
    events.clear()

    state["on"] = True
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SynalinksWarning)
            program = program_from_json(text)
    except (SavingError, ConfigurationError):
        program = None
    finally:
        state["on"] = False

    assert events == []
    assert program is None or place == "reward"
    assert program is None or program.compiled is None


def test_a_good_file_is_loaded_without_any_such_event(document, audited):
    """The oracle is silent where there is nothing to tell."""
    load(document)
    events, state = audited
    text = json.dumps(document)
    events.clear()

    state["on"] = True
    try:
        program_from_json(text)
    finally:
        state["on"] = False

    assert events == []


def test_the_oracle_hears(audited):
    """It would tell if something were run."""
    events, state = audited
    events.clear()

    state["on"] = True
    try:
        exec("import this_module_is_not_there")  # noqa: S102 - what the oracle is for
    except ImportError:
        pass
    finally:
        state["on"] = False

    assert {"exec", "import"} <= {event for event, _ in events}


@pytest.mark.parametrize(
    "template",
    [
        "{{ cycler.__init__.__globals__.os.system('touch pwned') }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    ],
)
def test_a_template_in_a_file_is_sandboxed(template, document, tmp_path, monkeypatch):
    """It is refused when it is rendered, and nothing happened."""
    monkeypatch.chdir(tmp_path)
    generator_of(document)["config"]["prompt_template"] = template
    program = load(document)

    with pytest.raises(
        ConfigurationError, match="`prompt_template` cannot be rendered"
    ):
        run(program(QUERY))
    assert not list(tmp_path.rglob("pwned"))


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        pytest.param(
            lambda d: d.update(class_name="Unknown", registered_name=None),
            UnregisteredObjectError,
            "`Unknown` is not registered for loading",
            id="unknown class",
        ),
        pytest.param(
            lambda d: d.update(class_name="Identity", registered_name=None, config={}),
            UnregisteredObjectError,
            "`Identity` is not registered",
            id="a class without its package",
        ),
        pytest.param(
            lambda d: d.update(config=[1]),
            FileFormatError,
            "The config of `Program` is no object",
            id="config of a list",
        ),
        pytest.param(
            lambda d: d.update(config={"unknown": 1}),
            FileFormatError,
            "`json_string` holds a malformed program",
            id="unknown argument",
        ),
        pytest.param(
            lambda d: d["config"].pop("output_modules"),
            FileFormatError,
            "malformed program; restore it from a copy: KeyError: 'output_modules'",
            id="no outputs",
        ),
        pytest.param(
            lambda d: d["config"].update(output_modules=["writer", 0, 3]),
            ConfigurationError,
            "",
            id="another output of one",
        ),
        pytest.param(
            lambda d: d["config"].update(output_modules=["nobody", 0, 0]),
            FileFormatError,
            "refers to ['nobody', 0, 0], which is no data model",
            id="output of nobody",
        ),
        pytest.param(
            lambda d: d["config"].update(output_modules="writer"),
            FileFormatError,
            "'writer' refers to no node of the saved graph",
            id="output that is a text",
        ),
        pytest.param(
            lambda d: generator_of(d)["inbound_nodes"][0].update(
                args=[
                    {
                        "class_name": "__symbolic_data_model__",
                        "config": {"synalinks_history": ["writer", 0, 0]},
                    }
                ]
            ),
            FileFormatError,
            "The saved graph has a cycle: `writer` → `writer`.",
            id="a node that needs itself",
        ),
        pytest.param(
            lambda d: generator_of(d)["config"].update(temperature={"a": 1}),
            ConfigurationError,
            "`temperature` of `writer` is a number of 0 or more",
            id="temperature of a dict",
        ),
        pytest.param(
            lambda d: generator_of(d)["config"].update(examples=3),
            ConfigurationError,
            "`examples` is a list of pairs",
            id="examples of a number",
        ),
        pytest.param(
            lambda d: generator_of(d)["config"].update(language_model=7),
            ConfigurationError,
            "A language model is a `LanguageModel`",
            id="language model of a number",
        ),
        pytest.param(
            lambda d: generator_of(d)["config"].update(name="a/b"),
            ConfigurationError,
            "is a text without `/`",
            id="name with a slash",
        ),
        pytest.param(
            lambda d: generator_of(d)["config"].update(deep(150)),
            (SavingError, ConfigurationError),
            "",
            id="deeply nested",
        ),
    ],
)
def test_a_file_edited_by_hand_is_told(document, change, error, message):
    """The error says what is wrong, in the words of the file."""
    change(document)
    expected = (
        pytest.raises(error, match=re.escape(message))
        if message
        else contextlib.suppress(error)
    )

    with expected:
        load(document)


WRONG = [None, 3, -1.5, True, "x", "", [], [1], {}, {"class_name": "Generator"}]


def places(part, path=()):
    """Yield the path of every value in a JSON document."""
    yield path
    if isinstance(part, dict):
        for key, value in part.items():
            yield from places(value, (*path, key))
    elif isinstance(part, list):
        for index, value in enumerate(part):
            yield from places(value, (*path, index))


def with_value(document, path, value):
    """Return a copy of a document with another value at a path."""
    changed = copy.deepcopy(document)
    *parents, last = path
    part = changed
    for parent in parents:
        part = part[parent]
    part[last] = value
    return changed


async def compiled():
    program = await functional(name="p", description="d")
    program.compile(
        optimizer="random_few_shot", reward="exact_match", metrics=["accuracy"]
    )
    return program


def outcome(act, path, what):
    """Do something with a broken file; return the error, which is one of ours."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SynalinksWarning)
        try:
            act(path)
        except (SavingError, ConfigurationError) as error:
            return error
        except BaseException as error:
            error.add_note(what)
            raise
    return None


def test_every_wrong_type_everywhere_is_told(tmp_path):
    """Each value of a file, replaced by each kind of JSON value."""
    run(compiled()).save(tmp_path / "p.json")
    document = json.loads((tmp_path / "p.json").read_text())
    file = tmp_path / "q.json"
    n_refused = 0

    for path in list(places(document))[1:]:
        for value in WRONG:
            file.write_text(json.dumps(with_value(document, path, value)))
            error = outcome(synalinks.Program.load, file, f"{path} = {value!r}")
            n_refused += error is not None

    assert n_refused > 500


def test_every_missing_key_is_told(tmp_path):
    """Each key of a file, left out."""
    run(compiled()).save(tmp_path / "p.json")
    document = json.loads((tmp_path / "p.json").read_text())
    file = tmp_path / "q.json"

    for path in list(places(document))[1:]:
        changed = with_value(document, path, None)
        part = changed
        for step in path[:-1]:
            part = part[step]
        del part[path[-1]]
        file.write_text(json.dumps(changed))
        outcome(synalinks.Program.load, file, f"without {path}")


def test_a_broken_variables_file_changes_nothing(tmp_path):
    """Each value of the file, replaced by each kind of JSON value."""
    program = run(compiled())
    program.save_variables(tmp_path / "p.variables.json")
    document = json.loads((tmp_path / "p.variables.json").read_text())
    before = program.get_state_tree()
    file = tmp_path / "q.variables.json"

    for path in list(places(document))[1:]:
        for value in WRONG:
            file.write_text(json.dumps(with_value(document, path, value)))
            error = outcome(program.load_variables, file, f"{path} = {value!r}")
            assert error is None or program.get_state_tree() == before, (path, value)
            program.load_variables(tmp_path / "p.variables.json")
            assert program.get_state_tree() == before


def test_an_error_of_ones_own_code_is_told_with_the_file():
    """A class that cannot be made from its configuration is named by its error."""

    class Picky(synalinks.Module):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)

        @classmethod
        def from_config(cls, config):
            raise ZeroDivisionError("no")

        async def call(self, inputs):
            return inputs

    program = synalinks.Sequential([Picky()], description="d")

    with pytest.raises(
        FileFormatError, match=r"malformed program.*ZeroDivisionError: no"
    ):
        program_from_json(program.to_json(), custom_objects={"Picky": Picky})


def test_a_build_that_waits_is_told():
    """Without its graph such a program would be another one."""
    import asyncio

    class Waiting(synalinks.Program):
        def __init__(self, **kwargs):
            super().__init__(**kwargs)

        async def build(self, inputs):
            await asyncio.sleep(0)
            outputs = await synalinks.Identity()(inputs)
            super().__init__(inputs=inputs, outputs=outputs)

    program = Waiting()
    run(program(QUERY))

    with pytest.raises(FileFormatError, match="waits for something"):
        program_from_json(program.to_json(), custom_objects={"Waiting": Waiting})


def test_no_model_is_asked_while_a_program_is_loaded(monkeypatch):
    """Loading costs nothing."""
    from synalinks.testing import ScriptedTransport

    asked = []
    monkeypatch.setattr(ScriptedTransport, "send", lambda *args: asked.append(args))

    async def make():
        x = synalinks.Input(data_model=Query)
        model = embedded()
        outputs = await synalinks.Branch(
            question="?",
            labels=["a", "b"],
            branches=[
                synalinks.Generator(data_model=Answer, language_model=model)
                for _ in range(2)
            ],
            language_model=model,
        )(x)
        return synalinks.Program(inputs=x, outputs=outputs)

    again = program_from_json(run(make()).to_json())

    assert asked == []
    assert all(model.cumulated_calls == 0 for model in again.language_models)
