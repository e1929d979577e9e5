# %% [markdown]
# # Deployment
#
# A trained program is one file of JSON, without code and without a key. A service loads
# it once, and awaits it from as many requests at once as there are. This guide trains a
# program, saves it, and serves it for a few requests. It needs `fastapi`, and `httpx2`
# for its client. It runs offline with `embedded/learner`; set `SYNALINKS_GUIDE_MODEL`
# to use a real model.

# %%
import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient

import synalinks
from synalinks.errors import LanguageModelError, TransientError

MODEL = os.environ.get("SYNALINKS_GUIDE_MODEL", "embedded/learner")


class Message(synalinks.DataModel):
    """A message from a customer."""

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
]

# %% [markdown]
# ## Train and save
#
# This is the job that runs now and then; what it leaves is `triage.json`.


# %%
async def train() -> None:
    """Leave a trained program in a file."""
    inputs = synalinks.Input(data_model=Message)
    outputs = await synalinks.Generator(data_model=Topic, language_model=MODEL)(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs, name="triage")
    program.compile(optimizer="random_few_shot", reward="exact_match")
    await program.fit(
        x=[Message(text=text) for text, _ in ROWS],
        y=[Topic(topic=topic) for _, topic in ROWS],
        validation_split=0.34,
        verbose=0,
    )
    program.save("triage.json")


asyncio.run(train())

# %% [markdown]
# ## Load once
#
# The file names the model that the program was trained with. `models=` puts one with
# the limits of the service in its place: how long a call may take, its further attempts
# included, and how many calls there may be at once; `fallback=` is asked when it fails
# for good. A missing key stops the start, not the first customer.


# %%
@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Load the program, and close its connections at the end."""
    model = synalinks.LanguageModel(MODEL, timeout=20, retry=2, max_concurrency=32)
    model.check_key()
    app.state.program = synalinks.Program.load("triage.json", models={MODEL: model})
    yield
    await model.aclose()


app = FastAPI(title="triage", lifespan=lifespan)

# %% [markdown]
# ## Answer
#
# Data models are pydantic models, so they are the schema of the request and of the
# answer, and a request that does not fit is refused before any call. Requests wait for
# the model and not for each other. More than `MAX_IN_FLIGHT` are turned away: waiting
# longer than the caller does helps nobody. The time of a request is longer than that of
# a call, so that the error of the model comes first.
#
# What went wrong belongs to the log: messages of errors may quote what was sent.

# %%
MAX_IN_FLIGHT = 64
REQUEST_TIMEOUT_S = 30.0
slots = asyncio.Semaphore(MAX_IN_FLIGHT)


@app.post("/predict")
async def predict(message: Message) -> Topic:
    """Run the program on one message."""
    if slots.locked():
        raise HTTPException(503, "too many requests at once", {"Retry-After": "1"})
    try:
        async with slots, asyncio.timeout(REQUEST_TIMEOUT_S):
            answer = await app.state.program(message)
    except (TransientError, TimeoutError):
        raise HTTPException(503, "not available", {"Retry-After": "5"}) from None
    except LanguageModelError as error:
        raise HTTPException(502, f"failed: {type(error).__name__}") from None
    return Topic(**answer.get_json())


# %% [markdown]
# ## Serve
#
# Saved as `app.py`, this is served by `uvicorn app:app`. Here a client asks it without
# a server between, as in the tests of a service: the program is loaded when the block
# begins, and its connections are closed when it ends.

# %%
with TestClient(app) as client:
    for text in ("The courier never rang", "You took the money two times"):
        response = client.post("/predict", json={"text": text})
        print(text, response.json())
        assert response.json()["topic"] in {"billing", "delivery"}
    refused = client.post("/predict", json={"message": "no field of this name"})
    assert refused.status_code == 422

# %% [markdown]
# ## As a project
#
# `synalinks init triage -t api` writes such a service with tests and a `Dockerfile`;
# `-t mcp` writes an MCP server whose tool is the program, for assistants and agents
# that speak that protocol. The page on deployment has what belongs to both: keys,
# limits, several processes, and programs that MLflow serves.
