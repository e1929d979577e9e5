# %% [markdown]
# # Watching what a program does
#
# Each training and each evaluation can be a run in [MLflow](https://mlflow.org), and
# each call of a program a trace: what was asked, what was answered, how long it took,
# and what it cost. One line switches it on, for programs that exist already, too.
#
# MLflow is talked to by a process of its own. Training never waits for it: if the
# server is slow, away or killed, training goes on, one warning says so, and what was
# logged is sent when it is back.

# %% [markdown]
# ## A program to watch
#
# The language model here is a script, so that this guide needs no key and no network.

# %%
import asyncio
import json
import logging
import os
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import synalinks
from synalinks.testing import ScriptedTransport


class Question(synalinks.DataModel):
    """What a customer writes."""

    text: str


class Team(synalinks.DataModel):
    """Who should answer."""

    team: str


def answer(request):
    prompt, message = (str(turn["content"]) for turn in request.messages[:2])
    knows_billing = "billing" in prompt  # from an example
    is_billing = "invoice" in message and (knows_billing or "wrong" in message)
    return {"team": "billing" if is_billing else "support"}


async def make_program():
    model = synalinks.LanguageModel(
        "openai/gpt-4o-mini", transport=ScriptedTransport(answer)
    )
    inputs = synalinks.Input(data_model=Question)
    outputs = await synalinks.Generator(
        data_model=Team, language_model=model, name="router"
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="triage")
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(), reward="exact_match"
    )
    return program


texts = ["My invoice is wrong", "The app crashes", "Send the invoice again", "Help!"]
x = [Question(text=text) for text in texts * 4]
y = [Team(team="billing" if "invoice" in one.text else "support") for one in x]

# %% [markdown]
# ## Switch it on
#
# Without an address this uses `MLFLOW_TRACKING_URI`, or a database in the working
# folder, `sqlite:///mlflow.db`; look at it with
# `mlflow server --backend-store-uri sqlite:///mlflow.db`. Pictures and programs are
# files, which MLflow keeps in `./mlruns` beside it. As an address such a folder is
# refused: MLflow keeps no new runs in folders.

# %%
synalinks.enable_observability()

try:
    synalinks.enable_observability("./mlruns")
except synalinks.errors.ConfigurationError as error:
    print(error)


async def train():
    program = await make_program()
    history = await program.fit(x, y, epochs=2, batch_size=4, verbose=0)
    result = await program.evaluate(x, y, verbose=0)
    return program, history, result


program, history, result = asyncio.run(train())
print(history.history["val_reward"], result)

# %% [markdown]
# There are two runs now in the experiment `triage`: `triage_train`, and under it
# `triage_test`. A run has
#
# * the arguments of `fit` and the settings of program, reward, optimizer and models as
#   parameters; keys are never written;
# * reward, metrics, `epoch_cost`, `epoch_tokens`, `epoch_calls`, each also by phase
#   (`inference`, `reward`, `optimizer`), and `epoch_duration_s`, at the step of the
#   epoch;
# * the data sets, told apart by their content, and a picture of the program;
# * the program as the model `triage`, registered whenever the reward has improved, with
#   the alias `best`; and its prompts, in the prompt registry, as `triage.router`: as
#   they were before the training, and a version whenever they have changed;
# * a trace per sample, with its reward and what was expected.
#
# Before looking from the same script, wait until MLflow has all of it:

# %%
assert asyncio.run(synalinks.flush_observability())

# %% [markdown]
# Elsewhere, `mlflow.pyfunc.load_model("models:/triage@best")` loads the best program;
# its `predict` takes a list of dicts or a table.
#
# ## Say whom a call is for
#
# Calls outside of training are traces as well. `trace_context` says who asked, and
# which conversation it is part of; MLflow groups by both.

# %%


async def serve():
    with synalinks.trace_context(
        user_id="ada", session_id="chat-7", tags={"channel": "mail"}
    ):
        return await program(Question(text="Where is my invoice?"))


print(asyncio.run(serve()).get_json())

# %% [markdown]
# In production, `enable_observability(sampling_rate=0.1)` traces one call in ten.
#
# ## One run, chosen by hand
#
# The callback `Monitor` does the same for one `fit`, with more to choose; a `fit` that
# has one is given no second.

# %%
synalinks.disable_observability()


