"""Candidates as JSON and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.contracts import Candidate

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject


def candidate_to_json(candidate: Candidate) -> JsonObject:
    """Return a candidate as JSON, lineage included.

    Args:
        candidate: The candidate.
    """
    return {
        "values": dict(candidate.values),
        "origin": candidate.origin,
        "parents": list(candidate.parents),
        "metadata": dict(candidate.metadata),
    }


def candidate_from_json(state: Mapping[str, Any]) -> Candidate:
    """Return the candidate that `candidate_to_json` described.

    Args:
        state: What `candidate_to_json` returned.
    """
    fields: JsonObject = {**state, "parents": tuple(state["parents"])}
    return Candidate(**fields)
