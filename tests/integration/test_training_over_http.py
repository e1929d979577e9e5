"""Training over real HTTP."""

import pytest

import synalinks
from synalinks.datasets import support_messages
from synalinks.language_models import LanguageModel
from synalinks.language_models._embedded import EmbeddedTransport
from synalinks.testing import ChatServer

pytestmark = pytest.mark.integration


@pytest.fixture
def messages():
    """The shipped messages, read before there is an event loop to block."""
    return support_messages.load_data()


async def train(server, transport, messages):
    """Train the shipped task over a server; return predictions and variables."""
    synalinks.clear_session()
    synalinks.set_seed(3)
    model = LanguageModel(
        "openai/embedded/learner",
        api_base=server.url,
        api_key="test",
        transport=transport,
    )
    inputs = synalinks.Input(data_model=support_messages.get_input_data_model())
    outputs = await synalinks.Generator(
        data_model=support_messages.get_output_data_model(), language_model=model
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="triage")
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(
            nb_min_examples=8, nb_max_examples=16
        ),
        reward="exact_match",
    )
    (x, y), (x_test, _) = messages
    await program.fit(
        x[:64], y[:64], validation_data=(x[64:96], y[64:96]), batch_size=16, verbose=0
    )
    predictions = await program.predict(x_test[:16], verbose=0)
    await model.aclose()
    variables = program.get_state_tree()["trainable_variables"]
    return [one.get_json() for one in predictions], variables, model.cumulated_calls


@pytest.mark.timeout(120)
async def test_both_transports_train_the_same_program(messages):
    """litellm and direct give equal predictions, variables and counts of calls."""
    results = {}
    for transport in ("direct", "litellm"):
        async with ChatServer(EmbeddedTransport().send) as server:
            *found, n_calls = await train(server, transport, messages)
            assert n_calls == len(server.requests) > 40
            results[transport] = found

    assert results["direct"] == results["litellm"]
    assert results["direct"][1]["generator"]["state_generator"]["examples"]
