# %% [markdown]
# # Surviving crashes
#
# A training run that calls a language model takes hours and costs money, and the
# machine it runs on may die at any moment. With `BackupAndRestore` it goes on as if
# nothing had happened: nothing is paid for twice, and it ends as it would have ended.
# This guide kills a run for real, with SIGKILL, and looks at what is left. It runs
# offline, in a few seconds.

# %%
import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import synalinks
from synalinks.backups import read_run
from synalinks.testing import ChatServerProcess, check_resumable

# %% [markdown]
# ## A run in a script of its own
#
# This is the script that is going to be killed. All that makes it safe is one callback,
# or `fit(..., resume="runs/parity")`, which is the same. The folder is for the files of
# this run and no others.

# %%
SCRIPT = '''
import asyncio, json, os, sys
import synalinks

class Question(synalinks.DataModel):
    """A question."""
    text: str

class Answer(synalinks.DataModel):
    """An answer."""
    answer: str

def data(numbers):
    questions = [Question(text=f"Is {n} even or odd?") for n in numbers]
    return questions, [Answer(answer="odd" if n % 2 else "even") for n in numbers]

async def make_program():
    inputs = synalinks.Input(data_model=Question)
    outputs = await synalinks.Generator(
        data_model=Answer,
        language_model=synalinks.LanguageModel(
            "openai/test", api_base=os.environ["TEST_SERVER"], api_key="-"
        ),
        instructions="Answer in one word.",
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="parity")
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(),
        reward=synalinks.rewards.ExactMatch(),
    )
    return program

async def main():
    program = await make_program()
    backup = synalinks.callbacks.BackupAndRestore(
        sys.argv[1], save_freq=1, delete_checkpoint=False
    )
    history = await program.fit(
        *data(range(24)), validation_data=data(range(100, 108)),
        batch_size=4, epochs=3, verbose=0, callbacks=[backup],
    )
    print(json.dumps({
        "history": history.history,
        "prompt": program.trainable_variables[0].get("examples"),
        "paid": backup.n_paid,
        "from the folder": backup.n_replayed,
    }))

if __name__ == "__main__":
    asyncio.run(main())
'''
Path("training.py").write_text(SCRIPT, encoding="utf-8")

# %% [markdown]
# The model is a server in a process of its own, which counts what it is asked. It knows
# the even numbers, and the odd ones as soon as the prompt has an example. Here it takes
# a while to answer, so that there is something to kill.

# %%
ANSWERS = """
def answer(request):
    prompt, question = (str(one["content"]) for one in request.messages)
    number = int("".join(filter(str.isdigit, question)))
    knows = number % 2 == 0 or "<example>" in prompt
    return {"answer": ("odd" if number % 2 else "even") if knows else "no idea"}
"""
Path("answers.py").write_text(ANSWERS, encoding="utf-8")
server = ChatServerProcess(function="answers:answer", latency_s=0.05, jitter_s=0.05)
server.start()


