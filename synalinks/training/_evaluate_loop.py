"""The loops of `evaluate` and `predict`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_row
from synalinks.callbacks import CallbackList, PredictionWriter
from synalinks.errors import warn
from synalinks.training._orderly import stopping

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from synalinks.training._current_run import CurrentRun
    from synalinks.training._samples import Batch, Feed


async def run_evaluation(run: CurrentRun, feed: Feed) -> dict[str, float]:
    """Score a program on all batches of a feed.

    Args:
        run: The run.
        feed: The samples.

    Returns:
        `reward` and each metric; over fewer batches if the run was stopped.
    """
    program = run.program
    program.stop_evaluating = False
    run.n_batches_done = 0
    results: dict[str, float] = {}
    with stopping(run):
        await run.fire("on_test_begin", {})
        async with program.rolling_ahead(feed, "test_on_batch"):
            for batch in _until(run, feed, "stop_evaluating"):
                await run.fire("on_test_batch_begin", batch.index, {})
                results = await program.test_on_batch(
                    batch.x, batch.y, return_dict=True
                )
                run.n_batches_done += 1
                await run.fire("on_test_batch_end", batch.index, results)
    run.state.batch = None
    run.policy.end_pass(is_complete=run.n_batches_done == feed.n_batches)
    with stopping(run):
        await run.fire("on_test_end", results)
    _warn_if_cut_short(run, feed)
    return results


async def run_prediction(
    run: CurrentRun, feed: Feed, *, is_kept: bool = True
) -> list[Any]:
    """Run a program on all batches of a feed.

    Args:
        run: The run.
        feed: The samples.
        is_kept: Whether to return the outputs.

    Returns:
        One output per sample, in order; None for those that failed. Fewer if the run
        was stopped.
    """
    program = run.program
    program.stop_predicting = False
    run.n_batches_done = 0
    outputs: list[Any] = []
    with stopping(run):
        await run.fire("on_predict_begin", {})
        async with program.rolling_ahead(feed, "predict_on_batch"):
            for batch in _until(run, feed, "stop_predicting"):
                await run.fire("on_predict_batch_begin", batch.index, {})
                batch_outputs = await program.predict_on_batch(batch.x)
                outputs += batch_outputs if is_kept else ()
                run.n_batches_done += 1
                logs = {"outputs": batch_outputs}
                await run.fire("on_predict_batch_end", batch.index, logs)
    run.state.batch = None
    run.policy.end_pass(is_complete=run.n_batches_done == feed.n_batches)
    with stopping(run):
        await run.fire("on_predict_end", {})
    _warn_if_cut_short(run, feed)
    return outputs


def with_writer(callbacks: Any, path: str | Path) -> list[Any]:
    """Return callbacks with one that writes predictions; if that fails, the run ends.

    Args:
        callbacks: Those of the user.
        path: The file.
    """
    writer = PredictionWriter(path)
    writer.on_hook_error = "raise"  # nobody else has them
    if callbacks is None:
        return [writer]
    are_several = is_row(callbacks) or isinstance(callbacks, CallbackList)
    return [*(callbacks if are_several else [callbacks]), writer]


def _until(run: CurrentRun, feed: Feed, flag: str) -> Iterator[Batch]:
    for batch in feed.batches():
        if run.is_spent and not run.is_held_back:
            return
        run.at(batch)
        yield batch
        if getattr(run.program, flag):
            return


def _warn_if_cut_short(run: CurrentRun, feed: Feed) -> None:
    # A score or a prediction of a part must not pass for that of the whole. In `fit`
    # it is not used at all.
    stage, n_done = run.state.stage, run.n_batches_done
    if run.is_spent and n_done < feed.n_batches and stage != "validate":
        warn(
            f"`{stage}` ended after {n_done} of {feed.n_batches} batches, and returns "
            f"what these gave: {run.state.stop_reason}."
        )
