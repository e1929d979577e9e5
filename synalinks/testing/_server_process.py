"""A test server in a process of its own, held by the test that uses it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from typing import TYPE_CHECKING, cast

from synalinks._internal.json import JsonObject, dumps
from synalinks.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType
    from typing import Self

_STOP_S = 5.0


class ChatServerProcess:
    """A `ChatServer` in a process of its own.

    For benchmarks, in which the server must take no time from what is measured, and for
    tests that kill the process which asks: the log survives it. The server stops with
    the process that made it.

    Args:
        answer: Text, or dict that is sent as JSON.
        function: Function that answers, as `"module:name"`, instead of `answer`.
        faults: Rules as `Fault.parse` reads them, such as `"503:0.05"`.
        options: Further arguments of `ChatServer` that are numbers.

    Attributes:
        url: Address to give as `api_base`, once the server runs.

    Example:
        ```python
        with ChatServerProcess({"answer": "Paris"}, latency_s=0.2) as server:
            lm = synalinks.LanguageModel("openai/test", api_base=server.url)
        ```
    """

    def __init__(
        self,
        answer: str | JsonObject = "ok",
        *,
        function: str | None = None,
        faults: Sequence[str] = (),
        **options: float | None,
    ) -> None:
        text = answer if isinstance(answer, str) else dumps(answer)
        self._arguments = [f"--answer={text}", f"--parent={os.getpid()}"]
        if function is not None:
            self._arguments.append(f"--function={function}")
        self._arguments += [f"--fault={fault}" for fault in faults]
        for name, value in options.items():
            if value is not None:
                flag = name.removesuffix("_s") if name in _SECONDS else name
                self._arguments.append(f"--{flag.replace('_', '-')}={value}")
        self._process: subprocess.Popen[str] | None = None
        self.url: str = ""

    def start(self) -> None:
        """Start the process and wait until it serves.

        Raises:
            ConfigurationError: It ended at once; what it said is in the message.
        """
        command = [sys.executable, "-m", "synalinks.testing.chat_server"]
        process = subprocess.Popen(  # noqa: S603 - our own module
            [*command, *self._arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        self._process = process
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        self.url = process.stdout.readline().strip()
        if not self.url:
            _, said = process.communicate()
            self._process = None
            msg = f"The server did not start: {said.strip().rpartition(chr(10))[2]}"
            raise ConfigurationError(msg)

    def stop(self) -> None:
        """End the process and wait for it."""
        if self._process is None:
            return
        self._process.terminate()
        self._process.communicate(timeout=_STOP_S)
        self._process = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    # -- what it saw ------------------------------------------------------------------

    def summary(self) -> JsonObject:
        """Return the counts of its log: requests, in flight at once, statuses."""
        return self._ask("log")

    def requests(self) -> list[JsonObject]:
        """Return the lines of its log."""
        return cast("list[JsonObject]", self._ask("log/requests")["requests"])

    def clear_log(self) -> JsonObject:
        """Empty its log.

        Returns:
            The counts up to now.
        """
        return self._ask("log", method="DELETE")

    def _ask(self, path: str, method: str = "GET") -> JsonObject:
        root = self.url.removesuffix("/v1")
        asked = urllib.request.Request(f"{root}/{path}", method=method)  # noqa: S310 - our own server
        with urllib.request.urlopen(asked) as answer:  # noqa: S310 - as above
            return json.load(answer)


_SECONDS = ("latency_s", "jitter_s")
