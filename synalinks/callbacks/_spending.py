"""What models have taken since a run began, and what it may take."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Usage
    from synalinks.language_models import ProviderModel

_Counters: TypeAlias = "tuple[float, int, int]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """An amount of what may be limited."""

    cost: float = 0.0
    """US dollars."""
    tokens: int = 0
    """Prompt and completion tokens."""
    calls: int = 0
    """Answers."""
    seconds: float = 0.0
    """Seconds on the wall."""

    @classmethod
    def expected(cls, usage: Usage) -> Spent:
        """Return what a call is expected to take; an unknown price is nothing.

        Args:
            usage: What the call is expected to take.
        """
        cost = usage.cost_usd or 0.0
        return cls(cost=cost, tokens=usage.tokens, calls=max(1, usage.calls))

    def __add__(self, other: Spent) -> Spent:
        return Spent(**{one: getattr(self, one) + getattr(other, one) for one in KINDS})

    def __sub__(self, other: Spent) -> Spent:
        return Spent(**{one: getattr(self, one) - getattr(other, one) for one in KINDS})

    def as_json(self) -> JsonObject:
        """Return the amounts by name."""
        return {kind: getattr(self, kind) for kind in KINDS}


KINDS = tuple(field.name for field in fields(Spent))
NOTHING = Spent()


def larger_of(first: Spent, second: Spent) -> Spent:
    """Return the larger amount of each kind.

    Args:
        first: Amounts.
        second: Others.
    """
    return Spent(
        **{one: max(getattr(first, one), getattr(second, one)) for one in KINDS}
    )


class Purse:
    """Counts what models take from the moment it is opened.

    Args:
        clock: Returns seconds.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._began_s = clock()
        self._before: dict[int, tuple[ProviderModel, _Counters]] = {}
        self._restored = Spent()

    def watch(self, models: Iterable[ProviderModel]) -> Iterator[ProviderModel]:
        """Count models from now on.

        Args:
            models: The models; those that are counted already go on.

        Yields:
            The models that are new.
        """
        for model in models:
            if id(model) not in self._before:
                self._before[id(model)] = (model, _counters_of(model))
                yield model

    def restore(self, spent: Spent) -> None:
        """Go on from what the run has taken up to now.

        Args:
            spent: What it took, what was counted here already included.
        """
        self._restored = spent
        # The counters of the models may have been restored as well.
        self._began_s = self._clock()
        self._before = {
            key: (model, _counters_of(model))
            for key, (model, _) in self._before.items()
        }

    def unpriced(self) -> list[str]:
        """Return the names of the models of which the cost is not known."""
        models = [model for model, _ in self._before.values()]
        return [one.model for one in models if _read(one, "cost") is None]

    def spent(self) -> Spent:
        """Return what was taken so far."""
        seconds = self._clock() - self._began_s
        total = self._restored + Spent(seconds=seconds)
        for model, before in self._before.values():
            now = _counters_of(model)
            total += Spent(
                cost=now[0] - before[0],
                tokens=now[1] - before[1],
                calls=now[2] - before[2],
            )
        return total


def _counters_of(model: ProviderModel) -> _Counters:
    cost: float = _read(model, "cost") or 0.0
    return cost, _read(model, "tokens"), _read(model, "calls")


def _read(model: ProviderModel, counter: str) -> Any:
    return getattr(model, f"cumulated_{counter}")
