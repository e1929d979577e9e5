"""What the language models of a run have taken since it began."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any, get_args

from synalinks._internal.context import Phase
from synalinks.callbacks import reachable_models
from synalinks.contracts import USAGE_KEYS, Usage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks.contracts import Artifacts
    from synalinks.language_models import ProviderModel

_PHASES: tuple[Phase, ...] = get_args(Phase)
_COUNTERS = (
    "calls",
    "prompt_tokens",
    "completion_tokens",
    "cached_tokens",
    "cache_creation_tokens",
    "reasoning_tokens",
    "elapsed_s",
    "cache_hits",
)


class UsageMeter:
    """Counts what a run takes: all models that it may call, judges included.

    A model that several runs use at a time counts for each of them.

    Args:
        program: The program of the run.
    """

    def __init__(self, program: Any) -> None:
        self._program = program
        self._began_s = perf_counter()
        self._before: dict[int, tuple[ProviderModel, Mapping[Phase, Usage]]] = {}
        self._marks: dict[str, list[float | None]] = {}
        self.watch()

    def watch(self) -> None:
        """Count models that have come to the program as well."""
        for model in reachable_models(self._program):
            if id(model) not in self._before:
                self._before[id(model)] = (model, _usage_of(model))

    def by_phase(self) -> dict[str, Usage]:
        """Return what was taken since the run began, by phase."""
        taken: dict[str, Usage] = dict.fromkeys(_PHASES, Usage())
        for model, before in self._before.values():
            for phase, now in _usage_of(model).items():
                taken[phase] += now - before[phase]
        return taken

    def total(self) -> Usage:
        """Return what was taken since the run began."""
        return sum(self.by_phase().values(), Usage())

    def mark(self, name: str) -> None:
        """Count from here what `since` tells.

        Args:
            name: Of what begins: `batch` or `epoch`.
        """
        self._marks[name] = self._now()

    def go_on(self, name: str, taken: Mapping[str, float]) -> None:
        """Count on from what an earlier process had taken since its mark.

        Args:
            name: Of the mark.
            taken: What `since` told there.
        """
        pairs = zip(USAGE_KEYS, self._now(), strict=True)
        self._marks[name] = [
            None if now is None else now - taken.get(key, 0) for key, now in pairs
        ]

    def since(self, name: str) -> dict[str, float]:
        """Return what was taken since a mark, as it is in the logs.

        Args:
            name: Of the mark.

        Returns:
            `calls`, `tokens` and, where prices are known, `cost`; nothing where there
            is no such mark.
        """
        if name not in self._marks:
            return {}
        pairs = zip(USAGE_KEYS, self._now(), self._marks[name], strict=True)
        return {
            key: now - before
            for key, now, before in pairs
            if now is not None and before is not None
        }

    def _now(self) -> list[float | None]:
        # In each batch: only the few counters that are in the logs.
        ledgers = [model.ledger for model, _ in self._before.values()]
        amounts = [[one.total(key) for one in ledgers] for key in USAGE_KEYS]
        return [None if None in one else sum(filter(None, one)) for one in amounts]

    def report(self, artifacts: Artifacts) -> None:
        """Write what was taken so far.

        Args:
            artifacts: Where to; changed in place.
        """
        artifacts.usage_by_phase = self.by_phase()
        artifacts.usage = sum(artifacts.usage_by_phase.values(), Usage())
        artifacts.seconds = perf_counter() - self._began_s


def _usage_of(model: ProviderModel) -> dict[Phase, Usage]:
    read = model.ledger.total
    return {
        phase: Usage(
            **{counter: read(counter, phase) for counter in _COUNTERS},  # pyright: ignore[reportArgumentType]
            cost_usd=read("cost", phase),
        )
        for phase in _PHASES
    }
