"""Right answers as few-shot examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks._internal.shape import is_dict
from synalinks.optimizers._records import plain

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.contracts import Rollout


def examples_of(path: str, rollout: Rollout, *, passed: bool) -> list[JsonObject]:
    """Return what a rollout can teach the module of a variable.

    A target that has exactly the fields of the module's answer is a right answer, also
    where the program was wrong (labelled examples); otherwise the program's own answers
    are, where it passed (bootstrapped examples).

    Args:
        path: Path of the variable.
        rollout: What happened.
        passed: Whether the program's own answer was right.

    Returns:
        Examples with `inputs` and `outputs`.
    """
    calls = [call for call in rollout.calls if call.variable_path == path]
    target = plain(rollout.target)
    examples: list[JsonObject] = []
    for call in calls:
        is_label = is_dict(target) and target.keys() == call.outputs.keys()
        if is_label and len(calls) == 1:
            examples.append({"inputs": call.inputs, "outputs": target})
        elif passed:
            examples.append({"inputs": call.inputs, "outputs": call.outputs})
    return examples
