"""How MCP servers are reached, as users write it."""

import pytest

from synalinks.errors import ConfigurationError, MissingDependencyError
from synalinks.modules import _mcp_connection
from synalinks.modules._mcp_connection import read_connection, require_mcp


def test_a_program_or_an_address():
    """Secrets are shown nowhere."""
    local = read_connection("a", {"command": "run", "args": ["x"], "env": {"K": "s3"}})
    web = read_connection(
        "b",
        {
            "url": "http://h/mcp",
            "transport": "http",
            "headers": {"k": "s3"},
            "timeout": 5,
        },
    )

    assert (local.place, local.timeout_s) == ("`run x`", 60.0)
    assert (web.place, web.timeout_s) == ("`http://h/mcp`", 5.0)
    assert "s3" not in repr([local, web])


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (None, "either `command` .* or `url`"),
        ({}, "either `command` .* or `url`"),
        ({"command": "run", "url": "http://h"}, "either `command` .* or `url`"),
        ({"command": "run", "transport": "sse"}, "With these keys it is 'stdio'"),
        ({"url": "h", "transport": "stdio"}, "it is 'streamable_http'"),
        ({"url": "h", "header": {}}, "Did you mean `headers`"),
        ({"command": "run", "args": "x"}, "`args` .* is a list of texts"),
    ],
)
def test_anything_else_is_refused(given, message):
    """With what was received and what is expected."""
    with pytest.raises(ConfigurationError, match=message):
        read_connection("a", given)


def test_without_the_package_it_says_what_to_install(monkeypatch):
    """Before any server is started."""
    monkeypatch.setattr(_mcp_connection, "find_spec", lambda _: None)

    with pytest.raises(MissingDependencyError, match="pip install 'mcp>=2,<3'"):
        require_mcp()
