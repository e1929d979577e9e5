"""`FunctionCallingAgent`: a model that calls tools until it can answer."""

import asyncio
import json

import pytest

import synalinks
from synalinks._internal import context
from synalinks._internal.journal import Journal
from synalinks.errors import ConfigurationError, ServerError
from synalinks.language_models import LMResponse
from synalinks.saving import register_synalinks_serializable
from tests.builders import QUERY, Answer, Query, field_names, run, scripted


@register_synalinks_serializable(package="agent_tests")
async def double(n: int) -> int:
    """Double a number.

    Args:
        n: The number.
    """
    if n == 13:
        msg = "unlucky"
        raise ValueError(msg)
    return 2 * n


def asking(*calls, content=None):
    """Return an answer that asks for calls: (id, name, arguments)."""
    tool_calls = [
        {
            "id": call_id,
            "type": "function",
            "function": {"name": name, "arguments": json.dumps(arguments)},
        }
        for call_id, name, arguments in calls
    ]
    return LMResponse(content=content, tool_calls=tool_calls)


def agent(answers, **options):
    model, transport = scripted(answers)
    options.setdefault("tools", [double])
    options.setdefault("name", "agent")
    made = synalinks.FunctionCallingAgent(language_model=model, **options)
    return made, transport


def results(request):
    """Return the tool results that a request shows, by id of the call."""
    return {
        one["tool_call_id"]: json.loads(one["content"])
        for one in request.messages
        if one["role"] == "tool"
    }


class TestAutonomous:
    """Until there is an answer."""

    async def test_calls_are_made_and_the_answer_has_the_schema(self):
        """The final answer stands behind the inputs and all messages."""
        module, transport = agent(
            [asking(("a", "double", {"n": 2})), "It is 4.", {"answer": "4"}],
            data_model=Answer,
        )

        output = await module(QUERY)

        roles = [one["role"] for one in output.get("messages")]
        assert field_names(output) == ["query", "messages", "answer"]
        assert roles == ["assistant", "tool", "assistant"]
        assert output.get("answer") == "4"
        first, second, last = transport.requests
        assert [one["function"]["name"] for one in first.tools] == ["double"]
        assert results(second) == {"a": {"result": 4}}
        assert (last.schema, last.tools) == (Answer.get_schema(), None)
        assert [one["role"] for one in last.messages] == [
            "system", "user", "assistant", "tool", "assistant", "user",
        ]  # fmt: skip

    async def test_the_trajectory_can_be_left_out(self):
        """Then the output is the answer alone."""
        module, _ = agent(
            ["I know.", {"answer": "4"}],
            data_model=Answer,
            return_inputs_with_trajectory=False,
        )

        assert (await module(QUERY)).get_json() == {"answer": "4"}

    async def test_without_a_schema_the_message_that_calls_nothing_is_the_answer(self):
        """It is not asked for, and not paid for, again."""
        module, transport = agent(
            [asking(("a", "double", {"n": 2})), "It is 4."],
            return_inputs_with_trajectory=False,
        )

        output = await module(QUERY)

        assert output.get("content") == "It is 4."
        assert field_names(output) == field_names(synalinks.ChatMessage)
        assert len(transport.requests) == 2

    async def test_final_instructions_are_asked_with(self):
        """Then there is a final answer; the tools are told of, and cannot be called."""
        module, transport = agent(
            ["draft", "final"], final_instructions="Say it in verse."
        )

        output = await module(synalinks.ChatMessages(messages=[QUESTION]))

        assert [one["content"] for one in output.get("messages")] == ["hi", "final"]
        last = transport.requests[1]
        assert "Say it in verse." in last.messages[0]["content"]
        assert last.params["tool_choice"] == "none"
        assert len(last.tools) == 1

    async def test_all_calls_of_an_answer_run_at_once(self):
        """And their results come in the order of the calls."""
        n_running = 0
        all_run = asyncio.Event()

        async def wait(n: int) -> int:
            """Wait for the others.

            Args:
                n: Which one.
            """
            nonlocal n_running
            n_running += 1
            if n_running == 3:
                all_run.set()
            await all_run.wait()
            return n

        calls = [(str(n), "wait", {"n": n}) for n in range(3)]
        module, _ = agent([asking(*calls), "Done."], tools=[wait])

        output = await module(QUERY)

        answered = [
            one["tool_call_id"]
            for one in output.get("messages")
            if one["role"] == "tool"
        ]
        assert answered == ["0", "1", "2"]

    async def test_what_goes_wrong_is_told_to_the_model(self):
        """Unknown tools, arguments that do not fit, errors, and repetitions."""
        module, transport = agent(
            [
                asking(
                    ("a", "triple", {}),
                    ("b", "double", {"m": 2}),
                    ("c", "double", {"n": 13}),
                    ("d", "double", {"n": 1}),
                    ("d", "double", {"n": 1}),
                ),
                "Sorry.",
            ]
        )

        await module(QUERY)

        told = results(transport.requests[1])
        assert told["a"]["error"].startswith("There is no tool `triple`.")
        assert "'m' was unexpected" in told["b"]["error"]
        assert told["c"] == {"error": "ValueError: unlucky"}
        assert told["d"] == {"result": 2}
        assert told["d_2"] == {"error": "It repeats the call `d`; see its result."}

    async def test_exactly_the_calls_that_were_asked_for_are_made(self):
        """Two calls of the same are two calls; none is made on its own."""
        made = []

        async def note(n: int) -> None:
            """Note it.

            Args:
                n: What.
            """
            made.append(n)

        answers = [asking(("a", "note", {"n": 1}), ("b", "note", {"n": 1})), "Done."]
        module, _ = agent(answers, tools=[note])

        await module(QUERY)

        assert made == [1, 1]

    async def test_the_number_of_turns_is_bounded(self):
        """Then the answer is given with what there is."""
        again = asking(("a", "double", {"n": 1}))
        module, transport = agent(
            [again, again, {"answer": "2"}], data_model=Answer, max_iterations=2
        )

        assert (await module(QUERY)).get("answer") == "2"
        assert transport.requests[-1].messages[-1]["role"] == "tool"

        module, transport = agent([again, "2"], max_iterations=1)
        output = await module(QUERY)
        assert output.get("messages")[-1]["content"] == "2"

    async def test_calls_that_wait_in_the_inputs_are_made_first(self):
        """A chat that ends with them goes on with their results."""
        chat = synalinks.ChatMessages(
            messages=[QUESTION, asking_message(("a", "double", {"n": 2}))]
        )
        module, transport = agent(["4"])

        await module(chat)

        assert results(transport.requests[0]) == {"a": {"result": 4}}

    async def test_a_dead_provider_ends_the_call(self):
        """It is an error, and no answer."""
        module, _ = agent([ServerError("down")] * 5)

        with pytest.raises(ServerError, match="down"):
            await module(QUERY)

    async def test_the_final_answer_can_be_thought_about(self):
        """`thinking` stands before the fields of the answer."""
        module, _ = agent(
            ["I know.", {"thinking": "t", "answer": "4"}],
            data_model=Answer,
            use_chain_of_thought=True,
            return_inputs_with_trajectory=False,
        )

        output = await module(QUERY)
        assert output.get_json() == {"thinking": "t", "answer": "4"}

    async def test_the_answer_can_be_streamed(self):
        """Piece by piece, once the tools have been called."""
        module, _ = agent(
            [asking(("a", "double", {"n": 2})), "draft", "It is 4."], streaming=True
        )

        stream = await module(QUERY)
        pieces = [piece["content"] async for piece in stream]

        assert "".join(pieces) == "It is 4."
        assert module.language_model.cumulated_trajectory_calls == 1
        assert module.language_model.cumulated_trajectory_ttft_s > 0


