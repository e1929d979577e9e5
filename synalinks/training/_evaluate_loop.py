"""The loops of `evaluate` and `predict`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synalinks.training._current_run import CurrentRun
    from synalinks.training._samples import Feed


async def run_evaluation(run: CurrentRun, feed: Feed) -> dict[str, float]:
    """Score a program on all batches of a feed.

    Args:
        run: The run.
        feed: The samples.

    Returns:
        `reward` and each metric.
    """
    program = run.program
    program.stop_evaluating = False
    results: dict[str, float] = {}
    await run.fire("on_test_begin", {})
    async with program.rolling_ahead(feed, "test_on_batch"):
        for batch in feed.batches():
            await run.fire("on_test_batch_begin", batch.index, {})
            run.at(batch)
            results = await program.test_on_batch(batch.x, batch.y, return_dict=True)
            await run.fire("on_test_batch_end", batch.index, results)
            if program.stop_evaluating or run.is_spent:
                break
    await run.fire("on_test_end", results)
    return results


async def run_prediction(run: CurrentRun, feed: Feed) -> list[Any]:
    """Run a program on all batches of a feed.

    Args:
        run: The run.
        feed: The samples.

    Returns:
        One output per sample, in order; None for those that failed.
    """
    program = run.program
    program.stop_predicting = False
    outputs: list[Any] = []
    await run.fire("on_predict_begin", {})
    async with program.rolling_ahead(feed, "predict_on_batch"):
        for batch in feed.batches():
            await run.fire("on_predict_batch_begin", batch.index, {})
            run.at(batch)
            batch_outputs = await program.predict_on_batch(batch.x)
            outputs += batch_outputs
            logs = {"outputs": batch_outputs}
            await run.fire("on_predict_batch_end", batch.index, logs)
            if program.stop_predicting or run.is_spent:
                break
    await run.fire("on_predict_end", {})
    return outputs
