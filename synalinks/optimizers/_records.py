"""What a proposer reads: per module, what happened on some samples."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.json import dumps
from synalinks._internal.shape import is_dict, is_row
from synalinks.data_models import is_data_model, json_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import CallRecord, Rollout


def records_of(path: str, rollouts: Iterable[Rollout]) -> list[JsonObject]:
    """Return what happened in the calls made with one variable.

    Credit goes by sample and by module: a record holds the module's own call for that
    sample, and the feedback on that module where the reward gives it.

    Args:
        path: Path of the variable.
        rollouts: Scored rollouts.

    Returns:
        One record per call, with `inputs`, `outputs`, `reward`, `feedback`, and
        `expected` where the target has the fields of the module's answer; otherwise
        the program's own answer and target.
    """
    return [
        _record(call, rollout)
        for rollout in rollouts
        for call in rollout.calls
        if call.variable_path == path
    ]


def program_records_of(path: str, rollouts: Iterable[Rollout]) -> list[JsonObject]:
    """Return what the whole program made of samples.

    For variables that calls are not recorded for, such as those of a module that
    changes its inputs by rules.

    Args:
        path: Path of the variable.
        rollouts: Scored rollouts.

    Returns:
        One record per rollout, with `inputs`, `program_answer`, `program_target`,
        `reward` and `feedback`.
    """
    return [
        {
            "inputs": plain(rollout.inputs),
            "program_answer": plain(rollout.output),
            "program_target": plain(rollout.target),
            "reward": rollout.reward,
            "feedback": _feedback(path.rpartition("/")[0], rollout),
        }
        for rollout in rollouts
    ]


def _record(call: CallRecord, rollout: Rollout) -> JsonObject:
    record: JsonObject = {"inputs": call.inputs, "outputs": call.outputs}
    target, output = plain(rollout.target), plain(rollout.output)
    is_answer = is_dict(target) and bool(target.keys() & call.outputs.keys())
    if is_answer:
        record["expected"] = target
    else:
        record |= {"program_answer": output, "program_target": target}
    record["reward"] = rollout.reward
    record["feedback"] = _feedback(call.module_path, rollout)
    return record


def _feedback(module_path: str, rollout: Rollout) -> str:
    target, output = plain(rollout.target), plain(rollout.output)
    of_module = (rollout.module_feedback or {}).get(module_path)
    if of_module or rollout.feedback:
        return str(of_module or rollout.feedback)
    if rollout.failure is not None:
        return f"The program failed: {rollout.failure.message}"
    if target is None:
        return f"Reward {rollout.reward}."
    return f"Expected {dumps(target)}, got {dumps(output)}; reward {rollout.reward}."


def has_failures(rollouts: Iterable[Rollout]) -> bool:
    """Return whether there is anything to learn from: not all did equally well.

    Where all did badly there is, too: what is best may be known to nobody.

    Args:
        rollouts: Rollouts; those without a reward say nothing.
    """
    rewards = [one.reward for one in rollouts if one.reward is not None]
    return bool(rewards) and (min(rewards) < max(rewards) or max(rewards) <= 0)


def plain(value: Any) -> Any:
    """Return data models, and lists and dicts of these, as JSON.

    Args:
        value: What a program takes or gives; None stays None.
    """
    if is_row(value):
        return [plain(part) for part in value]
    if is_dict(value):
        return {key: plain(part) for key, part in value.items()}
    return json_of(value) if is_data_model(value) else None
