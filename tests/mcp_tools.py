"""A small MCP server of the official package: over its input and output, or HTTP.

`python tests/mcp_tools.py` speaks over standard input and output,
`python tests/mcp_tools.py PORT` over HTTP.
"""

import os
import sys

from mcp.server import MCPServer
from mcp.server.mcpserver.exceptions import ToolError

server = MCPServer("tools")
calls = 0


@server.tool()
def double(n: int) -> int:
    """Double a number."""
    if n == 13:
        msg = "unlucky"
        raise ToolError(msg)
    return 2 * n


@server.tool()
def count() -> int:
    """Count the calls of this process."""
    global calls
    calls += 1
    return calls


@server.tool(name="what.is")
def what_is(name: str) -> str:
    """Tell a variable of the environment."""
    return os.environ.get(name, "nothing")


@server.tool()
def die() -> str:
    """End the server."""
    os._exit(3)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        server.run("streamable-http", port=int(sys.argv[1]))
    else:
        server.run("stdio")
