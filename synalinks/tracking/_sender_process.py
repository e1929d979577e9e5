"""`SenderProcess`: the process that sends to MLflow, seen from here."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

_ROOT = Path(__file__).parents[2]
# Until the other process has imported MLflow, it takes little.
_PIPE_BYTES = 2**20


class SenderProcess:
    """Starts the process, hands it entries, and listens to what it says.

    MLflow runs in a process of its own: importing it takes seconds, its requests block,
    and its work would hold up the event loop even from a thread.

    Args:
        uri: Address of the store.
        settle: Called with the numbers of entries that are dealt with.
        note: Called with what the user should know.
        end: Called when it has ended, for whatever reason. All three are called in a
            thread.

    Attributes:
        has_ended: Whether it has ended.

    Raises:
        OSError: The system has no room for it.
    """

    def __init__(
        self,
        uri: str,
        settle: Callable[[Iterable[int]], None],
        note: Callable[[str], None],
        end: Callable[[], None],
    ) -> None:
        self._settle = settle
        self._note = note
        self._end = end
        self.has_ended: bool = False
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
        self.popen: subprocess.Popen[bytes] = subprocess.Popen(
            [sys.executable, "-P", "-m", "synalinks.tracking"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            pipesize=_PIPE_BYTES,
            start_new_session=True,  # an interruption of the program is not for it
        )
        self._input: Any = self.popen.stdin
        threading.Thread(target=self._listen, daemon=True).start()
        with contextlib.suppress(OSError):  # whoever writes next finds out
            self.write(f"{uri}\n".encode())

    def write(self, lines: bytes) -> None:
        """Hand over entries; blocks while the pipe is full.

        Args:
            lines: A line of JSON each.

        Raises:
            OSError: The process has died.
        """
        self._input.write(lines)
        self._input.flush()

    def close_input(self) -> None:
        """Let the process end, once it has sent what it has."""
        with contextlib.suppress(OSError):  # it has died
            self._input.close()

    def _listen(self) -> None:
        """Take what the process has to say; runs in a thread."""
        output: Any = self.popen.stdout
        for line in output:
            self.popen.poll()  # what was started has left the sender, and ended
            if not line.startswith(b"{"):
                continue  # MLflow prints, too
            said = json.loads(line)
            self._settle(said.get("done", ()))
            if "warn" in said:
                self._note(said["warn"])
        output.close()
        self.popen.wait()
        self.has_ended = True
        self._end()
