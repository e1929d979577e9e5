"""`Recorder`: the hook that keeps chats in files, as fine-tuning wants them."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from synalinks._internal import writer
from synalinks._internal.files import append_text
from synalinks._internal.json import digest, dumps
from synalinks.config import synalinks_home
from synalinks.errors import ConfigurationError
from synalinks.hooks._hook import Hook
from synalinks.hooks._spans import answer_message
from synalinks.tracking import plain
from synalinks.version import __version__

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.hooks._call import Call


class Recorder(Hook):
    """Writes a line of JSON for each call of a language model.

    The files are `<base_dir>/<program>/<module>/<module>_<begin>.jsonl`, one per
    module that asks. `messages` of a line is the chat in OpenAI's form, with the answer
    as its last message: what fine-tuning takes. `exception` is None unless the call
    failed, and then the chat has no answer. Files are written by a thread; `flush`
    waits for it, as does the end of the program.

    Args:
        base_dir: Folder of the files; `synalinks_home()` when None.

    Raises:
        ConfigurationError: `base_dir` is a file.
    """

    def __init__(self, base_dir: str | Path | None = None) -> None:
        self.base_dir: Path = Path(base_dir or synalinks_home())
        if self.base_dir.exists() and not self.base_dir.is_dir():
            msg = f"`base_dir` is a folder to write to, `{self.base_dir}` is a file."
            raise ConfigurationError(msg)
        self._files: dict[Path, _Lines] = {}
        self._began = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")

    def on_call_end(
        self,
        call_id: str,
        parent_call_id: str | None = None,
        outputs: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        """Write the line of a call, if it is one of a language model.

        Args:
            call_id: Identity of the call.
            parent_call_id: Identity of the call that it is part of.
            outputs: What it returned.
            exception: Why it failed, or None.
        """
        call = self.call
        if call.kind == "language_model":
            program, module = _asked_by(call)
            folder = self.base_dir / _as_file_name(program) / _as_file_name(module)
            path = folder / f"{_as_file_name(module)}_{self._began}.jsonl"
            lines = self._files.setdefault(path, _Lines(path))
            writer.hand_over(lines, [_Asked(call, program, module)])

    def flush(self) -> None:
        """Wait until all lines are in their files."""
        writer.flush()


class _Lines:
    """A file of lines, as the thread that writes wants it.

    Args:
        path: The file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def write(self, records: list[_Asked]) -> None:
        """Add lines; in the thread, where making them holds nobody up.

        Args:
            records: One per line.
        """
        self._path.parent.mkdir(parents=True, exist_ok=True)
        append_text(self._path, "".join(f"{dumps(_line(one))}\n" for one in records))


class _Asked(NamedTuple):
    """A call of a model, and who made it."""

    call: Call
    program: str
    module: str


def _line(asked: _Asked) -> JsonObject:
    call = asked.call
    usage = call.usage
    inputs = plain(call.inputs)
    config = call.subject.get_config()
    messages = list(inputs["messages"])
    failed = call.exception
    if failed is None:
        messages.append(answer_message(call.outputs))
    return {
        "synalinks_version": __version__,
        "call_id": call.id,
        "parent_call_id": call.parent_id,
        "trace_id": call.trace_id,
        "sample_id": call.sample_id,
        "phase": call.phase,
        "program": asked.program,
        "module": asked.module,
        "timestamp": datetime.fromtimestamp(call.started_ns / 1e9, UTC).isoformat(),
        "duration": call.elapsed_s,
        "usage": {
            "prompt_tokens": usage.prompt_tokens,
            "completion_tokens": usage.completion_tokens,
            "total_tokens": usage.tokens,
        },
        "cost": usage.cost_usd,
        "messages": messages,
        "inputs_hash": digest(inputs),
        "outputs": None if failed else plain(call.outputs.value),
        "config": config,
        "config_hash": digest(config),
        "exception": failed and f"{type(failed).__name__}: {failed}",
    }


def _asked_by(call: Call) -> tuple[str, str]:
    """Return the names of the program and the module that asked."""
    parent = call.parent
    while parent is not None and parent.kind == "language_model":
        parent = parent.parent  # a model that another falls back to
    asker = parent.name if parent is not None else call.name
    program = next((one for one in _upwards(call) if one.kind == "program"), call.root)
    return program.name, asker


def _upwards(call: Call) -> list[Call]:
    return [] if call.parent is None else [call.parent, *_upwards(call.parent)]


def _as_file_name(name: str) -> str:
    return re.sub(r"[^\w.-]+", "_", name)
