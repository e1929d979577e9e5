# %% [markdown]
# # Datasets
#
# Training data are pairs of inputs and targets. Lists and arrays of data models work as
# they are; this guide is about getting them from files, and about data that are too
# large to be held at once. It runs offline with `embedded/learner`; set
# `SYNALINKS_GUIDE_MODEL` to use a real model.

# %%
import asyncio
import csv
import os
from pathlib import Path
from typing import Literal

import pandas

import synalinks
from synalinks.errors import ConfigurationError

MODEL = os.environ.get("SYNALINKS_GUIDE_MODEL", "embedded/learner")


class Message(synalinks.DataModel):
    """A message of a customer."""

    text: str


class Topic(synalinks.DataModel):
    """What the message is about."""

    topic: Literal["billing", "delivery"]


ROWS = [
    ("I was charged twice", "billing"),
    ("Where is my parcel?", "delivery"),
    ("My card was declined", "billing"),
    ("The parcel came to the wrong door", "delivery"),
    ("Please send me the invoice", "billing"),
    ("It was due on Monday and is not here", "delivery"),
    ("The invoice has the wrong name on it", "billing"),
    ("The courier never rang", "delivery"),
]
with Path("messages.csv").open("w", encoding="utf-8", newline="") as file:
    csv.writer(file).writerows([("text", "topic"), *ROWS])

# %% [markdown]
# ## From a file
#
# There is a class for CSV, JSON, JSON Lines and Parquet, for text files and sections of
# Markdown, and for data sets of Hugging Face. Where the columns have the names of the
# fields, nothing else is to be said.

# %%
dataset = synalinks.datasets.CSVDataset(
    "messages.csv", input_data_model=Message, output_data_model=Topic, batch_size=4
)
x, y = next(iter(dataset))
print(len(dataset), "batches;", x[0].get("text"), "->", y[0].get("topic"))

# %% [markdown]
# Where they have others, a Jinja2 template makes the JSON of a row. Each row is checked
# against the data model, and an error names the line.

# %%
renamed = synalinks.datasets.CSVDataset(
    "messages.csv",
    input_data_model=Message,
    input_template='{"text": "Customer: {{ text }}"}',
    output_data_model=Topic,
    output_template='{"topic": "{{ topic }}"}',
)
print(next(iter(renamed))[0][0].get("text"))

with Path("broken.csv").open("w", encoding="utf-8") as file:
    file.write("text,topic\nHello,weather\n")
try:
    list(
        synalinks.datasets.CSVDataset(
            "broken.csv", input_data_model=Message, output_data_model=Topic
        )
    )
except ConfigurationError as error:
    print(error)
else:
    raise AssertionError

# %% [markdown]
# ## Train and test
#
# `materialize` reads everything into arrays. `split_train_test` takes the test samples
# from the end: nothing is drawn, so the same file gives the same split.

# %%
x, y = dataset.materialize()
(x_train, y_train), (x_test, y_test) = synalinks.datasets.split_train_test(
    x, y, validation_split=0.25
)
assert (len(x_train), len(x_test)) == (6, 2)

# %% [markdown]
# ## Into training
#
# `fit`, `evaluate` and `predict` take lists, arrays, tables and datasets. In `fit` a
# dataset is read to its end first, for each sample is met again in each epoch.


# %%
async def train() -> synalinks.Program:
    """Return a trained program."""
    inputs = synalinks.Input(data_model=Message)
    outputs = await synalinks.Generator(
        data_model=Topic, language_model=MODEL, name="topic"
    )(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="triage")
    program.compile(optimizer="random_few_shot", reward="exact_match")
    await program.fit(dataset, validation_data=(x_test, y_test), verbose=0)
    print(await program.evaluate(dataset, verbose=0))
    return program


program = asyncio.run(train())

# %% [markdown]
# ## Tables in, tables out
#
# A pandas `DataFrame` whose columns are the fields of inputs and targets goes in as it
# is; a column that is no field is refused, since it may be one with a wrong name. What
# `predict` gives for a table is a table: the same index, and the fields of the outputs
# as columns. So the two are joined by index, not by position.

# %%
frame = pandas.DataFrame(
    ROWS,
    columns=["text", "topic"],
    index=[f"ticket-{number}" for number in range(len(ROWS))],
)
print(asyncio.run(program.evaluate(frame, verbose=0)))
answers = asyncio.run(program.predict(frame, verbose=0))
print(frame.assign(predicted=answers["topic"]).head(3))
assert list(answers.index) == list(frame.index)

# %% [markdown]
# ## A source of your own, larger than memory
#
# Derive from `Dataset` and yield rows as dicts: from a data base, a queue, a service.
# Rows are read when they are needed, so `evaluate` and `predict` work on data larger
# than memory.


# %%
class Generated(synalinks.datasets.Dataset):
    """Rows that are made when they are asked for."""

    def _iter_rows(self):
        for index in range(40):
            yield {"text": f"Parcel {index} is late", "topic": "delivery"}


stream = Generated(input_data_model=Message, output_data_model=Topic, batch_size=8)
logs = asyncio.run(program.evaluate(stream, verbose=0))
print(logs["reward"])

# %% [markdown]
# Predictions may be too many for memory, too: with `to_file=` each goes to a file of
# JSON lines when its turn has come, in the order of the inputs.

# %%
path = asyncio.run(program.predict(stream, to_file="predictions.jsonl", verbose=0))
lines = Path(path).read_text(encoding="utf-8").splitlines()
print(len(lines), "lines, such as", lines[0])
assert len(lines) == 40

# %% [markdown]
# ## Data sets that come with the library
#
# `support_messages` is small and part of the library. `banking77` and `gsm8k` are
# fetched when you first call their `load_data`, and kept in the home folder. Each has
# `load_data`, `get_input_data_model` and `get_output_data_model`.

# %%
messages = synalinks.datasets.support_messages
(x_train, _), (x_test, _) = messages.load_data()
print(len(x_train), len(x_test), messages.get_output_data_model().keys())
