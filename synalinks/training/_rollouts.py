"""Running a program on samples, and scoring what comes back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.aio import gather_ordered
from synalinks.contracts import Failure, Rollout
from synalinks.errors import (
    AllSamplesFailedError,
    ContentRefusedError,
    ContextTooLongError,
    InvalidOutputError,
    TransientError,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.data_models import Variable
    from synalinks.training._samples import Sample

_ANSWER_FAILURES = (InvalidOutputError, ContextTooLongError, ContentRefusedError)


async def roll_out(
    program: Any,
    samples: Sequence[Sample],
    *,
    overlay: Mapping[Variable, JsonObject] | None = None,
    training: bool = False,
) -> list[Rollout]:
    """Run a program on samples, all at once.

    A bad answer makes its sample a failed rollout. Errors of the system (a refused key,
    an unknown model) and of the user's code are raised; the others are cancelled.

    Args:
        program: The program.
        samples: What to run it on.
        overlay: Values that variables have for these runs only.
        training: Whether the runs are part of training.

    Returns:
        One rollout per sample, in order, not scored.

    Raises:
        AllSamplesFailedError: No sample got an answer.
    """

    async def run(sample: Sample) -> Rollout:
        scope = context.SampleScope(id=sample.id)
        output, failure = None, None
        with (
            context.bound(context.sample, scope),
            context.bound(context.overlay, overlay),
            context.bound(context.phase, "inference"),
        ):
            try:
                output = await program(sample.x, training=training)
            except (*_ANSWER_FAILURES, TransientError) as error:
                failure = _to_failure(error)
            except Exception as error:
                error.add_note(f"while running `{program.name}` on {sample.id}")
                raise
        return Rollout(
            sample_id=sample.id,
            inputs=sample.x,
            target=sample.y,
            output=output,
            calls=tuple(scope.calls),
            failure=failure,
        )

    rollouts = await gather_ordered([lambda one=one: run(one) for one in samples])
    _check_some_answered(rollouts)
    return rollouts


def _to_failure(error: Exception) -> Failure:
    return Failure(
        boundary="language_model",
        error=type(error).__name__,
        message=str(error).partition("\n")[0],
        is_answer=isinstance(error, _ANSWER_FAILURES),
    )


def _check_some_answered(rollouts: Sequence[Rollout]) -> None:
    failures = [one.failure for one in rollouts if one.failure is not None]
    if not failures or len(failures) < len(rollouts):
        return
    if all(failure.is_answer for failure in failures):
        return  # the program answers badly, which is what training is there to mend
    counts: dict[str, int] = {}
    for failure in failures:
        counts[failure.error] = counts.get(failure.error, 0) + 1
    causes = ", ".join(f"{name} {count} times" for name, count in counts.items())
    msg = (
        f"None of {len(rollouts)} samples got an answer: {causes}. "
        f"The first: {failures[0].message}"
    )
    raise AllSamplesFailedError(msg)


async def score(program: Any, rollouts: Sequence[Rollout]) -> list[Rollout]:
    """Return rollouts with their rewards.

    A failed answer scores 0.0; a sample that never reached the provider is not scored.

    Args:
        program: Scores outputs, with `compute_reward`.
        rollouts: What to score.

    Raises:
        RewardError: The reward is no finite number.
    """
    answered = [one for one in rollouts if one.failure is None]
    rewards: dict[str, float | None] = {
        one.sample_id: 0.0
        for one in rollouts
        if one.failure is not None and one.failure.is_answer
    }
    if answered:
        with context.bound(context.phase, "reward"):
            values = await program.compute_reward(
                [one.inputs for one in answered],
                [one.target for one in answered],
                [one.output for one in answered],
                training=True,
            )
        ids = [one.sample_id for one in answered]
        rewards.update(zip(ids, values, strict=True))
    return [replace(one, reward=rewards.get(one.sample_id)) for one in rollouts]
