"""Tables and the picture of an `ExperimentResult`."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING, Any

from synalinks._internal.figure_file import write_figure
from synalinks.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from rich.table import Table

    from synalinks.experiments._experiment_result import ExperimentResult

_UNKNOWN = "-"
_MAX_PAIRED = 4
_HEAD = ("arm", "runs", "score", "± s.e.", "95 % interval", "calls", "cost")
_PAIR_HEAD = ("pair", "difference", "interval", "p (Holm)", "result")
# Colours of Okabe and Ito that are told apart with any colour vision and on white.
_POINT, _MEAN = "#56B4E9", "#0072B2"


def frame_of(rows: Sequence[dict[str, Any]]) -> Any:
    """Return rows as a `pandas.DataFrame`.

    Args:
        rows: Values by column.
    """
    import pandas as pd

    return pd.DataFrame(list(rows))


def arm_rows(result: ExperimentResult) -> list[tuple[str, ...]]:
    """Return the cells of the table of arms.

    Args:
        result: What came of an experiment.
    """
    estimates = _estimates(result)
    found: list[tuple[str, ...]] = []
    for arm, scores in result.scores().items():
        runs = [one for one in result.arms if one.arm == arm]
        n_ended = sum(one.status in {"completed", "stopped"} for one in runs)
        one = estimates.get(arm)
        costs = [run.usage.cost_usd for run in runs]
        known = [cost for cost in costs if cost is not None]
        found.append(
            (
                f"{arm} (best)" if arm == result.best_arm else arm,
                f"{n_ended} of {len(runs)}",
                f"{sum(scores) / len(scores):.4f}" if scores else _UNKNOWN,
                _UNKNOWN if one is None else f"{one.standard_error:.4f}",
                _UNKNOWN if one is None else f"{one.low:.4f} to {one.high:.4f}",
                str(sum(run.usage.calls for run in runs)),
                f"${sum(known):.4f}" if len(known) == len(costs) else _UNKNOWN,
            )
        )
    return found


def pair_rows(result: ExperimentResult) -> list[tuple[str, ...]]:
    """Return the cells of the table of comparisons.

    Args:
        result: What came of an experiment.
    """
    if not _has_rewards(result):
        return []
    found, best = result.compare(), result.best_arm
    if len(result.arm_names) > _MAX_PAIRED:  # all pairs count, but are not shown
        found = [one for one in found if best in {one.first, one.second}]
    return [
        (
            f"{one.first} - {one.second}",
            f"{one.difference.mean:+.4f}",
            one.interval,
            f"{one.p_value:.3g}",
            one.verdict,
        )
        for one in found
    ]


def summary_table(result: ExperimentResult) -> list[Table]:
    """Return the tables of a summary.

    Args:
        result: What came of an experiment.
    """
    from rich.table import Table

    title = f"{result.name}: {result.success_metric}, {result.status}"
    arms = Table(*_HEAD, title=title)
    for row in arm_rows(result):
        arms.add_row(*row)
    tables = [arms]
    failed = [one for one in result.arms if one.error]
    if pairs := pair_rows(result):
        tables.append(Table(*_PAIR_HEAD))
        for row in pairs:
            tables[-1].add_row(*row)
    if failed:
        tables.append(Table("run", "error"))
        for one in failed:
            tables[-1].add_row(one.name, one.error)
    return tables


def html_of(result: ExperimentResult) -> str:
    """Return the tables of a summary as HTML.

    Args:
        result: What came of an experiment.
    """
    title = f"{result.name}: {result.success_metric}, {result.status}"
    parts = [
        f"<p><b>{html.escape(title)}</b></p>",
        _html_table(_HEAD, arm_rows(result)),
    ]
    if pairs := pair_rows(result):
        parts.append(_html_table(_PAIR_HEAD, pairs))
    if failed := [(one.name, one.error) for one in result.arms if one.error]:
        parts.append(_html_table(("run", "error"), failed))
    return "".join(parts)


def _html_table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    def line(tag: str, cells: Sequence[str]) -> str:
        inner = "".join(f"<{tag}>{html.escape(one)}</{tag}>" for one in cells)
        return f"<tr>{inner}</tr>"

    body = "".join(line("td", row) for row in rows)
    return f"<table><thead>{line('th', head)}</thead><tbody>{body}</tbody></table>"


def draw_arms(
    result: ExperimentResult, to_file: str | Path, to_folder: str | Path | None
) -> Any:
    """Write the picture of the arms.

    Args:
        result: What came of an experiment.
        to_file: File to write.
        to_folder: Its folder.

    Returns:
        The path of the file; in a notebook, the picture.

    Raises:
        ConfigurationError: No run has a score.
    """
    from matplotlib.figure import Figure

    scores = {arm: values for arm, values in result.scores().items() if values}
    if not scores:
        msg = f"No run of {result.name!r} has a score: there is nothing to plot."
        raise ConfigurationError(msg)
    estimates = _estimates(result)
    figure = Figure(figsize=(7.0, 1.2 + 0.5 * len(scores)))
    axes: Any = figure.subplots()  # its stubs leave types open
    for place, (arm, values) in enumerate(scores.items()):
        axes.plot(values, [place] * len(values), "o", color=_POINT, alpha=0.8)
        mean = sum(values) / len(values)
        one = estimates.get(arm)
        axes.plot(mean, place, "D", color=_MEAN)
        if one is not None:
            # By its ends: samples that failed in some runs are in the mean only.
            axes.plot([one.low, one.high], [place, place], "|-", color=_MEAN)
    axes.set_yticks(range(len(scores)), labels=list(scores))
    axes.invert_yaxis()
    axes.set_ylim(len(scores) - 0.5, -0.5)
    axes.grid(axis="x", alpha=0.3)
    interval = ", mean with 95 % interval" if estimates else ", mean"
    axes.set(xlabel=result.success_metric, title=f"{result.name}: runs{interval}")
    return write_figure(figure, to_file, to_folder)


def _estimates(result: ExperimentResult) -> dict[str, Any]:
    """Return intervals, where there are any of what is shown."""
    is_reward = result.success_metric.rpartition(".")[2] == "reward"
    shown = is_reward and "." in result.success_metric and _has_rewards(result)
    found = result.estimates() if shown else {}
    return {arm: one for arm, one in found.items() if one.n_samples > 1}


def _has_rewards(result: ExperimentResult) -> bool:
    """Return whether a run came as far as the benchmark that arms are compared on."""
    benchmark = result.success_metric.rpartition(".")[0]
    return benchmark in result.benchmarks or bool(not benchmark and result.benchmarks)