async def train_again():
    monitor = synalinks.callbacks.Monitor(
        experiment_name="nightly",
        run_name="few_shot",
        log_batch_metrics=True,
        tags={"git": "4f2c"},
    )
    program = await make_program()
    await program.fit(x, y, callbacks=[monitor], batch_size=4, verbose=0)
    return await monitor.flush()


assert asyncio.run(train_again())

# %% [markdown]
# `Monitor(run_id="...")` goes on in a run of MLflow, its steps behind those that are
# there.
#
# ## Chats for fine-tuning
#
# `record_traces` writes a line of JSON for each call of a language model; `messages` is
# the chat with its answer, as fine-tuning takes it.

# %%
recorder = synalinks.record_traces("recorded")
asyncio.run(serve())
recorder.flush()
(path,) = Path("recorded").rglob("*.jsonl")
line = json.loads(path.read_text(encoding="utf-8").splitlines()[0])
print(path.parent, line["messages"][-1])
synalinks.stop_recording()

# %% [markdown]
# ## The log
#
# `enable_logging("info")` writes each call to the logger `synalinks`; neither inputs
# nor outputs are written. A hook of one's own sees the same calls.

# %%
synalinks.enable_logging("info", log_to_file="calls.log")
asyncio.run(serve())
synalinks.disable_logging()
print(len(Path("calls.log").read_text(encoding="utf-8").splitlines()), "lines")
assert logging.getLogger("synalinks").handlers == []


class Slowest(synalinks.hooks.Hook):
    """Remembers the slowest call."""

    def __init__(self):
        self.seconds, self.name = 0.0, ""

    def on_call_end(self, call_id, parent_call_id=None, outputs=None, exception=None):
        if self.call.elapsed_s > self.seconds:
            self.seconds, self.name = self.call.elapsed_s, self.call.name


slowest = Slowest()
program.add_hook(slowest)
asyncio.run(serve())
print("slowest:", slowest.name)

# %% [markdown]
# ## OpenTelemetry
#
# Traces can go to any collector that speaks OpenTelemetry's protocol, by the settings
# that MLflow itself reads; the extra `otel` brings what sends them. With an endpoint
# set the collector gets the traces and MLflow gets the runs;
# `MLFLOW_TRACE_ENABLE_OTLP_DUAL_EXPORT=true` gives the traces to both, and
# `MLFLOW_ENABLE_OTEL_GENAI_SEMCONV=true` names attributes as OpenTelemetry's
# conventions for language models do. They are read when the first entry is sent, so
# that they belong into the environment of the program. Here a few lines stand for the
# collector.

# %%


class Collector(BaseHTTPRequestHandler):
    received = b""

    def do_POST(self):
        size = int(self.headers["Content-Length"])
        Collector.received += self.rfile.read(size)
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        """Print nothing."""


collector = HTTPServer(("127.0.0.1", 0), Collector)
threading.Thread(target=collector.serve_forever, daemon=True).start()
os.environ["OTEL_EXPORTER_OTLP_ENDPOINT"] = f"http://127.0.0.1:{collector.server_port}"
os.environ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf"

synalinks.enable_observability("sqlite:///collected.db")
asyncio.run(serve())
assert asyncio.run(synalinks.flush_observability())
synalinks.disable_observability()
collector.shutdown()
collector.server_close()
print("the collector knows the router:", b"router" in Collector.received)
assert b"router" in Collector.received

# %% [markdown]
# ## A page about a run, without a server
#
# A run that is saved in a folder can be shown as one HTML file: curves, prompts before
# and after, best and worst samples, cost by phase. Folders of trainings that have come
# to their end are removed, so keep this one. In a terminal, `synalinks show runs/triage
# --html` does the same.

# %%


async def train_in_a_folder():
    folder = synalinks.callbacks.BackupAndRestore(
        "runs/triage", delete_checkpoint=False
    )
    program = await make_program()
    return await program.fit(x, y, callbacks=[folder], batch_size=4, verbose=0)


history = asyncio.run(train_in_a_folder())
page = synalinks.reports.write_report(history)
print(page)
assert "Prompts before and after" in page.read_text(encoding="utf-8")

# %% [markdown]
# ## A picture of the program

# %%
print(synalinks.utils.plot_program(program, show_schemas=True, show_trainable=True))
