"""The state of a run between two batches, as JSON and back."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from operator import add, sub
from typing import TYPE_CHECKING, Any

from synalinks.callbacks import History, reachable_models

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.data_models import Variable
    from synalinks.training._current_run import CurrentRun
    from synalinks.training._session import FitSession


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where in a run a snapshot is taken: what comes next."""

    epoch: int
    """Index of the epoch."""
    batch: int = 0
    """Index of the batch in the epoch."""
    first_row: int = 0
    """Index of the first row of the epoch, among those of all batches."""
    has_begun: bool = True
    """Whether `on_train_begin` was called, and the program was checked."""

    @property
    def is_inside(self) -> bool:
        """Whether it is in the middle of an epoch."""
        return self.batch > 0


def core_state(
    run: CurrentRun, session: FitSession, variables: Sequence[Variable]
) -> JsonObject:
    """Return the state of everything but callbacks and counters, as JSON.

    The JSON holds parts of the run itself: it is to be written before the run goes on.

    Args:
        run: The run.
        session: What was measured.
        variables: Those of the program.
    """
    program = run.program
    return {
        "variables": {one.path: one.__synalinks_json__() for one in variables},
        "metrics": program.get_metrics_state(),
        "optimizer": program.optimizer.state_dict(),
        "data_fingerprint": program.optimizer.ledger.data_fingerprint,
        "session": session.state_dict(),
        "trainer": run.state.state_dict(),
        "policy": run.policy.state_dict(),
        "n_given_up": run.n_given_up,
    }


def load_core_state(
    run: CurrentRun, session: FitSession, state: JsonObject, anew: Collection[str]
) -> None:
    """Go back to what `core_state` returned.

    Args:
        run: The run.
        session: What was measured.
        state: The state.
        anew: Parts that are others now and begin anew: `optimizer`, `metrics`.
    """
    program = run.program
    by_path: JsonObject = state["variables"]
    for variable in program.variables:
        if variable.path in by_path:
            variable.assign(by_path[variable.path])
    if "metrics" not in anew:
        program.set_metrics_state(state["metrics"])
    if "optimizer" not in anew:
        program.optimizer.load_state_dict(state["optimizer"])
    session.load_state_dict(state["session"])
    run.state.load_state_dict(state["trainer"])
    run.policy.load_state_dict(state["policy"])
    run.n_given_up = state["n_given_up"]


# -- callbacks -------------------------------------------------------------------------


def callback_states(run: CurrentRun) -> JsonObject:
    """Return the states of all callbacks by name.

    Args:
        run: The run.
    """
    return {key: callback.state_dict() for key, callback in _keyed(run)}


def load_callback_states(run: CurrentRun, states: JsonObject) -> list[str]:
    """Give all callbacks their states back; new ones begin as they are.

    Args:
        run: The run.
        states: What `callback_states` returned.

    Returns:
        The names of states that no callback wants any more.
    """
    keyed = dict(_keyed(run))
    for key, callback in keyed.items():
        if key in states:
            callback.load_state_dict(states[key])
    return sorted(key for key in states.keys() - keyed.keys() if states[key])


def _keyed(run: CurrentRun) -> Iterator[tuple[str, Any]]:
    seen: dict[str, int] = {}
    for callback in run.callbacks or ():
        # Those that are written for other libraries have no state.
        if not hasattr(callback, "load_state_dict"):
            continue
        name = str(getattr(callback, "state_key", type(callback).__name__))
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}#{seen[name]}", callback


def history_of(run: CurrentRun) -> History:
    """Return the history of a run.

    Args:
        run: A run of `fit`.
    """
    return next(one for one in run.callbacks or () if isinstance(one, History))


# -- usage -----------------------------------------------------------------------------


# By ledger: what the last attempt has counted, and of which run it was.
_taken: weakref.WeakKeyDictionary[Any, tuple[str, JsonObject]] = (
    weakref.WeakKeyDictionary()
)


class RunUsage:
    """What a run has taken of each language model, over all its processes.

    A model counts what its process has taken, in this run or outside. So what counts
    is how far its counters have come since the run began.

    Args:
        program: The program that runs.
    """

    def __init__(self, program: Any) -> None:
        self._models = [
            model for model in reachable_models(program) if hasattr(model, "ledger")
        ]
        self._before = [model.ledger.state_dict() for model in self._models]

    def state_dict(self) -> list[JsonObject]:
        """Return what was taken of each model, as JSON."""
        return [
            {
                "model": model.model,
                "counts": _difference(model.ledger.state_dict(), old),
            }
            for model, old in zip(self._models, self._before, strict=True)
        ]

    def begin(self, run_id: str) -> None:
        """Leave out what earlier attempts in this process have counted.

        Args:
            run_id: Identity of the run.
        """
        for index, model in enumerate(self._models):
            of_run, counts = _taken.pop(model.ledger, ("", {}))
            if of_run == run_id:
                self._before[index] = _difference(self._before[index], counts)

    def end(self, run_id: str) -> None:
        """Note what this attempt has counted, for the next one in this process.

        Args:
            run_id: Identity of the run.
        """
        for model, taken in zip(self._models, self.state_dict(), strict=True):
            _taken[model.ledger] = (run_id, taken["counts"])

    def load_state_dict(self, state: list[JsonObject]) -> None:
        """Set the counters to what was taken.

        Args:
            state: What `state_dict` returned.
        """
        for model, old, kept in zip(self._models, self._before, state, strict=False):
            model.ledger.load_state_dict(_sum(old, kept["counts"]))


def _difference(now: JsonObject, before: JsonObject) -> JsonObject:
    return {phase: _combined(sub, now[phase], before[phase]) for phase in now}


def _sum(before: JsonObject, taken: JsonObject) -> JsonObject:
    return {phase: _combined(add, before[phase], taken[phase]) for phase in before}


def _combined(
    operation: Callable[[Any, Any], Any], left: JsonObject, right: JsonObject
) -> JsonObject:
    try:  # after each batch
        results = map(operation, left.values(), map(right.__getitem__, left))
        return dict(zip(left, results, strict=True))
    except TypeError:  # a cost is not known
        return {
            name: None
            if None in (value, right[name])
            else operation(value, right[name])
            for name, value in left.items()
        }