QUESTION = {"role": "user", "content": "hi"}


def asking_message(*calls):
    return {"role": "assistant", "tool_calls": asking(*calls).tool_calls}


class TestInteractive:
    """One step at a time."""

    async def test_calls_are_shown_before_they_are_made(self):
        """The next step makes them and asks again, until nothing is called."""
        module, transport = agent(
            [asking(("a", "double", {"n": 2})), "It is 4."], autonomous=False
        )
        chat = synalinks.ChatMessages(messages=[QUESTION])

        first = await module(chat)
        assert first.get("messages")[-1]["tool_calls"][0]["id"] == "a"
        assert len(transport.requests) == 1
        second = await module(first)

        roles = [one["role"] for one in second.get("messages")]
        assert roles == ["user", "assistant", "tool", "assistant"]
        assert results(transport.requests[1]) == {"a": {"result": 4}}

    async def test_only_calls_that_were_left_in_are_made(self):
        """Those that were taken out, or answered by someone, are not."""
        asked = asking_message(("a", "double", {"n": 1}), ("b", "double", {"n": 2}))
        refused = {"role": "tool", "tool_call_id": "b", "content": '"Not allowed."'}
        module, transport = agent(
            ["Well."], autonomous=False, return_inputs_with_trajectory=False
        )

        new = await module(synalinks.ChatMessages(messages=[QUESTION, asked, refused]))

        told = results(transport.requests[0])
        assert told == {"a": {"result": 2}, "b": "Not allowed."}
        assert [one["role"] for one in new.get("messages")] == ["tool", "assistant"]

    async def test_a_step_can_be_streamed(self):
        """Its message then has the calls that are asked for."""
        module, _ = agent(
            [asking(("a", "double", {"n": 2}))], autonomous=False, streaming=True
        )

        stream = await module(synalinks.ChatMessages(messages=[QUESTION]))
        message = await stream.drain()

        assert message.get("tool_calls")[0]["function"]["name"] == "double"

    async def test_a_step_takes_a_chat(self):
        """Anything else is refused, with what was received."""
        module, _ = agent([], autonomous=False)

        with pytest.raises(ConfigurationError, match="takes `ChatMessages`, received"):
            await module(QUERY)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"tools": None}, "needs one or more `tools`"),
        ({"max_iterations": 0}, "`max_iterations` of `agent` is a whole number"),
        ({"max_iterations": True}, "received: True"),
        ({"autonomous": False, "data_model": Answer}, "leave out `data_model`"),
        ({"use_chain_of_thought": True}, "needs a `data_model` or `schema`"),
        ({"workdir": "x"}, "`workdir` of `agent` is out of scope"),
        ({"skills": ["x"]}, "`skills` of `agent` is out of scope"),
    ],
)
def test_a_wrong_argument_is_refused(options, message):
    """Before any paid call, with what to do."""
    with pytest.raises(ConfigurationError, match=message):
        agent([], **options)


