"""Estimating what a run will take, from a few samples."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING, Any

from synalinks.callbacks import Cadence, reachable_models
from synalinks.contracts import Estimate, Span
from synalinks.training._rollouts import roll_out, score

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.training._evaluator import Evaluator
    from synalinks.training._plan import FitPlan
    from synalinks.training._sample import Sample

_SECONDS_PER_MINUTE = 60


async def estimate_fit(program: Any, plan: FitPlan, n_samples: int) -> Estimate:
    """Return what a `fit` will take.

    Args:
        program: A compiled program.
        plan: The checked arguments of `fit`.
        n_samples: How many training samples to run, which are paid for.
    """
    samples = plan.train.samples[:n_samples]
    before = _counters(program)
    started = perf_counter()
    rollouts = await roll_out(program, samples, plan.policy)
    plan.policy.check_batch(rollouts)
    await score(program, rollouts)
    elapsed_s = perf_counter() - started
    calls, tokens, cost = (
        None if now is None or then is None else (now - then) / len(samples)
        for now, then in zip(_counters(program), before, strict=True)
    )
    runs = _sample_runs(program, plan)
    # The samples ran at once, as those of a batch will.
    batches = runs * (1 / min(plan.train.batch_size, len(samples)))
    return Estimate(
        calls=runs * (calls or 0),
        tokens=runs * (tokens or 0),
        cost_usd=None if cost is None else runs * cost,
        minutes=batches * (elapsed_s / _SECONDS_PER_MINUTE),
    )


def _sample_runs(program: Any, plan: FitPlan) -> Span:
    """Return how often the program will be run on a sample."""
    n_epochs = len(plan.epochs)
    train = min(plan.train.n_batches * plan.train.batch_size, len(plan.train.samples))
    held_out = plan.validation.used() if plan.validation else ()
    scoring: Sequence[Sample] = held_out or plan.train.samples[: plan.train.batch_size]
    n_steps = plan.train.n_batches * n_epochs
    # Cells that are measured already are free: an epoch that changes nothing costs
    # nothing, one that changes the program at every step costs all.
    once = Span(low=train, expected=train * n_epochs, high=train * n_epochs)
    passes = Span(
        low=len(held_out),
        expected=len(held_out) * n_epochs,
        high=len(held_out) * n_epochs,
    )
    for one in plan.evaluators:
        passes = passes + _runs_of(one, n_epochs, n_steps) * len(one.feed.used())
    races = program.optimizer.cells_per_step(len(scoring), plan.minibatch_size)
    return once + passes + races * n_steps


def _runs_of(evaluator: Evaluator, n_epochs: int, n_steps: int) -> Span:
    """Return how often an evaluator will run; what callbacks ask for is not known."""
    if evaluator.every is None:
        return Span(low=0, expected=0, high=n_steps)
    interval = Cadence(evaluator.every).interval
    amounts = {"ep": n_epochs, "ba": n_steps}
    if interval.unit in amounts:
        n_runs = amounts[interval.unit] // interval.amount
        # Where the program has not changed since, it costs nothing.
        return Span(low=min(1, n_runs), expected=n_runs, high=n_runs)
    return Span(low=0, expected=min(n_epochs, n_steps), high=n_steps)


def _counters(program: Any) -> tuple[float | None, ...]:
    models = reachable_models(program)
    totals: list[float | None] = []
    for name in ("cumulated_calls", "cumulated_tokens", "cumulated_cost"):
        values = [getattr(model, name) for model in models]
        is_known = all(value is not None for value in values)
        totals.append(sum(values) if is_known else None)
    return tuple(totals)
