"""What training notes in a program's variables."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Candidate, Rollout
    from synalinks.data_models import Variable
    from synalinks.optimizers import Optimizer


def overlay_of(
    candidate: Candidate, variables: Mapping[str, Variable]
) -> dict[Variable, JsonObject]:
    """Return a candidate in the form in which variables read it.

    Args:
        candidate: The candidate.
        variables: Trainable variables by path.
    """
    return {
        variables[path]: value
        for path, value in candidate.values.items()
        if path in variables
    }


def note_rollouts(
    rollouts: Sequence[Rollout], variables: Mapping[str, Variable]
) -> None:
    """Add scored predictions to the bookkeeping fields of variables.

    Args:
        rollouts: Scored rollouts of a batch.
        variables: Trainable variables by path.
    """
    for path, variable in variables.items():
        scored = [
            (call, rollout.reward)
            for rollout in rollouts
            for call in rollout.calls
            if call.variable_path == path and rollout.reward is not None
        ]
        predictions = [
            {"inputs": call.inputs, "outputs": call.outputs, "reward": reward}
            for call, reward in scored
        ]
        variable.extend("predictions", predictions)
        variable.update(
            {
                "nb_visit": len(predictions),
                "cumulative_reward": sum(reward for _, reward in scored),
            }
        )


def note_candidates(
    optimizer: Optimizer,
    proposals: Sequence[Candidate],
    variables: Mapping[str, Variable],
    scoring_ids: Sequence[str],
) -> None:
    """Write proposals and population to the bookkeeping fields of variables.

    Args:
        optimizer: Knows the population and what was measured.
        proposals: Candidates proposed in this step.
        variables: Trainable variables by path.
        scoring_ids: Samples on which candidates are compared.
    """

    def describe(candidate: Candidate, path: str) -> JsonObject:
        rewards = optimizer.ledger.rewards(candidate, scoring_ids).values()
        mean = sum(rewards) / len(rewards) if rewards else None
        score = {"reward": mean, "reward_count": len(rewards)}
        return {**candidate.values[path], **score}

    for path, variable in variables.items():
        variable.extend("candidates", [describe(one, path) for one in proposals])
        best = [describe(one, path) for one in optimizer.population]
        variable.update({"best_candidates": best})


def begin_epoch(variables: Mapping[str, Variable]) -> None:
    """Empty the bookkeeping of the epoch before.

    Args:
        variables: Trainable variables by path.
    """
    for variable in variables.values():
        variable.update({"predictions": [], "candidates": []})


def end_epoch(variables: Mapping[str, Variable]) -> None:
    """Note each variable's value in its history, if it changed.

    Args:
        variables: Trainable variables by path.
    """
    for variable in variables.values():
        value = {key: variable.get(key) for key in variable.learnable_fields}
        history = variable.get("history")
        if not history or history[-1] != value:
            variable.update({"history": [*history, value]})
