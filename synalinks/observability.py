"""Switches: what is observed of every program, whenever it was made."""

from __future__ import annotations

import logging
from logging.handlers import QueueHandler, QueueListener
from queue import SimpleQueue
from typing import TYPE_CHECKING

from synalinks import config
from synalinks._internal.public import publish
from synalinks.callbacks import Monitor, set_default_monitor
from synalinks.errors import ConfigurationError, show
from synalinks.hooks import (
    Logger,
    Recorder,
    add_session_hook,
    remove_session_hooks,
    session_hooks,
    trace_context,
)
from synalinks.hooks import Monitor as Tracer
from synalinks.tracking import flush_outboxes

if TYPE_CHECKING:
    from pathlib import Path

__all__ = [
    "disable_logging",
    "disable_observability",
    "enable_logging",
    "enable_observability",
    "flush_observability",
    "is_observability_enabled",
    "is_trace_recording_enabled",
    "mlflow_experiment_name",
    "mlflow_tracking_uri",
    "record_traces",
    "stop_recording",
    "trace_context",
    "trace_recording_dir",
]

_LOG_FILE = "synalinks.log"
_FORMAT = "%(asctime)s %(levelname)s %(message)s"
_log_writers: list[tuple[logging.Handler, QueueListener]] = []


def enable_observability(
    tracking_uri: str | Path | None = None,
    experiment_name: str | None = None,
    *,
    sampling_rate: float = 1.0,
    shutdown_timeout: float = 5.0,
) -> None:
    """Have MLflow show every run and every call from now on.

    Calls become traces, of programs that exist already too; each `fit` and `evaluate`
    gets a `Monitor` unless it is given one. It holds until `disable_observability` or
    `clear_session`.

    MLflow is talked to by a process of its own. No call waits for it: if it is slow or
    away, training goes on, and what was logged is sent when it is back.

    Args:
        tracking_uri: Address of an MLflow server, `http://host:5000`, or of a database.
            None: `MLFLOW_TRACKING_URI` of the environment, or what was given to
            `mlflow.set_tracking_uri`, or `sqlite:///mlflow.db`.
        experiment_name: Where in MLflow; the name of the program when None.
        sampling_rate: Share of samples and calls that are traced, from 0 to 1; metrics
            are always complete.
        shutdown_timeout: Seconds that the end of the program may wait for what is not
            sent yet. What is left then is sent by the other process alone, or kept for
            the next time if MLflow is away.

    Raises:
        ConfigurationError: An argument cannot work; such as a folder, `./mlruns`, in
            which MLflow keeps no new runs.
    """
    if shutdown_timeout < 0:
        msg = f"`shutdown_timeout` is 0 or more seconds: {show(shutdown_timeout)}."
        raise ConfigurationError(msg)
    tracer = Tracer(tracking_uri, experiment_name, sampling_rate=sampling_rate)
    tracer.outbox.shutdown_timeout_s = shutdown_timeout
    disable_observability()
    add_session_hook(tracer)
    set_default_monitor(
        lambda: Monitor(experiment_name=experiment_name, tracking_uri=tracking_uri)
    )


def disable_observability() -> None:
    """Undo `enable_observability`; what is not sent yet still is."""
    remove_session_hooks(Tracer)
    set_default_monitor(None)


def is_observability_enabled() -> bool:
    """Return whether `enable_observability` is in force."""
    return _tracer() is not None


def mlflow_tracking_uri() -> str | None:
    """Return the address that `enable_observability` uses; None if it is off."""
    tracer = _tracer()
    return tracer.outbox.uri if tracer else None


def mlflow_experiment_name() -> str | None:
    """Return the name given to `enable_observability`; None if there is none."""
    tracer = _tracer()
    return tracer.experiment_name if tracer else None


async def flush_observability(timeout: float = 60.0) -> bool:  # noqa: ASYNC109 - a word of users
    """Wait until MLflow has all that was logged, such as before looking at it.

    Args:
        timeout: Seconds to wait at most.

    Returns:
        Whether it has.
    """
    return await flush_outboxes(timeout)


def _tracer() -> Tracer | None:
    return next((one for one in session_hooks() if isinstance(one, Tracer)), None)


# -- logs and records ------------------------------------------------------------------


def enable_logging(
    log_level: str | int = "debug", log_to_file: bool | str | Path = False
) -> None:
    """Write every call to the logger `synalinks`, and that to standard error.

    Args:
        log_level: `debug` for all, `info` for what has ended, `warning` for what has
            failed; or a number of Python's `logging`.
        log_to_file: True for the file `synalinks.log`, or the path of another one,
            instead of standard error.

    Raises:
        ConfigurationError: There is no such level.
    """
    level = log_level.upper() if isinstance(log_level, str) else log_level
    if isinstance(level, str) and level not in logging.getLevelNamesMapping():
        msg = f"`log_level` is 'debug', 'info' or 'warning': {show(log_level)}."
        raise ConfigurationError(msg)
    disable_logging()
    target: logging.Handler = logging.StreamHandler()
    if log_to_file:
        path = _LOG_FILE if log_to_file is True else log_to_file
        target = logging.FileHandler(path, encoding="utf-8", delay=True)
    target.setFormatter(logging.Formatter(_FORMAT))
    # Written by a thread: neither files nor terminals may hold up the event loop.
    lines: SimpleQueue[logging.LogRecord] = SimpleQueue()
    entrance, writer = QueueHandler(lines), QueueListener(lines, target)
    writer.start()
    logger = logging.getLogger("synalinks")
    logger.addHandler(entrance)
    logger.setLevel(level)
    _log_writers.append((entrance, writer))
    add_session_hook(Logger())


def disable_logging() -> None:
    """Undo `enable_logging`, once all is written."""
    remove_session_hooks(Logger)
    logger = logging.getLogger("synalinks")
    while _log_writers:
        entrance, writer = _log_writers.pop()
        logger.removeHandler(entrance)
        writer.stop()
        for target in writer.handlers:
            target.close()


def record_traces(base_dir: str | Path | None = None) -> Recorder:
    """Keep every chat with a language model in files, as fine-tuning takes them.

    Args:
        base_dir: Folder of the files; `synalinks_home()` when None.

    Returns:
        What records; `flush` waits until the files are written.
    """
    stop_recording()
    recorder = Recorder(base_dir)
    add_session_hook(recorder)
    return recorder


def stop_recording() -> None:
    """Undo `record_traces`."""
    remove_session_hooks(Recorder)


def is_trace_recording_enabled() -> bool:
    """Return whether `record_traces` is in force."""
    return trace_recording_dir() is not None


def trace_recording_dir() -> Path | None:
    """Return the folder that `record_traces` writes to; None if it is off."""
    recorders = (one for one in session_hooks() if isinstance(one, Recorder))
    return next((one.base_dir for one in recorders), None)


config.on_clear_session(disable_logging)
publish(__name__)
