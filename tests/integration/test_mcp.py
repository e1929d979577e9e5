"""Tools of real MCP servers, started as processes of their own."""

import json
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

import synalinks
from synalinks.errors import (
    ConfigurationError,
    ModuleError,
    SchemaError,
    ToolServerError,
    UnregisteredObjectError,
)
from synalinks.language_models import LMResponse
from synalinks.utils import MultiServerMCPClient
from tests.builders import QUERY, Query, run, scripted

pytestmark = pytest.mark.integration

PROGRAM = Path(__file__).parents[1] / "mcp_tools.py"
STDIO = {"command": sys.executable, "args": [str(PROGRAM)], "env": {"SECRET_WORD": "x"}}


def is_heard(host, port):
    with socket.socket() as probe:
        return probe.connect_ex((host, port)) == 0


@pytest.fixture(scope="module")
def address():
    """A server over HTTP, ended when the tests are."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(port)], stderr=subprocess.DEVNULL
    )
    try:
        while not is_heard("127.0.0.1", port):
            time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/mcp"
    finally:
        process.kill()
        process.wait()


def by_name(tools):
    return {tool.name: tool for tool in tools}


async def test_tools_of_a_program():
    """They are described, called, keep what they know, and tell what went wrong."""
    async with MultiServerMCPClient({"tools": STDIO}) as client:
        tools = by_name(await client.get_tools())

        assert set(tools) == {"double", "count", "what_is", "die"}
        function = tools["double"].get_tool_schema()["function"]
        assert function["description"] == "Double a number."
        assert function["parameters"]["properties"]["n"]["type"] == "integer"
        assert (await tools["double"](n=4)).get("result") == 8
        assert [(await tools["count"]()).get("result") for _ in "ab"] == [1, 2]
        assert (await tools["what_is"](name="SECRET_WORD")).get("result") == "x"
        with pytest.raises(SchemaError, match="'n' is a required property"):
            await tools["double"]()
        with pytest.raises(ModuleError, match="unlucky"):
            await tools["double"](n=13)
        with pytest.raises(ToolServerError, match=r"`tools` .*has died"):
            await tools["die"]()


async def test_tools_over_http_serve_an_agent(address):
    """Several servers at once; calls run, and errors are told to the model."""
    servers = {"web": {"url": address, "transport": "streamable_http"}, "local": STDIO}

    def asked(name, call_id, arguments):
        function = {"name": name, "arguments": json.dumps(arguments)}
        return {"id": call_id, "type": "function", "function": function}

    calls = [asked("web_double", "a", {"n": 2}), asked("local_double", "b", {"n": 13})]
    model, transport = scripted([LMResponse(tool_calls=calls), "It is 4."])
    async with MultiServerMCPClient(servers) as client:
        agent = synalinks.FunctionCallingAgent(
            tools=await client.get_tools(), language_model=model
        )
        output = await agent(QUERY)

    told = [one for one in output.get("messages") if one["role"] == "tool"]
    assert json.loads(told[0]["content"]) == {"result": 4}
    assert "unlucky" in json.loads(told[1]["content"])["error"]
    assert len(transport.requests[0].tools) == 8


async def test_without_a_block_each_call_has_a_session_of_its_own(address):
    """One server may be asked alone."""
    client = MultiServerMCPClient({"web": {"url": address}})

    tools = by_name(await client.get_tools("web", trainable=True))

    assert (await tools["double"](n=1)).get("result") == 2
    assert tools["double"].state.get("description") == "Double a number."


@pytest.mark.parametrize(
    ("connection", "message"),
    [
        ({"command": "no-such-program"}, "`tools` .`no-such-program`. cannot be"),
        ({"command": sys.executable, "args": ["-c", "pass"]}, "by hand to see"),
        ({"url": "http://127.0.0.1:9/mcp"}, "whether the address is right"),
    ],
    ids=["no program", "ends at once", "nobody listens"],
)
async def test_a_missing_server_is_an_error(connection, message):
    """It says which server, where, and what to do."""
    client = MultiServerMCPClient({"tools": {**connection, "timeout": 20}})

    with pytest.raises(ToolServerError, match=message):
        await client.get_tools()
    with pytest.raises(ToolServerError, match=message):
        async with client:
            pass


def test_a_program_is_saved_without_the_connection(tmp_path, address):
    """Its secrets stay here, and a file starts no program by itself."""
    client = MultiServerMCPClient({"web": {"url": address, "headers": {"x-key": "s3"}}})

    async def made():
        tools = await client.get_tools()
        agent = synalinks.FunctionCallingAgent(tools=tools, name="agent")
        inputs = synalinks.Input(data_model=Query)
        synalinks.set_default_language_model("embedded/learner")
        return synalinks.Program(inputs=inputs, outputs=await agent(inputs))

    path = tmp_path / "program.json"
    run(made()).save(path)
    saved = path.read_text()

    assert "s3" not in saved
    assert address not in saved
    with pytest.raises(
        UnregisteredObjectError, match="belongs to the MCP server `web`"
    ):
        synalinks.Program.load(path)
    loaded = synalinks.Program.load(path, custom_objects={"web": client})
    agent = loaded.get_module("agent")
    assert run(agent.tools["double"](n=3)).get("result") == 6
    assert agent.clone().tools["double"].client is client


async def test_there_is_no_other_server():
    """The message names those there are."""
    client = MultiServerMCPClient({"web": {"url": "http://127.0.0.1:9/mcp"}})

    with pytest.raises(ConfigurationError, match=r"Known: .'web'.. Did you mean `web`"):
        await client.get_tools("webb")
