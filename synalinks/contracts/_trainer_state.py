"""`TrainerState`: what callbacks see of a run, and how they steer it."""

from __future__ import annotations

import asyncio
import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from synalinks._internal.json import canonical
from synalinks.contracts._checkpointing import Checkpointing
from synalinks.contracts._records import Candidate
from synalinks.errors import ConfigurationError, did_you_mean, show, warn

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts._records import Rollout

Stage: TypeAlias = Literal["train", "validate", "evaluate", "predict"]

_MISSING: Any = object()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """Why and how a run ends before its last epoch."""

    reason: str
    """What users read in `history.stop_reason`."""
    validate: bool = True
    """Whether the epoch under way is still validated, which costs calls."""
    resumable: bool = False
    """Whether the run may be gone on with later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """Samples that a callback has put in the place of a batch, for one attempt."""

    x: Sequence[Any]
    """Inputs."""
    y: Sequence[Any] | None = None
    """Targets, one per input."""
    y_pred: Sequence[Any] | None = None
    """Predictions, one per input; the program is not called then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What a step would change, before it is applied."""

    candidate: Candidate
    """The program that the optimizer would have from now on."""
    present: Candidate
    """The program as it is."""
    candidates: Sequence[Candidate] = ()
    """All that were tried in this attempt."""
    score: float | None = None
    """Mean reward of the candidate where it was measured; None if it was not."""

    @property
    def variables(self) -> Mapping[str, JsonObject]:
        """Learnable fields by variable path."""
        return self.candidate.values

    @property
    def edit_distance(self) -> int:
        """How much longer or shorter the changed values are, in characters of JSON."""
        changed = [
            abs(len(canonical(value)) - len(canonical(self.present.values[path])))
            or int(value != self.present.values[path])
            for path, value in self.candidate.values.items()
            if path in self.present.values
        ]
        return sum(changed)

    @property
    def is_change(self) -> bool:
        """Whether applying it would change the program at all."""
        return self.candidate.digest != self.present.digest


class TrainerState(Checkpointing):
    """The state of one `fit`, `evaluate` or `predict`, and its controls.

    Callbacks reach it as `self.trainer`. Training writes the fields; callbacks read
    them and use the methods.

    Args:
        program: The program that runs.
        stage: `train`, `evaluate` or `predict`.
        params: Parameters of the run by name.
    """

    def __init__(
        self, *, program: Any, stage: Stage, params: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self.program = program
        self.stage: Stage = stage
        self.params = params
        self.history: Any = None
        self.epoch = 0
        self.batch_index = 0
        self.step_attempt = 0
        self.num_steps: int | None = params.get("steps")
        self.epoch_complete = False
        self.resumed = False
        self.batch: Any = None
        self.outputs: Sequence[Rollout] = ()
        self.proposal: Proposal | None = None
        self.override: Override | None = None
        self.rows: list[dict[str, Any]] = []
        self.records: list[JsonObject] = []
        self.logs: dict[str, Any] = {}
        self.stop: Stop | None = None
        self.stops_epoch = False
        self._latest: dict[str, float] = {}
        self._tasks: list[asyncio.Task[Any]] = []

    # -- who and where -----------------------------------------------------------

    @property
    def model(self) -> Any:
        """The program, under its Keras name."""
        return self.program

    @property
    def optimizer(self) -> Any:
        """The optimizer that the program was compiled with, or None."""
        return self.program.optimizer

    @property
    def language_models(self) -> list[Any]:
        """The language models that the program calls."""
        return self.program.language_models

    @property
    def config(self) -> JsonObject:
        """What runs, as JSON: the program, how it was compiled, and the arguments."""
        return {
            "program": {
                "name": self.program.name,
                "class": type(self.program).__name__,
            },
            "compile": self.program.get_compile_config(),
            "params": dict(self.params),
        }

    @property
    def current_epoch(self) -> int:
        """Index of the epoch, from 0."""
        return self.epoch

    @property
    def global_step(self) -> int:
        """Training steps completed in the life of the optimizer."""
        return self.optimizer.iterations if self.optimizer else 0

    @property
    def current_step(self) -> int:
        """The same as `global_step`."""
        return self.global_step

    @property
    def step(self) -> int:
        """Index of the training step that is worked on or was just done."""
        return max(0, self.global_step - 1) if self._is_step_done else self.global_step

    _is_step_done = False

    def mark_step(self, *, is_done: bool) -> None:
        """Tell whether the step of the present batch is over.

        Args:
            is_done: Whether it is.
        """
        self._is_step_done = is_done

    # -- numbers ---------------------------------------------------------------------

    @property
    def log_store(self) -> list[dict[str, Any]]:
        """The same as `rows`: one dict of logs per batch."""
        return self.rows

    @property
    def logged_metrics(self) -> dict[str, float]:
        """The latest value of each number."""
        return dict(self._latest)

    def note(self, logs: Mapping[str, Any]) -> None:
        """Remember the latest values.

        Args:
            logs: Values by name.
        """
        for name, value in logs.items():
            if isinstance(value, (int, float)):
                self._latest[name] = float(value)

    def get_metric(self, name: str, default: Any = _MISSING) -> float:
        """Return the latest value of a number.

        Args:
            name: Its name in the logs.
            default: What to return if it is not known.

        Raises:
            KeyError: It is not known, and there is no default.
        """
        if name in self._latest:
            return self._latest[name]
        if default is not _MISSING:
            return default
        msg = (
            f"The run has no value named {name!r}.{did_you_mean(name, self._latest)} "
            f"Available: {', '.join(sorted(self._latest)) or 'none yet'}."
        )
        raise KeyError(msg)

    def log(self, key: str, value: Any) -> None:
        """Log a value: a number into the present logs, other JSON into `records`.

        Args:
            key: Name of the value.
            value: A number, or any JSON value.
        """
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self.logs[key] = value
            self._latest[key] = float(value)
        else:
            self.records.append({"step": self.step, "key": key, "value": value})

    # -- state -----------------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return what a resumed run needs, as JSON, without rows and records."""
        stop = self.stop
        return {
            "epoch": self.epoch,
            "batch_index": self.batch_index,
            "epoch_complete": self.epoch_complete,
            "stops_epoch": self.stops_epoch,
            "is_step_done": self._is_step_done,
            "latest": dict(self._latest),
            "validated": self.validated and self.validated.as_json(),
            # A run that may be gone on with is one that has not stopped.
            "stop": None if stop is None or stop.resumable else asdict(stop),
        }

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        self.epoch = state["epoch"]
        self.batch_index = state["batch_index"]
        self.epoch_complete = state["epoch_complete"]
        self.stops_epoch = state["stops_epoch"]
        self._is_step_done = state["is_step_done"]
        self._latest = dict(state["latest"])
        validated = state["validated"]
        self.validated = validated and Candidate.from_json(validated)
        self.stop = Stop(**state["stop"]) if state["stop"] else None

    # -- controls --------------------------------------------------------------------

    def request_stop(
        self, reason: str, *, validate: bool = True, resumable: bool = False
    ) -> None:
        """End the run after the batch under way.

        The first reason counts, and the strictest request: once one of them forbids
        further calls, nothing is validated.

        Args:
            reason: What users read in `history.stop_reason`.
            validate: Whether the epoch is still validated, which costs calls.
            resumable: Whether the run may be gone on with later.
        """
        before = self.stop
        if before is None:
            self.stop = Stop(reason=reason, validate=validate, resumable=resumable)
        elif before.validate and not validate:
            resumable = resumable or before.resumable
            self.stop = replace(before, validate=False, resumable=resumable)

    @property
    def should_stop(self) -> bool:
        """Whether the run ends after the batch under way; may be set."""
        return self.stop is not None

    @should_stop.setter
    def should_stop(self, value: bool) -> None:
        self.stop = None
        if value:
            self.request_stop("`should_stop` was set")

    stop_requested = should_stop

    @property
    def stop_reason(self) -> str | None:
        """Why the run ends early, or None."""
        return self.stop.reason if self.stop else None

    def request_epoch_stop(self) -> None:
        """End the epoch after the batch under way; the next one begins as usual."""
        self.stops_epoch = True

    def override_batch(
        self, x: Sequence[Any], y: Any = None, y_pred: Any = None
    ) -> None:
        """Put other samples in the place of the batch, for this attempt.

        To be called in `on_propose_begin`.

        Args:
            x: Inputs.
            y: Targets, one per input.
            y_pred: Predictions, one per input; the program is not called then.

        Raises:
            ConfigurationError: The lengths differ, or there is no sample.
        """
        for name, values in (("y", y), ("y_pred", y_pred)):
            if values is not None and len(values) != len(x):
                msg = (
                    f"`override_batch` needs as many `{name}` as `x`: received "
                    f"{len(x)} `x` and {len(values)} `{name}`."
                )
                raise ConfigurationError(msg)
        if not len(x):
            msg = f"`override_batch` needs at least one sample, received: {show(x)}."
            raise ConfigurationError(msg)
        self.override = Override(x=x, y=y, y_pred=y_pred)

    def spawn(self, coroutine: Coroutine[Any, Any, Any]) -> None:
        """Run something beside the run; it has ended before `on_train_end`.

        An error in it becomes a warning.

        Args:
            coroutine: What to run.
        """
        self._tasks.append(asyncio.ensure_future(coroutine))

    async def drain(self, *, cancel_after: float = math.inf) -> None:
        """Wait for what was spawned.

        Args:
            cancel_after: Seconds after which what still runs is cancelled.
        """
        tasks, self._tasks = self._tasks, []
        if not tasks:
            return
        timeout = None if math.isinf(cancel_after) else cancel_after
        _, late = await asyncio.wait(tasks, timeout=timeout)
        for task in late:
            task.cancel()
        for task in tasks:
            if task in late or task.cancelled():
                continue
            error = task.exception()
            if error is not None:
                warn(f"A spawned task failed: {type(error).__name__}: {error}")

    def begin_attempt(self, attempt: int) -> None:
        """Forget what the attempt before has left.

        Args:
            attempt: 0 for the first attempt of a step.
        """
        self.step_attempt = attempt
        self.outputs = ()
        self.proposal = None
        self.override = None
