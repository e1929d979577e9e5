"""Addresses in files: a key goes only where its owner sends it."""

import json
import warnings

import pytest

import synalinks
from synalinks.errors import ConfigurationError, UntrustedEndpointError
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


def test_a_file_with_an_address_is_refused(tmp_path):
    """The error names file, model and address, and the two ways to go on."""
    program = program_of(synalinks.LanguageModel("openai/x", api_base=ADDRESS))
    path = tmp_path / "p.json"
    program.save(path)

    with pytest.raises(UntrustedEndpointError) as caught:
        synalinks.Program.load(path)

    assert caught.value.keys == ("api_base",)
    assert str(caught.value) == (
        f"`{path}` says where calls go: `api_base` = '{ADDRESS}' of the model "
        "'openai/x'. It could be anybody's: nothing was loaded, and nothing was sent. "
        "If you trust the file, pass `trust_endpoints=True`; else give your own model: "
        "`models={'openai/x': synalinks.LanguageModel('openai/x', ...)}`."
    )


def test_a_model_of_ones_own_takes_the_place_of_that_of_the_file(tmp_path):
    """Its address is used, in all modules that had the other, and one object serves."""

    async def make():
        model = synalinks.LanguageModel("openai/x", api_base=ADDRESS)
        parts = [
            synalinks.Generator(data_model=Answer, language_model=model)
            for _ in range(2)
        ]
        parts.insert(0, synalinks.Input(data_model=Query))
        return synalinks.Sequential(parts, description="d")

    own = synalinks.LanguageModel("openai/x", api_base="http://127.0.0.1:2/v1")
    program = run(make())
    program.save(tmp_path / "p.json")

    loaded = synalinks.Program.load(tmp_path / "p.json", models={"openai/x": own})
    again = program_from_json(program.to_json(), models={"openai/x": own})

    assert model_of(loaded) is model_of(again) is own


def test_a_fallback_can_be_replaced_alone():
    """The model itself stays as it is in the file."""
    fallback = synalinks.LanguageModel("openai/y", api_base=ADDRESS)
    text = program_of(synalinks.LanguageModel("openai/x", fallback=fallback)).to_json()
    own = synalinks.LanguageModel("embedded/learner")

    with pytest.raises(UntrustedEndpointError, match=r"models={'openai/y': synalinks"):
        program_from_json(text)
    loaded = program_from_json(text, models={"openai/y": own})

    assert model_of(loaded).model == "openai/x"
    assert model_of(loaded).fallback is own


def test_a_model_that_the_file_does_not_name_is_told():
    """A misspelled identifier is not passed over."""
    text = program_of("openai/x").to_json()
    own = synalinks.LanguageModel("openai/x")

    with pytest.raises(
        ConfigurationError,
        match=r"'openai/xx', which `json_string` does not name. Did you mean "
        r"`openai/x`\? Its models: \['openai/x'\]",
    ):
        program_from_json(text, models={"openai/xx": own})


@pytest.mark.parametrize("models", [["openai/x"], {"openai/x": "openai/y"}])
def test_models_are_models_by_identifier(models):
    """Anything else is refused, with the form that is expected."""
    with pytest.raises(
        ConfigurationError, match="`models` is a dict of models by the identifiers"
    ):
        program_from_json(program_of("openai/x").to_json(), models=models)


def test_a_configuration_of_ones_own_keeps_its_address():
    """`from_config` takes what this process made, not a file."""
    program = program_of(synalinks.LanguageModel("openai/x", api_base=ADDRESS))

    again = synalinks.Program.from_config(program.get_config())

    assert model_of(again).api_base == ADDRESS


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
def test_every_setting_that_says_where_is_refused(key, value, place):
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

    with pytest.raises(UntrustedEndpointError) as caught:
        program_from_json(json.dumps(document))

    assert "url" in caught.value.keys if key == "nested" else key in caught.value.keys


@pytest.mark.parametrize("name", ["Mine", "LanguageModel"])
def test_a_model_class_of_ones_own_is_a_model(name):
    """A subclass is found by its registered name."""

    @synalinks.saving.register_synalinks_serializable(package="endpoints", name=name)
    class Mine(synalinks.LanguageModel):
        pass

    program = program_of(Mine("openai/x", api_base=ADDRESS))

    with pytest.raises(UntrustedEndpointError, match="`api_base`"):
        program_from_json(program.to_json())
    loaded = program_from_json(program.to_json(), trust_endpoints=True)

    assert type(model_of(loaded)) is Mine


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

    with pytest.raises(UntrustedEndpointError, match="'openai/judge'"):
        program_from_json(program.to_json())
    loaded = program_from_json(program.to_json(), models={"openai/judge": model})

    assert loaded.reward.language_model is model


def test_an_embedding_model_is_a_model_too():
    """It is loaded with its module, and its address is refused likewise."""

    @synalinks.saving.register_synalinks_serializable(package="endpoints")
    class Embedder(synalinks.Module):
        def __init__(self, embedding_model=None, **kwargs):
            super().__init__(**kwargs)
            self.embedding_model = embedding_model

        async def call(self, inputs):
            return inputs

    def text_of(model):
        parts = [synalinks.Input(data_model=Query), Embedder(model, name="e")]
        return synalinks.Sequential(parts, description="d").to_json()

    loaded = program_from_json(text_of(synalinks.EmbeddingModel("openai/e")))
    with pytest.raises(UntrustedEndpointError, match="'openai/e'"):
        program_from_json(
            text_of(synalinks.EmbeddingModel("openai/e", api_base=ADDRESS))
        )

    assert loaded.get_module("e").embedding_model.model == "openai/e"


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
        examples=[({"query": ADDRESS}, {"answer": ADDRESS})],
        prompt_variables={"base_url": ADDRESS, "data": data},
        instructions=f"See {ADDRESS}",
    )

    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = program_from_json(program.to_json())

    assert loaded.to_json() == program.to_json()


def test_a_key_goes_where_the_user_says(monkeypatch):
    """To the address of the environment or of one's own model, never to the file's."""
    with (
        ChatServer({"answer": "mine"}) as mine,
        ChatServer({"answer": "theirs"}) as theirs,
    ):
        monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-user-0123456789")
        monkeypatch.setenv("OPENAI_API_BASE", mine.url)
        model = synalinks.LanguageModel("openai/x", api_base=theirs.url)
        text = program_of(model).to_json()

        async def ask(**options):
            program = program_from_json(text, **options)
            answer = await program(QUERY)
            await model_of(program).aclose()
            return answer.get("answer")

        with pytest.raises(UntrustedEndpointError):
            run(ask())
        own = {"openai/x": synalinks.LanguageModel("openai/x")}
        assert run(ask(models=own)) == "mine"
        assert theirs.requests == []
        assert run(ask(trust_endpoints=True)) == "theirs"
