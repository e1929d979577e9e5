# %% [markdown]
# # Agents
#
# An agent is a model that may call functions of yours until it knows enough to answer.
# It is a module like any other: it stands in a graph, is trained, and is saved. The
# small model of the other guides calls no functions, so that this one runs offline with
# answers from a script; set `SYNALINKS_GUIDE_MODEL` to a real model to see it decide.

# %%
import asyncio
import json
import os

import synalinks
from synalinks.language_models import LMResponse

# %% [markdown]
# ## Tools
#
# A tool is an `async` function with type hints and a docstring that says what each
# argument is. Models read both. Register it, and a program that uses it can be saved.

# %%
STOCK = {"red shoes": 4, "blue shoes": 0}


@synalinks.saving.register_synalinks_serializable(package="guide")
async def in_stock(article: str) -> int:
    """Look up how many pieces of an article are in stock.

    Args:
        article: Name of the article, in lower case.
    """
    if article not in STOCK:
        message = f"There is no article {article!r}. There are {sorted(STOCK)}."
        raise ValueError(message)
    return STOCK[article]


tool = synalinks.Tool(in_stock)
print(json.dumps(tool.get_tool_schema(), indent=2))
print(asyncio.run(tool(article="red shoes")).get_json())

# %% [markdown]
# A function that raises is called again, at most three times in all, unless its error
# says that it would fail again.
#
# ## Tools and runs that go on
#
# A run that died and goes on with `resume` asks the model nothing twice, but it calls
# tools again, and what they return becomes part of the next question. If that differs
# from before (a clock, a stock that has changed, a search), the next question is not
# the one whose answer was kept, and the run stops with `DivergenceError` rather than
# mix two pasts. `Tool(in_stock, journal=True)` keeps what a tool returned, as answers
# are kept: give it to every tool whose results change, and to every tool that must not
# act twice, such as one that sends a mail.

# %%
tool = synalinks.Tool(in_stock, journal=True)

# %% [markdown]
# ## The agent
#
# The script below stands in for a model: it asks for an article that does not exist, is
# told so, asks for two others at once, and answers.


# %%
class Order(synalinks.DataModel):
    """What a customer wants."""

    text: str


class Answer(synalinks.DataModel):
    """What we can deliver."""

    articles: list[str]


def ask(*articles: str) -> LMResponse:
    """Return an answer that calls the tool for some articles."""
    return LMResponse(
        tool_calls=[
            {
                "id": f"call_{article}",
                "type": "function",
                "function": {
                    "name": "in_stock",
                    "arguments": json.dumps({"article": article}),
                },
            }
            for article in articles
        ]
    )


def make_model() -> synalinks.LanguageModel:
    """Return a real model, or one that answers from a script."""
    if "SYNALINKS_GUIDE_MODEL" in os.environ:
        return synalinks.LanguageModel(os.environ["SYNALINKS_GUIDE_MODEL"])
    answers = [
        ask("shoes"),
        ask("red shoes", "blue shoes"),
        "The red ones are there, the blue ones are not.",
        {"articles": ["red shoes"]},
    ]
    transport = synalinks.testing.ScriptedTransport(answers)
    return synalinks.LanguageModel("openai/gpt-4o-mini", transport=transport)


async def make_program() -> synalinks.Program:
    """Return a program of one agent."""
    inputs = synalinks.Input(data_model=Order)
    outputs = await synalinks.FunctionCallingAgent(
        data_model=Answer,
        language_model=make_model(),
        tools=[tool],
        max_iterations=5,
        name="clerk",
    )(inputs)
    return synalinks.Program(inputs=inputs, outputs=outputs, name="shop")


program = asyncio.run(make_program())
result = asyncio.run(program(Order(text="Shoes, red or blue")))
print(result.get("articles"))

# %% [markdown]
# Calls that do not need each other run at the same time. What goes wrong with one (an
# unknown tool, arguments that do not fit, an error of the function) is told to the
# model, which may try another way. What the model cannot mend, such as a provider that
# does not answer, is an error as everywhere.
#
# The output has the whole conversation, unless `return_inputs_with_trajectory=False`.

# %%
for message in result.get("messages"):
    calls = [call["function"]["arguments"] for call in message.get("tool_calls") or []]
    print(f"{message['role']:9} {message.get('content') or calls}")
assert result.get("articles") is not None

# %% [markdown]
# An agent makes at most `max_iterations + 1` LM calls. Its two prompts, that for
# calling tools and that for the final answer, are trained apart.

# %%
print([variable.path for variable in program.trainable_variables])

# %% [markdown]
# With `Tool(..., trainable=True)` what models read of the tool is a variable, too: a
# tool that is called at the wrong time often has the wrong description.
#
# ## Step by step
#
# With `autonomous=False` an agent takes `ChatMessages` and makes one step. So a person
# can look at the calls before they are made, change them, or answer them.

# %%
careful = synalinks.FunctionCallingAgent(
    language_model=make_model(), tools=[tool], autonomous=False, name="careful"
)
chat = synalinks.ChatMessages(
    messages=[synalinks.ChatMessage(role="user", content="Are red shoes there?")]
)
chat = asyncio.run(careful(chat))
for call in chat.get("messages")[-1].get("tool_calls") or []:
    print("may it call", call["function"]["name"], call["function"]["arguments"], "?")

# %% [markdown]
# ## One call, and no more
#
# `Action` lets the model fill in the arguments of one tool, and calls it. `Decision`
# and `Branch` choose without any tool: see the guide on control flow.
#
# ## Tools from MCP servers
#
# With `pip install '.[mcp]'` in the checkout, `MultiServerMCPClient` turns the tools of
# MCP servers into tools like those above: see the page on deployment for a server made
# from a program.
