"""How often something happens: `10ba`, `2ep`, `$0.50`, `100ktok`, `15min`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from synalinks.callbacks._reachable_models import reachable_models
from synalinks.callbacks._spending import Purse, Spent
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import TrainerState

CadenceUnit: TypeAlias = Literal["ba", "ep", "cost", "tokens", "seconds"]

_FORM = re.compile(
    r"(?P<usd>\$)?(?P<number>\d+(?:\.\d+)?)(?P<unit>ba|ep|[kM]?tok|s|min|h)?"
)
_UNITS: Mapping[str, tuple[CadenceUnit, float]] = {
    "$": ("cost", 1),
    "ba": ("ba", 1),
    "ep": ("ep", 1),
    "tok": ("tokens", 1),
    "ktok": ("tokens", 1_000),
    "Mtok": ("tokens", 1_000_000),
    "s": ("seconds", 1),
    "min": ("seconds", 60),
    "h": ("seconds", 3_600),
}
# Sums of prices are not exact: ten times $0.10 is a dollar.
_TOLERANCE = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An amount of something: what a cadence string says."""

    amount: float
    """How much, above 0."""
    unit: CadenceUnit
    """Batches, epochs, US dollars, tokens or seconds."""


def parse_cadence(every: Any, *, argument: str = "every") -> Interval:
    """Return what a cadence string says.

    Args:
        every: Such as `10ba` (batches), `2ep` (epochs), `$0.50`, `100ktok` (also `tok`
            and `Mtok`) or `15min` (also `s` and `h`).
        argument: Name of the argument, for the message.

    Raises:
        ConfigurationError: It is none.
    """
    match = _FORM.fullmatch(every) if isinstance(every, str) else None
    if match is None or bool(match["usd"]) == bool(match["unit"]):
        raise ConfigurationError(_not_a_cadence(argument, every))
    unit, factor = _UNITS[match["unit"] or "$"]
    number = float(match["number"])
    is_whole = unit not in {"ba", "ep"} or number.is_integer()
    if number <= 0 or not is_whole:
        raise ConfigurationError(_not_a_cadence(argument, every))
    return Interval(amount=number * factor, unit=unit)


def _not_a_cadence(argument: str, every: Any) -> str:
    return (
        f"`{argument}` is a text such as '10ba' (batches), '2ep' (epochs), '$0.50', "
        f"'100ktok' (also tok, Mtok) or '15min' (also s, h), above 0 and whole for "
        f"batches and epochs; received: {show(every)}."
    )


class Cadence:
    """Tells when something that happens every so often is due: once per multiple.

    Steps are counted over the life of the optimizer, epochs over the training, and
    money, tokens and time from the beginning of the run, earlier parts included if it
    is resumed.

    Args:
        every: A cadence string, see `parse_cadence`.
        from_the_start: Whether it is due at 0 already.
        argument: Name of the argument that `every` is, for the message.
        clock: Returns seconds.

    Raises:
        ConfigurationError: `every` is no cadence string.
    """

    def __init__(
        self,
        every: str,
        *,
        from_the_start: bool = False,
        argument: str = "every",
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self.interval: Interval = parse_cadence(every, argument=argument)
        self._from_the_start = from_the_start
        self._clock = clock
        self._purse = Purse(clock)
        self._last = 0

    def begin(self, state: TrainerState) -> None:
        """Begin a run.

        Args:
            state: The state of the run.
        """
        self._purse = Purse(self._clock)
        first: int = state.params.get("initial_epoch", 0)
        amount = first if self.interval.unit == "ep" else self._amount(state)
        self._last = self._multiple(amount)
        if self._from_the_start and amount % self.interval.amount < _TOLERANCE:
            self._last -= 1

    def is_due(self, state: TrainerState, *, at_epoch_end: bool = False) -> bool:
        """Return whether a multiple has been passed since it was due last.

        Args:
            state: The state of the run.
            at_epoch_end: Whether it is asked in `on_epoch_end`; a cadence of epochs is
                due only there.
        """
        if self.interval.unit == "ep" and not at_epoch_end:
            return False
        multiple = self._multiple(self._amount(state))
        is_due = multiple > self._last
        self._last = max(multiple, self._last)
        return is_due

    def state_dict(self) -> JsonObject:
        """Return what has passed and which multiple was due last, as JSON."""
        return {"last": self._last, "spent": self._purse.spent().as_json()}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned; called after `begin`.

        Args:
            state: The state.
        """
        self._last = state["last"]
        self._purse.restore(Spent(**state["spent"]))

    def _multiple(self, amount: float) -> int:
        return math.floor(amount / self.interval.amount + _TOLERANCE)

    def _amount(self, state: TrainerState) -> float:
        unit = self.interval.unit
        if unit == "ba":
            return state.global_step
        if unit == "ep":
            return state.epoch + 1
        # Models may be reached for the first time in the middle of a run.
        for _ in self._purse.watch(reachable_models(state.program)):
            pass
        return self._purse.spent().as_json()[unit]
