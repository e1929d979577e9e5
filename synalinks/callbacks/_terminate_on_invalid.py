"""`TerminateOnInvalid`: ends training that has nothing valid to learn from."""

from __future__ import annotations

import asyncio
import math
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks._internal.checks import check_count
from synalinks._internal.files import write_atomic
from synalinks._internal.json import dumps
from synalinks.callbacks._callback import Callback, StopRun
from synalinks.callbacks._monitored import may_be_unknown
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.callbacks._callback import Logs
    from synalinks.contracts import Rollout

_FILE = "skip_batches.json"
_EMPTY = "no reward"


class TerminateOnInvalid(Callback):
    """Ends training when too many samples fail, before the optimizer learns from them.

    A sample is invalid if a call for it failed, if its answer could not be read or was
    refused, or if it has no reward. The stop is in good order: the update of the batch
    is not applied, nothing is validated, and the run can be resumed. A reward or a
    metric that is not finite ends training at the end of its batch; NaN may be the
    reward where nothing was scored, and what models have taken where that is unknown.

    Args:
        window: How many of the last training samples are looked at; nothing is judged
            before there are so many.
        max_failed: Share of them that may be invalid, from 0 to 1.
        constant_rewards: Whether a window in which all rewards are equal ends training
            too. That of a solved task is one.
        output_dir: Where to write `skip_batches.json`: a list of the batches of the
            window that had invalid samples, with the ids of these and why.

    Raises:
        ConfigurationError: An argument is out of its range.
    """

    callback_order: float = 5

    def __init__(
        self,
        window: int = 20,
        max_failed: float = 0.5,
        *,
        constant_rewards: bool = False,
        output_dir: str | Path | None = None,
    ) -> None:
        check_count("window", window, at_least=1)
        is_number = isinstance(max_failed, (int, float)) and max_failed is not True  # pyright: ignore[reportUnnecessaryIsInstance]
        if not (is_number and 0 <= max_failed <= 1):
            msg = f"`max_failed` is a share from 0 to 1, received: {show(max_failed)}."
            raise ConfigurationError(msg)
        self.window = window
        self.max_failed = max_failed
        self.constant_rewards = constant_rewards
        self.output_dir: Path | None = None if output_dir is None else Path(output_dir)
        self._seen: list[JsonObject] = []

    def state_dict(self) -> JsonObject:
        """Return the samples of the window."""
        return {"seen": [dict(one) for one in self._seen]}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on with the window.

        Args:
            state: What `state_dict` returned.
        """
        self._seen = [dict(one) for one in state["seen"]]

    def on_train_begin(self, logs: Logs | None = None) -> None:
        """Start anew.

        Args:
            logs: Empty.
        """
        self._seen = []

    async def on_propose_end(self, step: int, logs: Logs) -> None:
        """Look at the samples of the batch, unless it is tried once more.

        Args:
            step: Index of the step.
            logs: The row of the batch.

        Raises:
            StopRun: There are too many invalid samples.
        """
        if self.trainer.step_attempt == 0:
            self._take(self.trainer.outputs)
        reason = self._judge()
        if reason is not None:
            await self._write()
            raise StopRun(reason, resumable=True)

    async def on_train_batch_end(self, batch: int, logs: Logs | None = None) -> None:
        """Look for numbers that are not finite.

        Args:
            batch: Index of the batch in the epoch, from 0.
            logs: The row of the batch.

        Raises:
            StopRun: There is one.
        """
        for name in self.program.metrics_names:
            value = (logs or {}).get(name, 0.0)
            is_unknown = math.isnan(value) and may_be_unknown(name, self.program)
            if not math.isfinite(value) and not is_unknown:
                await self._write()
                msg = f"`{name}` is {value}, which is no finite number"
                raise StopRun(msg, resumable=True)

    async def on_run_error(
        self, error: BaseException, logs: Logs | None = None
    ) -> None:
        """Write what is known of the window when training fails.

        Args:
            error: What ended the run.
            logs: Those of the moment.
        """
        if self.trainer.batch is not None and self.trainer.stage == "train":
            ids = [one.id for one in self.trainer.batch.samples]
            why = type(error).__name__
            self._seen += [self._entry(one, why, None) for one in ids]
            await self._write()

    def _take(self, rollouts: Sequence[Rollout]) -> None:
        for one in rollouts:
            why = one.failure.error if one.failure is not None else ""
            why = why or (_EMPTY if one.reward is None else "")
            self._seen.append(self._entry(one.sample_id, why, one.reward))
        self._seen = self._seen[-self.window :]

    def _entry(self, sample_id: str, why: str, reward: float | None) -> JsonObject:
        state = self.trainer
        place = {"epoch": state.epoch, "batch": state.batch_index}
        return {**place, "sample_id": sample_id, "why": why, "reward": reward}

    def _judge(self) -> str | None:
        if len(self._seen) < self.window:
            return None
        causes = Counter(one["why"] for one in self._seen if one["why"])
        if causes.total() > self.max_failed * self.window:
            listed = ", ".join(f"{why} {n} times" for why, n in causes.most_common())
            return (
                f"{causes.total()} of the last {self.window} samples are invalid, more "
                f"than `max_failed={self.max_failed:g}` allows: {listed}"
            )
        rewards = {one["reward"] for one in self._seen}
        if self.constant_rewards and len(rewards) == 1:
            return f"the last {self.window} rewards are all {rewards.pop()}"
        return None

    async def _write(self) -> None:
        if self.output_dir is None:
            return
        batches: dict[tuple[int, int], Any] = {}
        for one in self._seen:
            if one["why"]:
                place = {"epoch": one["epoch"], "batch": one["batch"]}
                found = batches.setdefault(
                    (one["epoch"], one["batch"]), {**place, "samples": {}}
                )
                found["samples"][one["sample_id"]] = one["why"]
        text = dumps(list(batches.values()), indent=2)
        await asyncio.to_thread(write_atomic, self.output_dir / _FILE, f"{text}\n")
