"""Racing: challengers meet the incumbent on ever more samples until one is left."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from synalinks.contracts import Trial

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.contracts import Candidate
    from synalinks.optimizers._ledger import Ledger

_RUNG_GROWTH = 4


class Race:
    """One step's decision between the incumbent and its challengers.

    All meet on the same samples, so that differences are paired; the incumbent's cells
    are measured once and serve all its races. A challenger that
    falls clearly behind is dropped; who is ahead on all samples wins.

    Args:
        incumbent: The candidate in use.
        challengers: Those that may replace it.
        sample_ids: The samples, in the order in which they are used.
        first_rung: How many samples the first comparison takes; each further one takes
            four times as many.
        uncertainty: How far a challenger may be behind on one sample and go on; on `n`
            samples it is this divided by the square root of `n`, on all of them 0.
        ledger: What is measured already.
    """

    def __init__(
        self,
        *,
        incumbent: Candidate,
        challengers: Sequence[Candidate],
        sample_ids: Sequence[str],
        first_rung: int,
        uncertainty: float,
        ledger: Ledger,
    ) -> None:
        self._incumbent = incumbent
        self._alive = [one for one in challengers if one.digest != incumbent.digest]
        self._samples = tuple(sample_ids)
        self._rung = min(first_rung, len(self._samples))
        self._uncertainty = uncertainty
        self._ledger = ledger
        self.winner: Candidate | None = None if self._alive else incumbent

    def wanted(self) -> list[Trial]:
        """Return what has to be measured next; nothing once there is a winner."""
        while self.winner is None:
            samples = self._samples[: self._rung]
            trials = [
                Trial(candidate=one, sample_ids=tuple(missing))
                for one in (self._incumbent, *self._alive)
                if (missing := self._ledger.missing(one, samples))
            ]
            if trials:
                return trials
            self._close_rung(samples)
        return []

    def _close_rung(self, samples: Sequence[str]) -> None:
        is_last = self._rung == len(self._samples)
        leads = {
            one.digest: self._ledger.mean_difference(one, self._incumbent, samples)
            for one in self._alive
        }
        # Few samples are no proof: who is only a little behind on them goes on.
        margin = 0.0 if is_last else self._uncertainty / math.sqrt(self._rung)
        self._alive = [one for one in self._alive if leads[one.digest] > -margin]
        if not self._alive:
            self.winner = self._incumbent
        elif is_last:
            self.winner = max(self._alive, key=lambda one: leads[one.digest])
        self._rung = min(self._rung * _RUNG_GROWTH, len(self._samples))
