"""Targets checked against reward and metrics before anything is paid for."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_dict
from synalinks.data_models import JsonDataModel
from synalinks.errors import ConfigurationError, show
from synalinks.metrics import BatchMetric, MeanMetricWrapper
from synalinks.rewards import ExactMatch, OutputRewards
from synalinks.training._compiled import check_outputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from synalinks.metrics import Metric
    from synalinks.training._plan import FitPlan
    from synalinks.training._sample import Sample


async def check_fit_targets(program: Any, plan: FitPlan) -> None:
    """Refuse targets of `fit` that the reward or a metric cannot take.

    Args:
        program: A compiled program.
        plan: The checked arguments.
    """
    held_out = plan.validation.samples if plan.validation else ()
    await check_targets(program, plan.train.samples, held_out)
    for one in plan.evaluators:
        metrics = one.metrics_of(program)
        await check_targets(program, one.feed.samples, metrics=metrics)


async def check_targets(
    program: Any,
    *parts: Sequence[Sample],
    metrics: Sequence[Metric] | None = None,
) -> None:
    """Refuse targets that the reward or a metric cannot take.

    Functions of the user's are not called: they may cost.

    Args:
        program: A compiled program.
        parts: All samples of the run.
        metrics: The metrics; those given to `compile` when None.

    Raises:
        ConfigurationError: A target is missing, shares no field with the outputs, or
            does not fit the reward or a metric; no LM call was made.
    """
    if isinstance(program.reward, ExactMatch):
        _check_all_there(parts)
    _check_outputs(program, chain(*parts))
    first = next((one for one in chain(*parts) if one.y is not None), None)
    if first is None:
        return
    # A target against itself: what fails here fails on every prediction.
    if isinstance(program.reward, ExactMatch):
        await program.reward.rehearse(first.y)
    for metric in program.compiled.metrics if metrics is None else metrics:
        may_cost = isinstance(metric, (MeanMetricWrapper, BatchMetric))
        if not may_cost and _is_own(metric):
            await metric.clone().update_state(first.y, first.y)


def _check_outputs(program: Any, samples: Iterable[Sample]) -> None:
    schema, reward = program.output_schema, program.reward
    if isinstance(reward, OutputRewards):
        check_outputs(program, reward)
        for sample in samples:
            if sample.y is not None:
                reward.check_outputs(sample.y, of=f"the target of sample {sample.id}")
    elif is_dict(schema):
        for sample in samples:
            _check_fields(program.name, schema.get("properties", {}), sample)


def _is_own(metric: Any) -> bool:
    return type(metric).__module__.partition(".")[0] == "synalinks"


def _check_all_there(parts: Sequence[Sequence[Sample]]) -> None:
    missing = [sample.id for sample in chain(*parts) if sample.y is None]
    if missing:
        msg = (
            f"{len(missing)} of {sum(map(len, parts))} samples have no target, which "
            f"the reward `exact_match` needs: {show(missing)}. Pass `y`, and "
            "`validation_data` as a pair `(x, y)`."
        )
        raise ConfigurationError(msg)


def _check_fields(program_name: str, expected: dict[str, Any], sample: Sample) -> None:
    if not isinstance(sample.y, JsonDataModel):
        return
    given = sample.y.keys()
    if expected and given and given.isdisjoint(expected):
        msg = (
            f"The target of sample {sample.id} shares no field with the outputs of "
            f"`{program_name}`: received {show(sorted(given))}, expected some of "
            f"{show(list(expected))}. Are `x` and `y` the right way round?"
        )
        raise ConfigurationError(msg)
