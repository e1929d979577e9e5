"""`Budget`: limits on what may be spent, and whether they are reached."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks.callbacks._spending import Spent

_WHOLE = ("tokens", "calls")


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Limits by kind: `cost`, `tokens`, `calls`, `seconds`.

    Raises:
        ConfigurationError: There is no limit, or one is out of its range.
    """

    limits: Mapping[str, float]
    """What may be spent at most."""
    reserve: float | Literal["auto"]
    """`auto` sets aside what is expected to be taken; else a share not to be used."""

    def __post_init__(self) -> None:
        if not self.limits:
            msg = (
                "`BudgetStopping` needs a limit: `max_cost`, `max_tokens`, `max_calls` "
                "or `max_seconds`."
            )
            raise ConfigurationError(msg)
        for kind, limit in self.limits.items():
            _check_limit(kind, limit)
        _check_reserve(self.reserve)

    def excess(self, spent: Spent) -> str | None:
        """Return what is used up, as far as that can be told without another call.

        Args:
            spent: What was spent. Models ask before each call, and are let run to the
                last cent: what follows may cost nothing.
        """
        for kind in self.limits:
            over = getattr(spent, kind) - self.limit(kind)
            if over > 0 or (over == 0 and kind == "seconds"):
                return self._used_up(kind, spent)
        return None

    def shortage(self, spent: Spent, takes: Spent, what: str) -> str | None:
        """Return why something is not to be begun.

        Args:
            spent: What was spent.
            takes: What the last one of its kind took.
            what: What it is.
        """
        if self.reserve != "auto":
            return None
        for kind in self.limits:
            amount = getattr(takes, kind)
            if getattr(spent, kind) + amount > self.limit(kind):
                return (
                    f"the budget does not do for another {what}, the last of which "
                    f"took {amount:g}: {self._account(kind, spent)}"
                )
        return None

    def refusal(self, spent: Spent, ahead: Spent) -> str | None:
        """Return why a call is not to be made.

        Args:
            spent: What was spent.
            ahead: What the call and those in flight are expected to take.
        """
        for kind in self.limits:
            # How many calls are in flight is certain; what they take is not.
            is_counted = self.reserve == "auto" or kind == "calls"
            total = getattr(spent, kind) + (getattr(ahead, kind) if is_counted else 0)
            limit = self.limit(kind)
            if total > limit or (total >= limit and not is_counted):
                return self._used_up(kind, spent)
        return None

    def limit(self, kind: str) -> float:
        """Return what may be spent at most, without what is not to be used.

        Args:
            kind: Such as `cost`.
        """
        reserve = self.reserve
        share = reserve if isinstance(reserve, (int, float)) else 0.0
        return self.limits[kind] * (1 - share)

    def _used_up(self, kind: str, spent: Spent) -> str:
        return f"the budget is used up: {self._account(kind, spent)}"

    def _account(self, kind: str, spent: Spent) -> str:
        return f"{getattr(spent, kind):g} of max_{kind}={self.limits[kind]:g}"


def _check_limit(kind: str, limit: Any) -> None:
    kinds = (int,) if kind in _WHOLE else (int, float)
    if isinstance(limit, bool) or not isinstance(limit, kinds) or not limit > 0:
        number = "an integer" if kind in _WHOLE else "a number"
        msg = f"`max_{kind}` is {number} above 0, received: {show(limit)}."
        raise ConfigurationError(msg)


def _check_reserve(reserve: Any) -> None:
    is_share = isinstance(reserve, (int, float)) and not isinstance(reserve, bool)
    if reserve != "auto" and not (is_share and 0 <= reserve < 1):
        msg = (
            '`reserve` is "auto" or a share from 0 to below 1, '
            f"received: {show(reserve)}."
        )
        raise ConfigurationError(msg)