@pytest.mark.parametrize(
    ("options", "fields"),
    [
        ({}, ["query", "messages"]),
        ({"data_model": Answer}, ["query", "messages", "answer"]),
        (
            {"data_model": Answer, "return_inputs_with_trajectory": False},
            ["answer"],
        ),
        (
            {"return_inputs_with_trajectory": False},
            field_names(synalinks.ChatMessage),
        ),
    ],
)
async def test_a_symbol_gives_the_schema_of_the_output(options, fields):
    """Without a call; None gives None."""
    module, transport = agent([], **options)

    assert field_names(await module(Query)) == fields
    assert await module(None) is None
    assert transport.requests == []


async def test_there_are_two_prompts_to_train():
    """Named after the agent, and asked with what an overlay says."""
    module, transport = agent(["draft", "final"])
    await module(Query)
    paths = [variable.path for variable in module.trainable_variables]

    overlay = {module.trainable_variables[1]: {"instructions": "Be final."}}
    with context.bound(context.overlay, overlay):
        await module(QUERY)

    assert paths == [
        "agent/tool_calls_generator_agent/state_tool_calls_generator_agent",
        "agent/final_generator_agent/state_final_generator_agent",
    ]
    assert "Be final." in transport.requests[1].messages[0]["content"]


def test_it_is_saved_and_loaded(tmp_path):
    """With its tools, prompts, and place in a graph."""

    async def made():
        module, _ = agent([], data_model=Answer, max_iterations=3)
        inputs = synalinks.Input(data_model=Query)
        return synalinks.Program(inputs=inputs, outputs=await module(inputs))

    program = run(made())
    program.trainable_variables[0].update({"instructions": "Call twice."})
    program.save(tmp_path / "program.json")

    loaded = synalinks.Program.load(tmp_path / "program.json")

    module = loaded.get_module("agent")
    assert module.max_iterations == 3
    assert module.tools["double"].func is double
    assert loaded.trainable_variables[0].get("instructions") == "Call twice."
    assert loaded.output_schema == program.output_schema


def test_a_run_that_is_gone_on_with_repeats_no_effect(tmp_path):
    """Answers and results come from the journal; nothing is paid or sent twice."""
    sent = []

    async def send(text: str) -> str:
        """Send a mail.

        Args:
            text: What to say.
        """
        sent.append(text)
        if text == "bad":
            msg = "bounced"
            raise OSError(msg)
        return "sent"

    async def once(answers):
        tool = synalinks.Tool(send, journal=True)
        module, transport = agent(answers, tools=[tool])
        journal = Journal(tmp_path)
        await asyncio.to_thread(journal.open)
        try:
            with context.bound(context.journal, journal), context.inside("fit"):
                output = await module(QUERY)
        finally:
            await asyncio.to_thread(journal.close)
        return output.get_json(), len(transport.requests)

    calls = [("a", "send", {"text": "hello"}), ("b", "send", {"text": "bad"})]
    first, n_first = run(once([asking(*calls), "Done."]))
    second, n_second = run(once([]))

    assert sent == ["hello", "bad"]
    assert first == second
    assert (n_first, n_second) == (2, 0)
    told = json.loads(first["messages"][2]["content"])
    assert told == {"error": "ModuleError: OSError: bounced"}
