"""Where an MCP server is, and a session with it: the door to the `mcp` package."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict, is_row
from synalinks.errors import (
    ConfigurationError,
    MissingDependencyError,
    ModuleError,
    SynalinksError,
    ToolServerError,
    cut,
    did_you_mean,
    show,
)

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

    from synalinks._internal.json import JsonObject

_TRANSPORTS = ("stdio", "streamable_http")
_KEYS = {
    "stdio": ("transport", "command", "args", "env", "cwd", "timeout"),
    "streamable_http": ("transport", "url", "headers", "timeout"),
}
_TIMEOUT_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """How one MCP server is reached."""

    server: str
    """What it is called."""
    command: str | None = None
    """Program to start; None for a server that is reached over HTTP."""
    args: tuple[str, ...] = ()
    """Arguments of the program."""
    env: dict[str, str] | None = field(default=None, repr=False)
    """Its further environment variables, secret or not."""
    cwd: str | None = None
    """Its folder."""
    url: str | None = None
    """Address of a server that is reached over HTTP."""
    headers: dict[str, str] | None = field(default=None, repr=False)
    """HTTP headers, secret or not."""
    timeout_s: float = _TIMEOUT_S
    """Seconds that the server has to answer."""

    @property
    def place(self) -> str:
        """Where the server is, without its secrets."""
        if self.url is not None:
            return f"`{self.url}`"
        return f"`{' '.join([self.command or '', *self.args])}`"


def read_connection(server: str, given: Any) -> Connection:
    """Return how a server is reached, as a user has written it.

    Args:
        server: What it is called.
        given: A dict with `command` and perhaps `args`, `env`, `cwd`; or with `url` and
            perhaps `headers`; and perhaps `transport` and `timeout`.

    Raises:
        ConfigurationError: It is something else.
    """
    if not is_dict(given) or ("command" in given) == ("url" in given):
        msg = (
            f"The connection {server!r} is a dict with either `command` (a program to "
            f"start) or `url` (a server to reach over HTTP), received: {show(given)}."
        )
        raise ConfigurationError(msg)
    kind = "stdio" if "command" in given else "streamable_http"
    transport = str(given.get("transport", kind)).replace("-", "_")
    if transport not in {kind, "http" if kind == "streamable_http" else kind}:
        msg = (
            f"`transport` of the connection {server!r} is {show(given['transport'])}. "
            f"With these keys it is {kind!r}; there are {_TRANSPORTS}."
        )
        raise ConfigurationError(msg)
    for key in given:
        if key not in _KEYS[kind]:
            msg = (
                f"The connection {server!r} has the key {key!r}, which "
                f"{kind!r} does not.{did_you_mean(key, _KEYS[kind])}"
            )
            raise ConfigurationError(msg)
    args: Any = given.get("args") or []
    if not is_row(args) or not all(isinstance(one, str) for one in args):
        msg = f"`args` of the connection {server!r} is a list of texts."
        raise ConfigurationError(msg)
    cwd: Any = given.get("cwd")
    return Connection(
        server=server,
        command=given.get("command"),
        args=tuple(args),
        env=given.get("env"),
        cwd=None if cwd is None else str(cwd),
        url=given.get("url"),
        headers=given.get("headers"),
        timeout_s=float(given.get("timeout", _TIMEOUT_S)),
    )


def require_mcp() -> None:
    """Refuse to go on without the `mcp` package.

    Raises:
        MissingDependencyError: It is not installed.
    """
    if find_spec("mcp") is None:
        msg = (
            "Tools of MCP servers need the `mcp` package, which is not installed. "
            "Run `pip install 'mcp>=2,<3'`."
        )
        raise MissingDependencyError(msg)


@contextlib.asynccontextmanager
async def open_session(connection: Connection) -> AsyncGenerator[Any]:
    """Connect to a server, which is started if it is a program.

    Args:
        connection: How it is reached.

    Yields:
        The client of the `mcp` package.

    Raises:
        ToolServerError: The server cannot be started or reached, or has died.
    """
    require_mcp()
    from mcp import Client

    try:
        async with contextlib.AsyncExitStack() as stack:
            server = await _transport(connection, stack)
            client = Client(server, read_timeout_seconds=connection.timeout_s)
            yield await stack.enter_async_context(client)
    except BaseException as error:
        first = _first_ordinary(error)
        if isinstance(first, SynalinksError):
            raise first from None
        if first is None:  # cancelled, or interrupted
            raise
        msg = _unreachable(connection, first)
        raise ToolServerError(msg) from error


async def _transport(connection: Connection, stack: contextlib.AsyncExitStack) -> Any:
    from httpx2 import AsyncClient  # what `mcp` speaks HTTP with
    from mcp import StdioServerParameters
    from mcp.client.streamable_http import streamable_http_client

    if connection.url is None:
        return StdioServerParameters(
            command=connection.command or "",
            args=list(connection.args),
            env=connection.env,
            cwd=connection.cwd,
        )
    http = AsyncClient(headers=connection.headers, timeout=connection.timeout_s)
    await stack.enter_async_context(http)
    return streamable_http_client(connection.url, http_client=http)


async def list_tools(connection: Connection, client: Any) -> list[JsonObject]:
    """Return the tools of a server, each as a JSON object of the protocol.

    Args:
        connection: How the server is reached.
        client: A session with it.

    Raises:
        ToolServerError: The server does not answer.
    """
    tools: list[JsonObject] = []
    cursor: str | None = None
    while True:
        page = await _answered(connection, client.list_tools(cursor=cursor))
        tools += [
            {
                "name": one.name,
                "description": one.description or one.title or one.name,
                "inputSchema": one.input_schema,
                "outputSchema": one.output_schema,
            }
            for one in page.tools
        ]
        cursor = page.next_cursor
        if not cursor:
            return tools


async def call_tool(
    connection: Connection, client: Any, name: str, arguments: JsonObject
) -> JsonObject:
    """Return what a tool of a server gives.

    Args:
        connection: How the server is reached.
        client: A session with it.
        name: Name of the tool.
        arguments: Its arguments.

    Returns:
        What is structured as it is; otherwise `{"result": ...}` with the text, or a
        list of the parts where there are several.

    Raises:
        ModuleError: The tool failed.
        ToolServerError: The server does not answer.
    """
    result = await _answered(connection, client.call_tool(name, arguments))
    parts = [_part(one) for one in result.content]
    given: Any = parts[0] if len(parts) == 1 else parts
    if result.is_error:
        raise ModuleError(given if isinstance(given, str) else cut(show(given)))
    structured = result.structured_content
    return structured if is_dict(structured) else {"result": given}


async def _answered(connection: Connection, asked: Any) -> Any:
    from mcp import MCPError
    from mcp.types import CONNECTION_CLOSED, REQUEST_TIMEOUT

    try:
        return await asked
    except MCPError as error:
        if error.code in {CONNECTION_CLOSED, REQUEST_TIMEOUT}:
            raise ToolServerError(_unreachable(connection, error)) from error
        # The server is well, and refuses the call: something that a model can mend.
        raise ModuleError(error.message) from error


def _part(part: Any) -> Any:
    return part.text if part.type == "text" else part.model_dump(mode="json")


def _unreachable(connection: Connection, error: BaseException) -> str:
    what = "Start the program by hand to see what it says"
    if connection.url is not None:
        what = "See whether it runs, and whether the address is right"
    return (
        f"The MCP server `{connection.server}` ({connection.place}) cannot be reached "
        f"or has died: {type(error).__name__}: {cut(str(error))}. {what}."
    )


def _first_ordinary(error: BaseException) -> Exception | None:
    """Return the first error in a group that is no cancellation; None for none."""
    parts: tuple[BaseException, ...] = getattr(error, "exceptions", ())
    if parts:
        found = [_first_ordinary(one) for one in parts]
        return next((one for one in found if one is not None), None)
    return error if isinstance(error, Exception) else None
