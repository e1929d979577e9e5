"""Running a program on samples, and scoring what comes back."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.altered import altered
from synalinks._internal.paid import gather_paid
from synalinks.contracts import Rollout, Usage
from synalinks.hooks import end_sample, observed_sample, scored_traces
from synalinks.language_models import StreamingIterator
from synalinks.rewards import Score

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.data_models import Variable
    from synalinks.training._failures import FailurePolicy
    from synalinks.training._sample import Sample


async def roll_out(
    program: Any,
    samples: Sequence[Sample],
    policy: FailurePolicy,
    *,
    overlay: Mapping[Variable, JsonObject] | None = None,
    training: bool = False,
) -> list[Rollout]:
    """Run a program on samples, all at once.

    An error that the policy takes for data makes its sample a failed rollout. Others
    are raised, and the samples that still run are cancelled.

    Args:
        program: The program.
        samples: What to run it on.
        policy: Tells errors that are data from those that end the run.
        overlay: Values that variables have for these runs only.
        training: Whether the runs are part of training.

    Returns:
        One rollout per sample, in order, not scored.

    Raises:
        FailureRateError: Too many samples failed.
    """

    async def run(sample: Sample) -> Rollout:
        return await roll_out_one(
            program, sample, policy, overlay=overlay, training=training
        )

    rollouts = await gather_paid([lambda one=one: run(one) for one in samples])
    policy.note(rollouts)
    return rollouts


async def roll_out_one(
    program: Any,
    sample: Sample,
    policy: FailurePolicy,
    *,
    overlay: Mapping[Variable, JsonObject] | None = None,
    training: bool = False,
) -> Rollout:
    """Run a program on one sample; see `roll_out`.

    Args:
        program: The program.
        sample: What to run it on.
        policy: Tells errors that are data from those that end the run.
        overlay: Values that variables have for this run only.
        training: Whether the run is part of training.

    Returns:
        The rollout, not scored.
    """
    scope = context.SampleScope(id=sample.id)
    output, failure, trace_id = None, None, ""
    taken: list[Usage] = []
    started_s = perf_counter()
    here = context.all_bound(
        (context.scope, context.scope_inside(sample.id)),
        (context.sample, scope),
        (context.overlay, overlay),
        (context.phase, "inference"),
        (context.taken, taken),
    )
    with here, observed_sample(program, sample.x) as call:
        try:
            output = await program(sample.x, training=training)
            if isinstance(output, StreamingIterator):
                output = await output.drain()
        except Exception as error:
            failure = policy.to_failure(error)
            if call is not None:
                call.exception = error
            if failure is None:
                error.add_note(f"while running `{program.name}` on {sample.id}")
                raise
        finally:
            program.invocations.note(perf_counter() - started_s)
        if call is not None:
            call.outputs, trace_id = output, call.trace_id
    n_known = sum(one.usage.calls for one in scope.calls)
    is_more = sum(one.calls for one in taken) > n_known
    return Rollout(
        sample_id=sample.id,
        inputs=sample.x,
        target=sample.y,
        output=output,
        calls=tuple(scope.calls),
        failure=failure,
        trace_id=trace_id,
        draw=context.draw.get(),
        spent=Usage.total(taken) if is_more else None,
    )


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
    scores: dict[str, Score | float | None] = {
        one.sample_id: 0.0
        for one in rollouts
        if one.failure is not None and one.failure.is_answer
    }
    ids = [one.sample_id for one in answered]
    if answered:
        with context.all_bound(
            (context.phase, "reward"),
            (context.sample_ids, ids),
            (scored_traces, [one.trace_id for one in answered]),
        ):
            values = await program.compute_scores(
                [one.inputs for one in answered],
                [one.target for one in answered],
                [one.output for one in answered],
            )
        scores.update(zip(ids, values, strict=True))
    scored = [_scored(one, scores.get(one.sample_id)) for one in rollouts]
    for one in scored:
        end_sample(one.trace_id, reward=one.reward, target=one.target)
    return scored


def _scored(rollout: Rollout, score: Score | float | None) -> Rollout:
    if isinstance(score, Score):
        return altered(
            rollout,
            reward=score.value,
            feedback=score.feedback,
            module_feedback=score.per_module,
        )
    return altered(rollout, reward=score)
