"""Addresses in files: a key goes only where its owner sends it."""

import json
import warnings

import pytest

import synalinks
from synalinks.errors import SynalinksWarning
from synalinks.programs import program_from_json
from synalinks.testing import ChatServer
from tests.builders import QUERY, Answer, Query, run

ADDRESS = "http://127.0.0.1:1/v1"


def program_of(model, **options):
    """Return a program whose generator has a language model."""

    async def make():
        x = synalinks.Input(data_model=Query)
        outputs = await synalinks.Generator(
            data_model=Answer, language_model=model, name="g", **options
        )(x)
        return synalinks.Program(inputs=x, outputs=outputs)

    return run(make())


def model_of(program):
    (model,) = program.language_models
    return model


def test_an_address_in_a_file_is_not_used(tmp_path):
    """One warning says which setting was dropped, and how to use it."""
    program = program_of(synalinks.LanguageModel("openai/x", api_base=ADDRESS))
    program.save(tmp_path / "p.json")

    with pytest.warns(SynalinksWarning) as caught:
        loaded = synalinks.Program.load(tmp_path / "p.json")

    assert model_of(loaded).api_base is None
    assert len(caught) == 1
    assert str(caught[0].message) == (
        f"`api_base` of the language models in `{tmp_path / 'p.json'}` was not used: a "
        "file that sets an address could send your API key there. If you trust the "
        "file, load it with `trust_endpoints=True`."
    )
    assert caught[0].filename == __file__


def test_a_trusted_file_keeps_its_address(tmp_path):
    """Nothing is dropped, and nothing is warned of."""
    program = program_of(synalinks.LanguageModel("openai/x", api_base=ADDRESS))
    program.save(tmp_path / "p.json")

    loaded = synalinks.Program.load(tmp_path / "p.json", trust_endpoints=True)
    again = program_from_json(program.to_json(), trust_endpoints=True)

    assert model_of(loaded).api_base == model_of(again).api_base == ADDRESS
    assert loaded.to_json() == program.to_json()


def test_a_file_without_addresses_is_loaded_without_a_warning():
    """Everything else of a model is kept."""
    model = synalinks.LanguageModel(
        "openai/x",
        timeout=3,
        retry=2,
        retry_max_wait=1,
        fallback="openai/y",
        name="n",
        description="see https://example.org/model",
        temperature=0.5,
        max_tokens=7,
        seed=3,
        stop=["\n"],
    )
    program = program_of(model)

    assert program_from_json(program.to_json()).to_json() == program.to_json()


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("api_base", ADDRESS),
        ("base_url", ADDRESS),
        ("BASE_URL", ADDRESS),
        ("azure_endpoint", ADDRESS),
        ("aws_bedrock_runtime_endpoint", ADDRESS),
        ("proxy", ADDRESS),
        ("http_proxy", ADDRESS),
        ("model_list", [{"litellm_params": {"api_base": ADDRESS}}]),
        ("fallbacks", [{"model": "openai/x", "api_base": ADDRESS}]),
        ("extra_headers", {"X-Forward": "evil"}),
        ("headers", {"X-Forward": "evil"}),
        ("cache_dir", "made_by_a_file"),
        ("custom_llm_provider", "openai"),
        ("vertex_credentials", "path"),
        ("aws_profile_name", "admin"),
        ("whatever", ADDRESS),
        ("another", "//127.0.0.1:1"),
        ("nested", {"deeper": [{"url": "x"}]}),
        ("ssl_verify", False),
    ],
)
@pytest.mark.parametrize("place", ["own", "bare", "fallback", "bare fallback", "dict"])
def test_every_setting_that_says_where_is_dropped(key, value, place):
    """In a model, in its fallback, in bare arguments, in what looks like user data."""
    program = program_of(synalinks.LanguageModel("openai/x", fallback="openai/y"))
    document = json.loads(program.to_json())
    config = document["config"]["modules"][1]["config"]
    form = config["language_model"]
    hostile = {"model": "openai/x", key: value}
    match place:
        case "own":
            form["config"][key] = value
        case "bare":
            config["language_model"] = hostile
        case "fallback":
            form["config"]["fallback"] = {**form, "config": hostile}
        case "bare fallback":
            form["config"]["fallback"] = hostile
        case "dict":
            config["language_model"] = {"class_name": "__dict__", "config": hostile}

    with pytest.warns(SynalinksWarning, match="was not used: a file that sets an addr"):
        loaded = program_from_json(json.dumps(document))

    text = loaded.to_json()
    assert "127.0.0.1" not in text
    assert "evil" not in text
    assert "made_by_a_file" not in text


@pytest.mark.parametrize("name", ["Mine", "LanguageModel"])
def test_a_model_class_of_ones_own_is_a_model(name):
    """A subclass is found by its registered name."""

    @synalinks.saving.register_synalinks_serializable(package="endpoints", name=name)
    class Mine(synalinks.LanguageModel):
        pass

    program = program_of(Mine("openai/x", api_base=ADDRESS))

    with pytest.warns(SynalinksWarning, match="`api_base`"):
        loaded = program_from_json(program.to_json())

    assert type(model_of(loaded)) is Mine
    assert model_of(loaded).api_base is None


def test_the_model_of_a_reward_is_a_model_too():
    """Compile settings are part of the file."""

    @synalinks.saving.register_synalinks_serializable(package="endpoints")
    class Judge(synalinks.rewards.Reward):
        def __init__(self, language_model=None, **kwargs):
            super().__init__(**kwargs)
            self.language_model = synalinks.language_models.get(language_model)

        async def call(self, y_true, y_pred):
            return 1.0

    program = program_of("openai/x")
    model = synalinks.LanguageModel("openai/judge", api_base=ADDRESS)
    program.compile(reward=Judge(language_model=model))

    with pytest.warns(SynalinksWarning, match="`api_base`"):
        loaded = program_from_json(program.to_json())

    assert loaded.reward.language_model.api_base is None


def test_user_data_is_left_alone():
    """Examples and options may have keys and values of any name."""
    data = {
        "api_base": ADDRESS,
        "language_model": {"api_base": ADDRESS},
        "class_name": "LanguageModel",
        "config": {"api_base": ADDRESS},
    }
    program = program_of(
        "openai/x",
        examples=[(data, {"answer": ADDRESS})],
        prompt_variables={"base_url": ADDRESS},
        instructions=f"See {ADDRESS}",
    )

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = program_from_json(program.to_json())

    assert loaded.to_json() == program.to_json()


@pytest.mark.parametrize("trust_endpoints", [False, True])
def test_a_key_does_not_reach_the_address_of_a_file(trust_endpoints, monkeypatch):
    """It goes where the environment says, unless the file is trusted."""
    with (
        ChatServer({"answer": "mine"}) as mine,
        ChatServer({"answer": "theirs"}) as theirs,
    ):
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-user-0123456789")
        monkeypatch.setenv("OPENAI_API_BASE", mine.url)
        model = synalinks.LanguageModel("openai/x", api_base=theirs.url)
        text = program_of(model).to_json()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SynalinksWarning)
            program = program_from_json(text, trust_endpoints=trust_endpoints)

        async def ask():
            answer = await program(QUERY)
            await model_of(program).aclose()
            return answer.get("answer")

        assert run(ask()) == ("theirs" if trust_endpoints else "mine")
        assert len(theirs.requests) == trust_endpoints
