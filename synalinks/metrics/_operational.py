"""`OperationalMetric`: what the models of a program take, read from their counters."""

from __future__ import annotations

import math
from time import perf_counter
from typing import TYPE_CHECKING, ClassVar

from synalinks.errors import ConfigurationError, StateMismatchError, did_you_mean, show
from synalinks.language_models import LanguageModel, UsageLedger
from synalinks.metrics._metric import Metric, mismatch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from typing_extensions import Unpack

    from synalinks._internal.context import Phase
    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Invocations
    from synalinks.language_models import ProviderModel
    from synalinks.ops import MaskArguments, Outputs

# Amounts that no model counts.
WALL_S = "wall_s"
PROGRAM_CALLS = "program_calls"
PROGRAM_ELAPSED_S = "program_elapsed_s"
_NOT_OF_MODELS = (WALL_S, PROGRAM_CALLS, PROGRAM_ELAPSED_S)
_COUNTERS = (*UsageLedger().details(), *_NOT_OF_MODELS)


class OperationalMetric(Metric):
    """What the models of a program took: tokens, dollars, seconds, failures.

    It reads the counters of all models that a run may call, those that they fall back
    to included, from `reset_state` on, and makes no call itself. A subclass says which
    counter it shows, and what it divides it by.

    Training counts from the beginning of each epoch, without the evaluations in it:
    these have the same values as `val_...`, or under the name of their evaluator.
    A model that several runs use at one time counts for each of them. Answers from a
    cache are no calls and cost nothing, and neither do samples that `fit` has measured
    before.

    What is not known is NaN, never 0: the cost of a model without a price, a rate over
    no calls.

    Attributes:
        counter: The counter that is shown, or divided.
        per: Counters by whose sum it is divided; empty for none.
        phase: Which calls count: those made to answer (`inference`), to score
            (`reward`), or to propose (`optimizer`). Runs of candidates are `inference`.
        model_kinds: Which models count.

    Args:
        name: Name in logs; that of the class in snake case if None.
        **masks: Have no effect: calls have no fields.

    Raises:
        ConfigurationError: A subclass names no counter, or one that is not there.

    Example:
        ```python
        class RewardAttempts(synalinks.metrics.OperationalMetric):
            direction = "down"
            counter = "attempts"
            phase = "reward"


        program.compile(reward=judge, metrics=[RewardAttempts(), "cost"])
        ```
    """

    counter: ClassVar[str] = ""
    per: ClassVar[tuple[str, ...]] = ()
    phase: ClassVar[Phase] = "inference"
    model_kinds: ClassVar[tuple[type[ProviderModel], ...]] = (LanguageModel,)

    def __init__(self, name: str | None = None, **masks: Unpack[MaskArguments]) -> None:
        super().__init__(name=name, **masks)
        for counter in self._names:
            _check_counter(type(self).__name__, counter)
        # Nothing is watched before `watch`, which training calls on its own copies.
        self._models: Sequence[ProviderModel] | None = None
        self._invocations: Invocations | None = None
        self.reset_state()

    def watch(
        self, models: Iterable[ProviderModel], invocations: Invocations | None = None
    ) -> None:
        """Count what these models take from now on; training calls it.

        Args:
            models: Models; those of other kinds are passed over.
            invocations: Counts the runs of the program.
        """
        self._models = [one for one in models if isinstance(one, self.model_kinds)]
        self._invocations = invocations
        self.reset_state()

    async def update_state(self, y_true: Outputs, y_pred: Outputs) -> None:
        """Do nothing: the models count for themselves.

        Args:
            y_true: Has no effect.
            y_pred: Has no effect.
        """

    def result(self) -> float:
        """Return what was taken since `reset_state`; NaN where it is not known."""
        if self._models is None:
            return math.nan
        taken = self._taken()
        value = taken[self.counter]
        if value is None:
            return math.nan
        if not self.per:
            return float(value)
        parts = [taken[name] for name in self.per]
        whole = math.nan if None in parts else sum(filter(None, parts))
        return value / whole if whole else math.nan

    def reset_state(self) -> None:
        """Count from now on."""
        self._carried: dict[str, float | None] = {}
        self._mark()

    def state_dict(self) -> JsonObject:
        """Return what was taken so far."""
        return {"taken": self._taken()}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what was taken; what was taken meanwhile does not count.

        Args:
            state: What `state_dict` returned.

        Raises:
            StateMismatchError: It is the state of a metric of another kind.
        """
        expected = dict.fromkeys(self._names, 0.0)
        taken = state.get("taken")
        if not isinstance(taken, dict) or taken.keys() != expected.keys():
            raise StateMismatchError(mismatch(self.name, state, {"taken": expected}))
        self._carried = taken
        self._mark()

    # -- reading counters --------------------------------------------------------------

    @property
    def _names(self) -> tuple[str, ...]:
        return (self.counter, *self.per)

    def _mark(self) -> None:
        self._models_before = [self._read(one) for one in self._models or ()]
        self._others_before = self._read_others()

    def _taken(self) -> dict[str, float | None]:
        differences = [self._others_since()]
        for model, before in zip(self._models or (), self._models_before, strict=True):
            differences.append(_since(before, self._read(model)))
        taken: dict[str, float | None] = {}
        for name in self._names:
            parts = [one.get(name, 0.0) for one in (self._carried, *differences)]
            taken[name] = None if None in parts else sum(filter(None, parts))
        return taken

    def _read(self, model: ProviderModel) -> dict[str, float | None]:
        # The calls tell whether anything was paid at all, where the price is not known.
        names = {"calls", *self._names}.difference(_NOT_OF_MODELS)
        return {name: model.ledger.total(name, self.phase) for name in names}

    def _read_others(self) -> dict[str, float]:
        runs = self._invocations
        return {
            WALL_S: perf_counter(),
            PROGRAM_CALLS: 0 if runs is None else runs.calls,
            PROGRAM_ELAPSED_S: 0.0 if runs is None else runs.elapsed_s,
        }

    def _others_since(self) -> dict[str, float | None]:
        before, now = self._others_before, self._read_others()
        return {name: now[name] - before[name] for name in now}


def _since(
    before: dict[str, float | None], now: dict[str, float | None]
) -> dict[str, float | None]:
    """Return what one model took; no calls cost nothing, whatever the price."""
    taken: dict[str, float | None] = {}
    for name, value in now.items():
        start = before[name]
        if value is not None and start is not None:
            taken[name] = value - start
        else:
            taken[name] = 0.0 if now["calls"] == before["calls"] else None
    return taken


def _check_counter(class_name: str, counter: str) -> None:
    if counter not in _COUNTERS:
        msg = (
            f"`{class_name}` reads the counter {show(counter)}, which is none."
            f"{did_you_mean(counter, _COUNTERS)} Set `counter` and `per` to some of "
            f"{', '.join(_COUNTERS)}."
        )
        raise ConfigurationError(msg)
