"""The candidates of a search, their descent, and what is believed of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks.contracts import Candidate
from synalinks.optimizers._posterior import posterior_mean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.optimizers._ledger import Ledger


@dataclass(slots=True)
class Node:
    """A candidate of the search."""

    candidate: Candidate
    """What was tried."""
    parent: str | None
    """Digest of what it was made from; None for the first one."""
    rival: str | None = None
    """Digest of what it was compared with; it was known before."""
    n_tries: int = 0
    """How often it was changed without a better child."""

    @property
    def shown(self) -> frozenset[str]:
        """Samples that its lineage was made from, which cannot judge it."""
        return frozenset(self.candidate.metadata.get("shown", ()))


class SearchTree:
    """Candidates by digest, in the order in which they were made.

    Args:
        prior_sd: How much better or worse than its parent a child usually is.
    """

    def __init__(self, prior_sd: float) -> None:
        self.prior_sd = prior_sd
        self.nodes: dict[str, Node] = {}
        # Differences by candidate, with how many rewards both sides had.
        self._differences: dict[str, tuple[tuple[int, int], list[float]]] = {}
        self._samples: list[str] = []

    def add(
        self, candidate: Candidate, parent: str | None, rival: str | None = None
    ) -> None:
        """Take in a candidate, unless it is known.

        Args:
            candidate: The candidate.
            parent: Digest of what it was made from, which is known.
            rival: Digest of what it will be compared with; its parent when None.
        """
        if candidate.digest not in self.nodes:
            self.nodes[candidate.digest] = Node(candidate, parent, rival)

    def beliefs(self, ledger: Ledger, sample_ids: Sequence[str]) -> dict[str, float]:
        """Return what is believed of each candidate, above the first one.

        A child is expected to be like its parent, until paired differences to its
        rival, on samples that are out of the bag of both, say otherwise.

        Args:
            ledger: What was measured.
            sample_ids: Samples that may be used.
        """
        if self._samples != list(sample_ids):
            self._samples = list(sample_ids)
            self._differences = {}
        found: dict[str, float] = {}
        for key, node in self.nodes.items():
            if node.parent is None:
                found[key] = 0.0
                continue
            rival = node.rival or node.parent
            found[key] = posterior_mean(
                self._differences_of(node, self.nodes[rival], ledger),
                rival=found[rival],
                prior=found[node.parent],
                prior_sd=self.prior_sd,
            )
        return found

    def _differences_of(self, node: Node, rival: Node, ledger: Ledger) -> list[float]:
        key = node.candidate.digest
        counts = ledger.n_rewards(node.candidate), ledger.n_rewards(rival.candidate)
        known = self._differences.get(key)
        if known is not None and known[0] == counts:
            return known[1]
        shown = node.shown | rival.shown
        samples = [one for one in self._samples if one not in shown]
        found = ledger.differences(node.candidate, rival.candidate, samples)
        self._differences[key] = counts, found
        return found

    def ranked(
        self, ledger: Ledger, sample_ids: Sequence[str], *, min_cells: int
    ) -> list[Candidate]:
        """Return the candidates that are known well enough, best first.

        Args:
            ledger: What was measured.
            sample_ids: Samples that may be used.
            min_cells: On how many samples out of its bag a candidate must be measured;
                on all of them where there are less.
        """
        beliefs = self.beliefs(ledger, sample_ids)
        known = [
            key
            for key, node in self.nodes.items()
            if node.parent is None or _is_known(node, ledger, sample_ids, min_cells)
        ]
        known.sort(key=lambda key: -beliefs[key])
        return [self.nodes[key].candidate for key in known]

    def state_dict(self) -> JsonObject:
        """Return the tree as JSON."""
        return {
            "nodes": [
                [one.candidate.as_json(), one.parent, one.rival, one.n_tries]
                for one in self.nodes.values()
            ]
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: The state.
        """
        nodes = [Node(Candidate.from_json(one), *rest) for one, *rest in state["nodes"]]
        self.nodes = {node.candidate.digest: node for node in nodes}


def _is_known(
    node: Node, ledger: Ledger, sample_ids: Sequence[str], min_cells: int
) -> bool:
    shown = node.shown
    n_needed = min(min_cells, len(sample_ids) - len(shown))
    if ledger.n_rewards(node.candidate) < n_needed:
        return False
    samples = [one for one in sample_ids if one not in shown]
    return len(ledger.rewards(node.candidate, samples)) >= n_needed
