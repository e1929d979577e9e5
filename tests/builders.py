"""Small data models, scripted language models and programs that many tests use."""

import asyncio

import synalinks
from synalinks.testing import ScriptedTransport


class Query(synalinks.DataModel):
    """A question."""

    query: str


class Answer(synalinks.DataModel):
    """An answer."""

    answer: str


QUERY = Query(query="What is it?")


def plausible(request):
    """Answer any schema: the first of an enumeration, else the field's name."""
    if request.schema is None:
        return "free text"
    return {
        key: part["enum"][0] if "enum" in part else f"some {key}"
        for key, part in request.schema["properties"].items()
    }


def scripted(answers=plausible):
    """Return a language model that answers from a script, and its transport."""
    transport = ScriptedTransport(answers)
    return synalinks.LanguageModel("openai/scripted", transport=transport), transport


def embedded(**settings):
    """Return the language model that runs in this process."""
    return synalinks.LanguageModel("embedded/learner", **settings)


def run(coroutine):
    """Run a coroutine from a test that is not `async` itself, since it uses files."""
    return asyncio.run(coroutine)


async def functional(language_model=None, **options):
    """Return a program of one generator."""
    inputs = synalinks.Input(data_model=Query)
    outputs = await synalinks.Generator(
        data_model=Answer,
        language_model=language_model or embedded(),
        name="writer",
    )(inputs)
    return synalinks.Program(inputs=inputs, outputs=outputs, **options)


def field_names(model):
    """Return the names of the properties of a data model."""
    return list(model.get_schema()["properties"])