def start(folder: str) -> subprocess.Popen:
    """Start the script in a process of its own."""
    return subprocess.Popen(  # noqa: S603 - our own script
        [sys.executable, "training.py", folder],
        env={**os.environ, "TEST_SERVER": server.url},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def result_of(process: subprocess.Popen) -> dict:
    """Wait for the end of the script, and return what it printed."""
    output, said = process.communicate()
    assert process.returncode == 0, said
    print(*re.findall("Of this run .*", said), sep="\n")
    return json.loads(output)


# %% [markdown]
# ## Without a crash
#
# First the run as it should be. The server has been asked as often as the run has paid.

# %%
whole = result_of(start("whole"))
n_requests = len(server.requests())
print(f"{whole['paid']} calls, rewards {whole['history']['val_reward']}")
assert n_requests == whole["paid"]

# %% [markdown]
# ## With three
#
# Now the same run in another folder. Three times the process is killed, with SIGKILL:
# it can neither save anything nor say goodbye. Then the script is started once more. It
# says which calls were cut off: their answers never came, and they are made again.

# %%
server.clear_log()
for n_answers in (10, 30, 50):
    process = start("killed")
    while len(server.requests()) < n_answers and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    print("killed after", len(server.requests()), "requests")

again = result_of(start("killed"))
print(f"The last process paid for {again['paid']} calls.")

# %% [markdown]
# It ends with the same history and the same prompt. The server has seen the calls that
# were in flight when the process was killed once more, and no others: an answer is on
# disk before anything uses it.

# %%
assert again["history"] == whole["history"]
assert again["prompt"] == whole["prompt"]
n_again = len(server.requests()) - n_requests
print(f"{n_again} requests were made a second time, after three kills.")
assert 0 <= n_again <= 3 * server.summary()["max_in_flight"]
server.stop()

# %% [markdown]
# A process that goes on says how many calls that were, and about what they may cost a
# second time; `BudgetStopping` counts them. Requests carry their place in the run as
# `Idempotency-Key`: where a provider or a gateway knows such keys, even these calls are
# paid for once.
#
# ## What is in the folder
#
# `journal-*.jsonl` has the answers, by where in the run they were asked for, and
# `snap-*.json` the state of the run between two batches. Both are checked when they are
# read. `synalinks runs .` lists the runs of a folder, and `synalinks show killed`
# prints one, with its prompts as they changed; in Python it is `read_run`.

# %%
record = read_run("killed")
print(record.status, "after", record.epoch, "epochs, best", record.best)
for commit in record.commits:
    print(f"epoch {commit.epoch}, after {commit.batch} batches: reward {commit.score}")
assert record.status == "finished"
assert record.n_answers == n_requests

# %% [markdown]
# By default the files are removed when a run has come to its end. With
# `delete_checkpoint=False`, as here, running the script again returns the result
# without a call, more `epochs` go on from there, and `synalinks show killed --html`
# writes a page about the run.
#
# ## What is refused
#
# A folder belongs to one run. Another program, other data, another optimizer or seed
# are refused before anything is paid for, and the error names what differs.

# %%
sys.path.insert(0, ".")
os.environ["TEST_SERVER"] = server.url
import answers  # noqa: E402 - both were written above
import training  # noqa: E402


async def with_fewer_examples():
    """Go on with another optimizer, which is a mistake."""
    program = await training.make_program()
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(nb_max_examples=2),
        reward=synalinks.rewards.ExactMatch(),
    )
    await program.fit(
        *training.data(range(24)),
        validation_data=training.data(range(100, 108)),
        batch_size=4,
        epochs=3,
        verbose=0,
        resume="killed",
    )


differences = {}
try:
    asyncio.run(with_fewer_examples())
except synalinks.errors.BackupMismatchError as error:
    differences = error.differences
    print(error)
assert list(differences) == ["optimizer.nb_max_examples"]

# %% [markdown]
# If the change is meant, `BackupAndRestore(..., allow_changes=["optimizer"])` accepts
# it, and other folders are for other runs.
#
# ## Ctrl-C, SIGTERM and a file
#
# A first Ctrl-C or SIGTERM, as job schedulers send it, lets the calls in flight arrive,
# which are paid for, saves them, and ends the process with exit code 130 or 143. A
# second one ends it at once. A file named `STOP` in the folder ends the run in good
# order after the batch. In a notebook, interrupt the cell and run it again. If the same
# cell makes the program, call `synalinks.clear_session()` at its beginning, or give
# modules a `name=`: else each time they are named anew, and are others.
#
# ## Does your program survive?
#
# A run can only be repeated if the same things are asked again. A module that counts
# its calls in an attribute, or puts the time into a prompt, asks something else. A run
# that is gone on with notices, and shows the difference instead of paying for it:
# `DivergenceError`. `check_resumable` finds it before: it trains three times, with
# interruptions, for the price of one.


# %%
async def check():
    """Check the program of this guide with a scripted model."""
    transport = synalinks.testing.ScriptedTransport(answers.answer)
    model = synalinks.LanguageModel("openai/scripted", transport=transport)
    inputs = synalinks.Input(data_model=training.Question)
    outputs = await synalinks.Generator(
        data_model=training.Answer, language_model=model
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="parity")
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(),
        reward=synalinks.rewards.ExactMatch(),
    )
    await check_resumable(
        program, training.data(range(8)), validation_data=training.data(range(8, 12))
    )
    return "it does"


print(asyncio.run(check()))
