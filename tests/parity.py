"""A small task whose model can only answer what the prompt shows it."""

import json
import re
from dataclasses import dataclass

import synalinks
from synalinks.testing import ScriptedTransport


class Query(synalinks.DataModel):
    """A question."""

    query: str


class Answer(synalinks.DataModel):
    """An answer."""

    answer: str


def parity_answer(request) -> dict:
    """Answer `even` or `odd` to `n<k>`; odd numbers only with enough examples."""
    system = request.messages[0]["content"]
    number = int(re.search(r"n(\d+)", request.messages[-1]["content"])[1])
    n_examples = system.count("<example>")
    knows = number % 2 == 0 or (number // 2) % 4 < n_examples
    right = "even" if number % 2 == 0 else "odd"
    return {"answer": right if knows else "unknown"}


@dataclass
class Task:
    """A program, its transport and its data."""

    program: synalinks.Program
    transport: ScriptedTransport

    @property
    def n_calls(self) -> int:
        return len(self.transport.requests)

    def prompts(self) -> list[str]:
        return [request.messages[0]["content"] for request in self.transport.requests]

    def inputs(self) -> list[str]:
        return [
            json.loads(request.messages[-1]["content"])["query"]
            for request in self.transport.requests
        ]


def data(start: int, stop: int):
    """Return queries and their right answers."""
    numbers = range(start, stop)
    return (
        [Query(query=f"n{k}") for k in numbers],
        [Answer(answer="odd" if k % 2 else "even") for k in numbers],
    )


async def make_task(answers=parity_answer, **compile_options) -> Task:
    """Return a compiled program over a scripted model."""
    transport = ScriptedTransport(answers)
    inputs = synalinks.Input(data_model=Query)
    outputs = await synalinks.Generator(
        data_model=Answer,
        language_model=synalinks.LanguageModel("openai/test", transport=transport),
        name="gen",
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="parity")
    options = {"optimizer": "random_few_shot", "reward": "exact_match"}
    program.compile(**{**options, **compile_options})
    return Task(program, transport)
