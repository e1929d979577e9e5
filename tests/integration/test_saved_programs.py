"""A saved program in a fresh process: the same requests, the same predictions."""

import json
import os
import subprocess
import sys

import pytest

import synalinks
from synalinks.testing import ChatServer
from tests.builders import Answer, Query, run

pytestmark = pytest.mark.integration

N_SAMPLES = 5
X = [Query(query=f"q{number}") for number in range(N_SAMPLES)]
Y = [Answer(answer=f"a{number}") for number in range(N_SAMPLES)]

# What a colleague runs: nothing of the process that trained is left but the file.
FRESH_PROCESS = """
import asyncio, json, sys
import synalinks
from tests.integration.test_saved_programs import X

path, how, api_base = sys.argv[1:]
own = synalinks.LanguageModel("openai/x", api_base=api_base, temperature=0.0)
options = {
    "trusting": {"trust_endpoints": True},
    "with models": {"models": {"openai/x": own}},
    "plain": {},
}
program = synalinks.Program.load(path, **options[how])
predictions = asyncio.run(program.predict(X, verbose=0))
print(json.dumps([one.get_json() for one in predictions]))
"""


def answer(request):
    """Answer by everything that was sent; without examples only one is right."""
    system, user = (message["content"] for message in request.messages)
    question = json.loads(user)["query"] if "<examples>" in system else "q0"
    return {"thinking": "t", "answer": f"{question} {request.digest}"}


async def trained(server):
    """Return a trained program and its predictions."""
    model = synalinks.LanguageModel("openai/x", api_base=server.url, temperature=0.0)
    inputs = synalinks.Input(data_model=Query)
    outputs = await synalinks.ChainOfThought(
        data_model=Answer, language_model=model, instructions="Answer."
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="p")

    async def names_the_number(y_true, y_pred):
        return float(y_true.get("answer")[1] == y_pred.get("answer")[1])

    program.compile(optimizer="random_few_shot", reward=names_the_number)
    await program.fit(X, Y, validation_data=(X, Y), batch_size=N_SAMPLES, verbose=0)
    program.compile(reward="exact_match")  # which a fresh process knows
    server.log.requests.clear()
    predictions = await program.predict(X, verbose=0)
    await model.aclose()
    return program, [one.get_json() for one in predictions]


def requests_of(server):
    """Return what was sent since the last time, and forget it."""
    found = sorted(json.dumps(line.body, sort_keys=True) for line in server.requests)
    server.log.requests.clear()
    return found


def in_a_fresh_process(*arguments):
    """Return the finished process that loads a program and predicts."""
    return subprocess.run(
        [sys.executable, "-c", FRESH_PROCESS, *arguments],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join(sys.path),
            "OPENAI_API_KEY": "sk-of-the-user-0123456789",
        },
    )


@pytest.mark.timeout(300)
def test_a_loaded_program_predicts_the_same(tmp_path, monkeypatch):
    """The trained prompt is sent from another process, and the same answers come."""
    monkeypatch.setenv("OPENAI_API_KEY", "sk-of-the-user-0123456789")
    path = str(tmp_path / "p.json")
    with ChatServer(answer) as server:
        program, expected = run(trained(server))
        program.save(path)
        sent = requests_of(server)
        assert len(sent) == N_SAMPLES
        assert "<examples>" in sent[0]

        for how in ("trusting", "with models"):
            done = in_a_fresh_process(path, how, server.url)

            assert done.returncode == 0, done.stderr
            assert json.loads(done.stdout) == expected
            assert requests_of(server) == sent


def test_a_file_with_an_address_sends_nothing(tmp_path):
    """The file of somebody else is refused before any request."""
    path = str(tmp_path / "p.json")
    with ChatServer(answer) as server:
        program, _ = run(trained(server))
        program.save(path)
        server.log.requests.clear()

        done = in_a_fresh_process(path, "plain", server.url)

        assert done.returncode == 1
        assert "UntrustedEndpointError" in done.stderr
        assert f"`api_base` = '{server.url}' of the model 'openai/x'" in done.stderr
        assert server.requests == []
