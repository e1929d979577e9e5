"""The loops of `evaluate` and `predict`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from synalinks.callbacks import CallbackList
    from synalinks.training._samples import Feed


async def run_evaluation(
    program: Any, feed: Feed, callbacks: CallbackList
) -> dict[str, float]:
    """Score a program on all batches of a feed.

    Args:
        program: A compiled program.
        feed: The samples.
        callbacks: Told of every batch.

    Returns:
        `reward` and each metric.
    """
    program.stop_evaluating = False
    results: dict[str, float] = {}
    await callbacks.dispatch("on_test_begin", {})
    async with program.rolling_ahead(feed, "test_on_batch"):
        for batch in feed.batches():
            await callbacks.dispatch("on_test_batch_begin", batch.index, {})
            program.current_run.batch = batch
            results = await program.test_on_batch(batch.x, batch.y, return_dict=True)
            await callbacks.dispatch("on_test_batch_end", batch.index, results)
            if program.stop_evaluating:
                break
    await callbacks.dispatch("on_test_end", results)
    return results


async def run_prediction(
    program: Any, feed: Feed, callbacks: CallbackList
) -> list[Any]:
    """Run a program on all batches of a feed.

    Args:
        program: The program.
        feed: The samples.
        callbacks: Told of every batch.

    Returns:
        One output per sample, in order; None for those that failed.
    """
    program.stop_predicting = False
    outputs: list[Any] = []
    await callbacks.dispatch("on_predict_begin", {})
    async with program.rolling_ahead(feed, "predict_on_batch"):
        for batch in feed.batches():
            await callbacks.dispatch("on_predict_batch_begin", batch.index, {})
            program.current_run.batch = batch
            batch_outputs = await program.predict_on_batch(batch.x)
            outputs += batch_outputs
            logs = {"outputs": batch_outputs}
            await callbacks.dispatch("on_predict_batch_end", batch.index, logs)
            if program.stop_predicting:
                break
    await callbacks.dispatch("on_predict_end", {})
    return outputs
