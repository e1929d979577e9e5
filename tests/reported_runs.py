"""A small run whose texts are as bad as can be, for pages that show them."""

import asyncio
import warnings

import synalinks
from synalinks.callbacks import BackupAndRestore
from synalinks.contracts import Candidate
from synalinks.errors import SynalinksWarning
from synalinks.optimizers import GreedyOptimizer
from synalinks.rewards import Score
from synalinks.testing import ScriptedTransport

# Runs if it ever gets into a page as it is; closes whatever it stands in.
CANARY = (
    "\"'></pre></style><script>console.error('canary')</script><img src=x onerror=1>"
)
LONG = "x" * 400
N_TRAIN, N_VALIDATION, EPOCHS = 8, 8, 3


class Question(synalinks.DataModel):
    """A question."""

    text: str


class Answer(synalinks.DataModel):
    """An answer."""

    answer: str


def reply(request):
    """Answer better with every hint in the instructions, and badly where asked to."""
    first, last = (str(request.messages[index]["content"]) for index in (0, -1))
    number = int(last.partition("#")[2].partition(" ")[0])
    if number % 7 == 5:
        return {"wrong": CANARY}
    is_known = number % 5 <= min(first.count("Hint"), 2)
    return {"answer": f"{number}" if is_known else CANARY}


async def is_right(y_true, y_pred):
    """Say in words what is wrong."""
    expected, got = y_true.get("answer"), y_pred.get("answer")
    return 1.0 if expected == got else Score(0.25, f"Expected {expected}, not {got}.")


class Hinting(GreedyOptimizer):
    """Adds a hint in each step, without asking any model."""

    async def propose(self, step):
        """Return the program with one hint more."""
        values = {
            path: {**value, "instructions": f"{value['instructions']}\nHint {CANARY}."}
            for path, value in self.incumbent.values.items()
        }
        parents = (self.incumbent.digest,)
        return [Candidate(values=values, origin="mutation", parents=parents)]


def data(first, n):
    """Return questions and answers."""
    numbers = range(first, first + n)
    return (
        [Question(text=f"What is #{one} {CANARY} {LONG}?") for one in numbers],
        [Answer(answer=f"{one}") for one in numbers],
    )


def train(folder, *callbacks, **arguments):
    """Train, and keep the folder of the run."""
    with warnings.catch_warnings():  # that samples fail is what is wanted
        warnings.simplefilter("ignore", SynalinksWarning)
        return asyncio.run(_train(folder, *callbacks, **arguments))


async def _train(folder, *callbacks, **arguments):
    synalinks.clear_session()
    model = synalinks.LanguageModel(
        "openai/worker", transport=ScriptedTransport(reply), retry=1
    )
    inputs = synalinks.Input(data_model=Question)
    outputs = await synalinks.Generator(
        data_model=Answer,
        language_model=model,
        instructions="Answer the question.",
        name="writer",
    )(inputs)
    program = synalinks.Program(
        inputs=inputs, outputs=outputs, name="task", description=f"Answers. {CANARY}"
    )
    program.compile(optimizer=Hinting(), reward=is_right)
    backup = BackupAndRestore(folder, delete_checkpoint=False)
    given = {"epochs": EPOCHS, "batch_size": 4, "minibatch_size": 4, "verbose": 0}
    return await program.fit(
        *data(0, N_TRAIN),
        validation_data=data(20, N_VALIDATION),
        callbacks=[backup, *callbacks],
        **{**given, **arguments},
    )
