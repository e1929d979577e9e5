"""Where `MetricsLogger` writes to."""

from __future__ import annotations

import importlib
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from synalinks._internal.console import write
from synalinks._internal.files import append_text, write_atomic
from synalinks._internal.json import dumps
from synalinks.errors import ConfigurationError, MissingDependencyError, show

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject

_JSONL = "jsonl:"
_KNOWN = '"stdout", "jsonl:<path>", "wandb", or an object with `log_metrics`'


class Sink(Protocol):
    """What takes rows and records; it may wait for a disk or a network."""

    def open(self) -> None:
        """Begin a run."""
        ...

    def write(self, entries: list[JsonObject]) -> None:
        """Write entries.

        Args:
            entries: Each has `kind` (`metrics`, or that of a record), `step`, `epoch`
                and what is to be written.
        """
        ...


def sink_of(given: Any) -> Sink:
    """Return a sink for what the user named.

    Args:
        given: `stdout`, `jsonl:<path>`, `wandb`, or an object with
            `log_metrics(metrics, step)`.

    Raises:
        ConfigurationError: It is none of these.
    """
    if given == "stdout":
        return StdoutSink()
    if given == "wandb":
        return WandbSink()
    if given == "mlflow":
        msg = (
            '`MetricsLogger` has no sink "mlflow": give `fit` the callback '
            f"`synalinks.callbacks.Monitor` instead. Sinks: {_KNOWN}."
        )
        raise ConfigurationError(msg)
    if isinstance(given, str) and given.startswith(_JSONL) and given != _JSONL:
        return JsonlSink(Path(given.removeprefix(_JSONL)))
    if callable(getattr(given, "log_metrics", None)):
        return ObjectSink(given)
    msg = f"A sink is {_KNOWN}; received: {show(given)}."
    raise ConfigurationError(msg)


class StdoutSink:
    """A line per row or record on standard output."""

    def open(self) -> None:
        """Do nothing."""

    def write(self, entries: list[JsonObject]) -> None:
        """Print entries.

        Args:
            entries: What to print.
        """
        for entry in entries:
            place = f"epoch {entry['epoch'] + 1}, step {entry['step']}"
            rest = [f"{key}={_short(value)}" for key, value in _content(entry).items()]
            kind = "" if entry["kind"] == "metrics" else f"{entry['kind']} "
            write(f"{place}: {kind}{' '.join(rest)}\n")


class JsonlSink:
    """A line of JSON per row or record in a file.

    Args:
        path: Where to write; what is there is kept.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    def open(self) -> None:
        """Make sure that the file can be written."""
        if self.path.exists():
            append_text(self.path, "")
        else:
            write_atomic(self.path, "")

    def write(self, entries: list[JsonObject]) -> None:
        """Add entries.

        Args:
            entries: What to write.
        """
        lines = [dumps(_strict(one)) for one in entries]
        append_text(self.path, "".join(f"{line}\n" for line in lines))


class ObjectSink:
    """A logger of another library; it is given numbers only.

    Args:
        logger: Has `log_metrics(metrics, step)` and maybe `flush()`.
    """

    def __init__(self, logger: Any) -> None:
        self._logger = logger

    def open(self) -> None:
        """Do nothing."""

    def write(self, entries: list[JsonObject]) -> None:
        """Hand on the rows.

        Args:
            entries: Rows and records.
        """
        for entry in entries:
            if entry["kind"] == "metrics":
                self._logger.log_metrics(_content(entry), entry["step"])
        flush = getattr(self._logger, "flush", None)
        if flush is not None:
            flush()


class WandbSink:
    """Weights & Biases: the run that is active, or a new one.

    Raises:
        MissingDependencyError: The package is not installed.
    """

    def __init__(self) -> None:
        try:
            self._wandb: Any = importlib.import_module("wandb")
        except ImportError as error:
            msg = 'The sink "wandb" needs a package: `pip install wandb`.'
            raise MissingDependencyError(msg) from error

    def open(self) -> None:
        """Begin a run, unless one is active."""
        if self._wandb.run is None:
            self._wandb.init()

    def write(self, entries: list[JsonObject]) -> None:
        """Log the rows.

        Args:
            entries: Rows and records.
        """
        for entry in entries:
            if entry["kind"] == "metrics":
                self._wandb.log(_content(entry), step=entry["step"])


def _strict(entry: JsonObject) -> JsonObject:
    # JSON has no word for numbers that are not finite.
    return {
        key: None if isinstance(value, float) and not math.isfinite(value) else value
        for key, value in entry.items()
    }


def _content(entry: JsonObject) -> JsonObject:
    hidden = {"kind", "step", "epoch"}
    return {key: value for key, value in entry.items() if key not in hidden}


def _short(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else dumps(value)
