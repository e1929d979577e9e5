"""One training step: roll out, propose, ask, apply."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.contracts import Rollout
from synalinks.errors import TrainingError, warn
from synalinks.training._rollouts import roll_out, score
from synalinks.training._samples import make_samples
from synalinks.training._variables import note_rollouts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.contracts import Override
    from synalinks.training._current_run import CurrentRun
    from synalinks.training._session import FitSession


async def take_step(
    run: CurrentRun,
    session: FitSession,
    batch_ids: Sequence[str],
    scoring_ids: Sequence[str],
) -> None:
    """Take one training step, with the hooks inside it.

    Args:
        run: The run that the step is part of.
        session: What was measured, and the optimizer.
        batch_ids: Samples of the batch.
        scoring_ids: Samples on which candidates are compared.
    """
    state = run.state
    state.mark_step(is_done=False)
    run.is_applied = False
    for attempt in range(run.max_step_attempts):
        state.step_attempt = attempt
        await run.fire("on_step_begin", state.step, state.logs)
        state.begin_attempt(attempt)
        await run.fire("on_propose_begin", state.step, state.logs)
        rollouts = await _roll_out(run, session, batch_ids)
        state.outputs = rollouts
        state.proposal = await session.propose(rollouts, scoring_ids, attempt)
        is_rejected = await run.fire("on_propose_end", state.step, state.logs)
        accepts = await session.optimizer.accept(state.proposal, attempt)
        if accepts and not is_rejected:
            await _apply(run, session, rollouts, attempt)
            return
    await _give_up(run, session)


async def _apply(
    run: CurrentRun, session: FitSession, rollouts: Sequence[Rollout], attempt: int
) -> None:
    state = run.state
    note_rollouts(rollouts, session.variables)
    state.logs.update(await run.program.take_in(rollouts))
    state.logs["attempts"] = attempt + 1
    state.logs.update(run.usage_since("batch"))
    await run.fire("before_update", state.step, state.logs)
    session.close_step(is_accepted=True)
    run.is_applied = True
    run.n_steps += 1
    state.mark_step(is_done=True)


async def _give_up(run: CurrentRun, session: FitSession) -> None:
    state = run.state
    msg = (
        f"Step {state.step}: {run.max_step_attempts} proposals were rejected "
        "(`max_step_attempts`); the program stays as it is."
    )
    if run.raises_at_reject_limit:
        raise TrainingError(msg)
    run.n_given_up += 1
    if run.n_given_up == 1:  # the rows of the batches tell of the others
        warn(msg)
    state.logs.update(await run.program.take_in(state.outputs))
    state.logs["attempts"] = run.max_step_attempts
    state.logs["step_rejected"] = 1
    session.close_step(is_accepted=False)
    run.n_steps += 1
    state.mark_step(is_done=True)


async def _roll_out(
    run: CurrentRun, session: FitSession, batch_ids: Sequence[str]
) -> list[Rollout]:
    session.adopt_present()
    override = run.state.override
    if override is None:
        rollouts = await session.measure(session.optimizer.incumbent, batch_ids)
    else:
        rollouts = await _roll_out_override(run, override)
    run.policy.check_batch(rollouts)
    return rollouts


async def _roll_out_override(run: CurrentRun, override: Override) -> list[Rollout]:
    samples = make_samples(list(override.x), override.y, role="override")
    if override.y_pred is None:
        rollouts = await roll_out(run.program, samples, run.policy, training=True)
    else:
        rollouts = given_rollouts(samples, override.y_pred)
    return await score(run.program, rollouts)


def given_rollouts(samples: Sequence[Any], y_pred: Sequence[Any]) -> list[Rollout]:
    """Return rollouts of predictions that are there already.

    Args:
        samples: What was predicted.
        y_pred: One prediction per sample.
    """
    return [
        Rollout(sample_id=one.id, inputs=one.x, target=one.y, output=output)
        for one, output in zip(samples, y_pred, strict=True)
    ]
