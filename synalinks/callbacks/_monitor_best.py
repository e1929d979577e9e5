"""The best program of a run, for MLflow: the model and its prompts."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any

from synalinks.callbacks._run_facts import prompts_of
from synalinks.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import TrainerState


class BestProgram:
    """Knows the best reward so far, and what is registered already."""

    def __init__(self) -> None:
        self._reward: float | None = None
        self._prompts: dict[str, str] = {}

    def state_dict(self) -> JsonObject:
        """Return the best reward so far."""
        return {"reward": self._reward}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from the best reward of the run so far.

        Args:
            state: What `state_dict` returned.
        """
        self._reward = state["reward"]

    def first_entries(self, program: Any) -> Iterator[JsonObject]:
        """Yield what is to be registered before a training: the prompts as they are.

        Args:
            program: The program.
        """
        yield from self._prompt_entries(program, "before training", is_best=False)

    def entries(
        self, state: TrainerState, logs: Mapping[str, Any], epoch: int
    ) -> Iterator[JsonObject]:
        """Yield what is to be registered after an epoch.

        Args:
            state: The state of the run.
            logs: Those of the epoch.
            epoch: Its index.
        """
        program = state.program
        monitored = "val_reward" if "val_reward" in logs else "reward"
        reward = logs.get(monitored, math.nan)
        best = -math.inf if self._reward is None else self._reward
        is_best = reward > best  # never, if no sample was scored
        message = f"{monitored} {reward:.4g} at step {epoch}"
        yield from self._prompt_entries(program, message, is_best=is_best)
        if is_best:
            self._reward = reward
            yield {
                "op": "program",
                "name": _as_registered(program.name),
                "program": program.to_file_text(),
                "step": epoch,
                "requirement": f"synalinks=={__version__}",
            }

    def _prompt_entries(
        self, program: Any, message: str, *, is_best: bool
    ) -> Iterator[JsonObject]:
        for path, system in prompts_of(program).items():
            if not is_best and self._prompts.get(path) == system:
                continue
            self._prompts[path] = system
            name = path if path.startswith(program.name) else f"{program.name}/{path}"
            yield {
                "op": "prompt",
                "name": _as_registered(name),
                "system": system,
                "is_best": is_best,
                "message": message,
            }


def _as_registered(name: str) -> str:
    # What MLflow takes as a name: a path of modules becomes dots.
    return re.sub(r"[^\w.-]+", "_", name.replace("/", "."))
