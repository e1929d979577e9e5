"""`TrainerState`: what callbacks see of a run, and how they steer it."""

from __future__ import annotations

import asyncio
import math
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from synalinks.contracts._artifacts import Best
from synalinks.contracts._checkpointing import Checkpointing
from synalinks.contracts._proposal import Override, Proposal
from synalinks.contracts._records import Candidate
from synalinks.contracts._run_logs import RunLogs
from synalinks.contracts._stopping import Stop, Stopping
from synalinks.errors import ConfigurationError, show, warn

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts._records import CandidateEvent, Rollout, Usage
    from synalinks.contracts._run_context import RunContext

Stage: TypeAlias = Literal["train", "validate", "evaluate", "predict"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrackedRun:
    """The run as an experiment tracker knows it."""

    key: str
    """Our own name of the run; it is the same after a resume."""
    experiment: str
    """The experiment that it belongs to."""
    log_assessments: bool = True
    """Whether the scores of samples are written to their traces."""


class TrainerState(Stopping, RunLogs, Checkpointing):
    """The state of one `fit`, `evaluate` or `predict`, and its controls.

    Callbacks reach it as `self.trainer`. Training writes the fields; callbacks read
    them and use the methods.

    Args:
        program: The program that runs.
        stage: `train`, `evaluate` or `predict`.
        params: Parameters of the run by name.

    Attributes:
        read_usage: Counts what language models have taken; None where nothing does.
        ctx: The experiment that the run is part of; None outside of one.
        best: The best validated program; None as long as none was validated.
    """

    def __init__(
        self, *, program: Any, stage: Stage, params: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self.program = program
        self.stage: Stage = stage
        self.params = params
        self.history: Any = None
        self.ctx: RunContext | None = None
        self.read_usage: Callable[[], Usage] | None = None
        self.best: Best | None = None
        self.epoch: int = 0
        self.batch_index: int = 0
        self.step_attempt: int = 0
        self.num_steps: int | None = params.get("steps")
        self.epoch_complete: bool = False
        self.resumed = False
        self.batch: Any = None
        self.outputs: Sequence[Rollout] = ()
        self.proposal: Proposal | None = None
        self.override: Override | None = None
        self.candidate_events: Sequence[CandidateEvent] = ()
        self.tracked_run: TrackedRun | None = None
        self.samples: Mapping[str, Sequence[Any]] = {}
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
    def run_id(self) -> str:
        """Identity of the run, also in the rows of its checkpoints."""
        return self.artifacts.run_id

    @property
    def usage(self) -> Usage:
        """What language models have taken so far."""
        return self.artifacts.usage if self.read_usage is None else self.read_usage()

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

    # -- state -----------------------------------------------------------------------

    def state_dict(self) -> JsonObject:
        """Return what a resumed run needs, as JSON, without rows and records."""
        stop, best = self.stop, self.best
        return {
            "epoch": self.epoch,
            "batch_index": self.batch_index,
            "epoch_complete": self.epoch_complete,
            "stops_epoch": self.stops_epoch,
            "is_step_done": self._is_step_done,
            "latest": dict(self._latest),
            "measured": {name: one.as_json() for name, one in self.measured.items()},
            "best": best
            and {
                "val_reward": best.val_reward,
                "epoch": best.epoch,
                "step": best.step,
                "candidate": best.candidate.as_json(),
            },
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
        self.stops_epoch: bool = state["stops_epoch"]
        self._is_step_done = state["is_step_done"]
        self._latest = dict(state["latest"])
        measured: JsonObject = state["measured"]
        self.measured: dict[str, Candidate] = {
            name: Candidate.from_json(one) for name, one in measured.items()
        }
        best: JsonObject | None = state["best"]
        if best is not None:
            candidate = Candidate.from_json(best["candidate"])
            best = {**best, "candidate": candidate}
        self.best = Best(**best) if best else None
        self.stop: Stop | None = Stop(**state["stop"]) if state["stop"] else None

    # -- controls --------------------------------------------------------------------

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
