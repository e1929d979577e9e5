"""A program whose validation reward in each epoch is decided by the test."""

import json
import re

from parity import Answer, Query, Task, data, make_task

from synalinks.callbacks import Callback
from synalinks.optimizers import Optimizer
from synalinks.saving import register_synalinks_serializable

N_VALIDATION = 20


@register_synalinks_serializable(package="tests")
class Idle(Optimizer):
    """Proposes nothing."""

    def __init__(self, temperature: float = 1.0, n_ideas: int = 4, population_size=10):
        super().__init__(population_size=population_size)
        self.temperature = temperature
        self.n_ideas = n_ideas

    async def propose(self, step):
        return []


class Prompts(Callback):
    """Writes the prompt `prompt <k>` at the beginning of epoch k."""

    provides = ()

    def on_epoch_begin(self, epoch, logs=None):
        write_prompt(self.program, f"prompt {epoch}")


def write_prompt(program, text):
    program.trainable_variables[0].update({"instructions": text})


def prompt_of(program):
    return program.trainable_variables[0].get("instructions")


async def make_scripted(scores, **compile_options) -> Task:
    """Return a program of which prompt k has the k-th score on validation samples.

    Args:
        scores: Shares of right answers, in steps of 1 / 20.
        compile_options: Go to `compile`.
    """

    def answers(request):
        found = re.search(r"prompt (\d+)", request.messages[0]["content"])
        number = int(json.loads(request.messages[-1]["content"])["query"][1:])
        score = scores[int(found[1])] if found else 0.0
        is_right = number % N_VALIDATION < round(score * N_VALIDATION)
        right = "odd" if number % 2 else "even"
        return {"answer": right if is_right else "wrong"}

    return await make_task(answers, **{"optimizer": Idle(), **compile_options})


async def fit_scripted(task, callbacks=(), *, n_epochs, **options):
    """Fit one batch per epoch, with 20 validation samples."""
    return await task.program.fit(
        *data(100, 102),
        **{
            "validation_data": data(0, N_VALIDATION),
            "epochs": n_epochs,
            "batch_size": 2,
            "verbose": 0,
            "callbacks": [Prompts(), *callbacks],
            **options,
        },
    )


__all__ = [
    "Answer",
    "Idle",
    "Prompts",
    "Query",
    "fit_scripted",
    "make_scripted",
    "prompt_of",
    "write_prompt",
]
