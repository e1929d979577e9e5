# %% [markdown]
# # Data models
#
# Whatever goes into a program, comes out of it, or is passed on inside it is JSON with
# a schema. You describe it with pydantic. This guide makes no call to a model.

# %%
import asyncio
from typing import Literal

from pydantic import ValidationError

import synalinks


class Question(synalinks.DataModel):
    """A question of a customer."""

    text: str = synalinks.Field(description="What the customer wrote")
    language: Literal["de", "en"] = "en"


class Answer(synalinks.DataModel):
    """An answer to a customer."""

    answer: str = synalinks.Field(description="One sentence, polite")


# %% [markdown]
# Names, docstrings and descriptions are not decoration: language models read them.
# `synalinks.Field` is pydantic's `Field`, and validators, enums and nested models work
# as usual. Unknown fields are refused, so that a typo shows at once.

# %%
question = Question(text="Where is my parcel?")
print(question.get_json())
print(Question.keys())

try:
    Question(txt="Where is my parcel?")
except ValidationError as error:
    print(error.error_count(), "errors: the name is wrong, and `text` is missing")
else:
    raise AssertionError

# %% [markdown]
# ## What flows at run time
#
# Modules return a `JsonDataModel`: a dict with its schema. It is read with `get`, with
# `[...]`, or as a dict.

# %%
value = question.to_json_data_model()
assert value.get("text") == question["text"]
assert value.get("missing", "a default") == "a default"
print(value.prettify_json())

# %% [markdown]
# Before a program runs there are no values, only schemas: `Input` gives a
# `SymbolicDataModel`, and modules called on it give others. That is how programs are
# wired, and why a field that does not exist is found before anything is paid for.

# %%
symbol = Question.to_symbolic_data_model()
print(list(symbol.get_schema()["properties"]))

# %% [markdown]
# ## Combining
#
# `+` puts two models together. It works on values, on classes and on symbols alike; a
# key that is there already gets a number.

# %%
answer = Answer(answer="It is on its way.")
assert (question + answer).get_json() == {
    "text": "Where is my parcel?",
    "language": "en",
    "answer": "It is on its way.",
}
assert list((answer + answer).get_json()) == ["answer", "answer_1"]
print(list((Question + Answer).get_schema()["properties"]))

# %% [markdown]
# In a program some values may be missing: a branch was not taken, or a call failed.
# A missing value is `None`, and the other operators say what becomes of it.
#
# | | both there | only `a` | only `b` | neither |
# |---|---|---|---|---|
# | `a + b` | both together | error | error | error |
# | `a & b` | both together | None | None | None |
# | `a \| b` | both together | `a` | `b` | None |
# | `a ^ b` | None | `a` | `b` | None |
#
# `+` is for what must be there, `&` for what is of use only together, `|` to join
# branches, and `^` for guards.

# %%
missing = None
assert (question & missing) is None
assert (question | missing).get_json() == question.get_json()
assert (question ^ answer) is None

# %% [markdown]
# ## Choosing fields
#
# Masks keep or drop fields by name; `in` tells whether one model has all that another
# has.

# %%
both = question.to_json_data_model() + answer
assert both.in_mask(mask=["text"]).get_json() == {"text": "Where is my parcel?"}
assert list(both.out_mask(mask=["language"]).keys()) == ["text", "answer"]
assert Answer in both
assert "price" not in both

# %% [markdown]
# `factorize` makes lists of numbered fields, which is the end of many a vote.

# %%
votes = (answer + Answer(answer="It is late.")).factorize()
assert votes.get_json() == {"answers": ["It is on its way.", "It is late."]}

# %% [markdown]
# The same operations are in `synalinks.ops`, to be awaited; they also take a `prefix`
# or `suffix` for all keys.

# %%
gold = asyncio.run(synalinks.ops.prefix(answer, prefix="gold"))
assert list(gold.keys()) == ["gold_answer"]

# %% [markdown]
# ## Models that come with the library
#
# `ChatMessage` and `ChatMessages` are conversations; `Image` and `Audio` go into the
# content of a message. `Score`, `FineScore` and `Rating` are closed scales: a model
# that must answer with one of eleven steps says more than one that may answer with any
# number.

# %%
chat = synalinks.ChatMessages(
    messages=[synalinks.ChatMessage(role="user", content="Where is my parcel?")]
)
print(chat.get("messages")[0]["role"])


class Verdict(synalinks.DataModel):
    """How good an answer is."""

    score: synalinks.Score


print(Verdict(score=0.8).get_json())
