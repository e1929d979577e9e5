"""`MultiServerMCPClient`: tools of MCP servers for agents."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections import Counter
from typing import TYPE_CHECKING, Any, ClassVar, Self

from synalinks._internal import context
from synalinks._internal.aio import gather_ordered
from synalinks._internal.shape import is_dict
from synalinks.errors import (
    ConfigurationError,
    UnregisteredObjectError,
    did_you_mean,
    show,
)
from synalinks.modules._mcp_connection import (
    call_tool,
    list_tools,
    open_session,
    read_connection,
    require_mcp,
)
from synalinks.modules._tool import SchemaTool
from synalinks.saving import get_custom_objects

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Mapping
    from types import TracebackType

    from synalinks._internal.json import JsonObject
    from synalinks.modules._mcp_connection import Connection

_NO_NAME = re.compile(r"[^A-Za-z0-9_-]")
_MAX_NAME_CHARS = 64


class MultiServerMCPClient:
    """Gives agents the tools of servers that speak the Model Context Protocol.

    Needs the `mcp` package, the extra of that name: `pip install 'mcp>=2,<3'`.

    In an `async with` block there is one session with each server, which begins at the
    first call: a program is started once, and keeps what it knows. Outside of one each
    call has a session of its own.

    Args:
        connections: By the name of each server a dict, either with `command` and
            perhaps `args`, `env` and `cwd` (a program that is started, and talked to
            over its input and output), or with `url` and perhaps `headers` (streamable
            HTTP). `timeout` is how many seconds it has to answer, by default 60.

    Raises:
        MissingDependencyError: The `mcp` package is not installed.
        ConfigurationError: A connection is malformed.

    Example:
        ```python
        servers = {"files": {"command": "python", "args": ["server.py"]}}
        async with MultiServerMCPClient(servers) as client:
            agent = synalinks.FunctionCallingAgent(tools=await client.get_tools())
        ```
    """

    # Copies of a tool talk over the same client.
    shared_on_load: ClassVar[bool] = True

    def __init__(self, connections: Mapping[str, Any]) -> None:
        require_mcp()
        if not is_dict(connections) or not connections:
            msg = (
                "`connections` is a dict with a connection by the name of each server, "
                f"received: {show(connections)}."
            )
            raise ConfigurationError(msg)
        self._connections = {
            name: read_connection(name, given) for name, given in connections.items()
        }
        self._stack: contextlib.AsyncExitStack | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._sessions: dict[str, Any] = {}

    @property
    def servers(self) -> list[str]:
        """The names of the servers."""
        return list(self._connections)

    async def get_tools(
        self, server_name: str | None = None, *, trainable: bool = False
    ) -> list[MCPTool]:
        """Ask servers for their tools. Costs no LM call.

        Args:
            server_name: The only server to ask; all when None.
            trainable: Whether optimizers may change what models read of the tools.

        Returns:
            The tools, server by server. Two of the same name have that of their
            server in front of it.

        Raises:
            ToolServerError: A server cannot be reached.
            ConfigurationError: There is no such server.
        """
        names = self.servers if server_name is None else [server_name]
        asked = [self._connection(name) for name in names]

        async def of(connection: Connection) -> list[JsonObject]:
            async with self._session(connection) as session:
                return await list_tools(connection, session)

        found = await gather_ordered([lambda one=one: of(one) for one in asked])
        count = Counter(_wire_name(spec["name"]) for specs in found for spec in specs)
        return [
            MCPTool(
                client=self,
                server=server,
                spec=spec,
                name=_wire_name(
                    spec["name"]
                    if count[_wire_name(spec["name"])] == 1
                    else f"{server}_{spec['name']}"
                ),
                trainable=trainable,
            )
            for server, specs in zip(names, found, strict=True)
            for spec in specs
        ]

    async def call(self, server: str, name: str, arguments: JsonObject) -> JsonObject:
        """Call a tool of a server.

        Args:
            server: Name of the server.
            name: Name that the server has for the tool.
            arguments: JSON values by the names of the arguments.

        Returns:
            What the tool gives.

        Raises:
            ModuleError: The tool failed.
            ToolServerError: The server cannot be reached.
        """
        connection = self._connection(server)
        async with self._session(connection) as session:
            return await call_tool(connection, session, name, arguments)

    def _connection(self, server: str) -> Connection:
        connection = self._connections.get(server)
        if connection is None:
            msg = (
                f"There is no MCP server named {show(server)}. Known: {self.servers}."
                f"{did_you_mean(server, self.servers)}"
            )
            raise ConfigurationError(msg)
        return connection

    @contextlib.asynccontextmanager
    async def _session(self, connection: Connection) -> AsyncGenerator[Any]:
        kept = self._sessions.get(connection.server)
        if kept is not None and self._loop is asyncio.get_running_loop():
            yield kept
            return
        async with open_session(connection) as session:
            yield session

    async def __aenter__(self) -> Self:
        """Open a session with each server.

        Returns:
            The client.

        Raises:
            ToolServerError: A server cannot be reached.
            ConfigurationError: It is in such a block already.
        """
        if self._stack is not None:
            msg = "The client has sessions already: it is in an `async with` block."
            raise ConfigurationError(msg)
        async with contextlib.AsyncExitStack() as stack:
            sessions = {
                name: await stack.enter_async_context(open_session(connection))
                for name, connection in self._connections.items()
            }
            self._stack = stack.pop_all()
        self._sessions, self._loop = sessions, asyncio.get_running_loop()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        stack, self._stack, self._sessions, self._loop = self._stack, None, {}, None
        if stack is not None:
            await stack.__aexit__(kind, error, trace)

    def __repr__(self) -> str:
        return f"MultiServerMCPClient({self.servers})"


class MCPTool(SchemaTool):
    """A tool of an MCP server.

    What it returns is kept in the journal of a run that is backed up, so that the run
    can be gone on with: the server is not called again for what it has answered. It is
    called once, also if it fails.

    Args:
        client: Talks to the server.
        server: Name of the server.
        spec: The tool as the server describes it.
        name: Name that models know it by.
        description: What it does; that of the server when None.
        trainable: As in `Tool`.

    A program that holds one is saved without the connection, which may start programs
    and hold secrets: `Program.load(path, custom_objects={"<server>": client})`.
    """

    def __init__(
        self,
        *,
        client: MultiServerMCPClient,
        server: str,
        spec: JsonObject,
        name: str,
        description: str | None = None,
        trainable: bool = False,
    ) -> None:
        self.client = client
        self.server = server
        self.spec = spec

        async def ask(**arguments: Any) -> JsonObject:
            return await client.call(server, spec["name"], arguments)

        super().__init__(
            ask,
            schema=spec["inputSchema"],
            result_schema=spec.get("outputSchema"),
            name=name,
            description=description or spec["description"],
            trainable=trainable,
            journal=True,
        )

    def get_config(self) -> JsonObject:
        """Return the tool as JSON, without the connection."""
        config = {
            "server": self.server,
            "spec": self.spec,
            "name": self.name,
            "description": self.description,
            "trainable": self.trainable,
        }
        return {
            **config,
            **({"client": self.client} if context.is_copying.get() else {}),
        }

    @classmethod
    def from_config(cls, config: JsonObject) -> Self:
        """Return the tool that `get_config` described.

        Args:
            config: What it returned.

        Raises:
            UnregisteredObjectError: There is no client for the server.
        """
        server = config["server"]
        client = config.get("client") or get_custom_objects().get(server)
        if not isinstance(client, MultiServerMCPClient):
            msg = (
                f"The tool `{config['name']}` belongs to the MCP server `{server}`, "
                "whose connection is not saved. Pass the client that has it: "
                f"`custom_objects={{{server!r}: MultiServerMCPClient(...)}}`."
            )
            raise UnregisteredObjectError(msg)
        arguments: JsonObject = {**config, "client": client}
        return cls(**arguments)


def _wire_name(name: str) -> str:
    return _NO_NAME.sub("_", name)[:_MAX_NAME_CHARS]
