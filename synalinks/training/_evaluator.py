"""`Evaluator`: samples that `fit` scores the program on every so often."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Literal

from synalinks._internal.checks import check_count
from synalinks.callbacks import Cadence
from synalinks.datasets import is_frame
from synalinks.errors import ConfigurationError, show
from synalinks.training._compiled import resolve_metrics
from synalinks.training._samples import Feed, make_samples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.metrics import Metric

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_RESERVED = ("train", "val")
_POLICIES = ("warn", "raise")


class Evaluator:
    """A named data set with metrics, on which `fit` scores the program as it trains.

    Validation is the evaluator named `val`; others are given to
    `fit(evaluators=[...])`. They choose nothing: candidates are never compared on
    their samples, so that their scores stay honest. Their values are in the logs as
    `<name>_reward` and `<name>_<metric>`, where callbacks can monitor them, and
    `on_eval` is called after each run. All evaluators that are due at one moment
    measure the same program, and each runs once between two updates.

    Args:
        name: Letters, digits, `_` and `-`; the values in the logs begin with it.
        x: Inputs, as for `fit`.
        y: Targets, as for `fit`.
        every: How often it runs, as a cadence: `"2ep"` at the end of every second
            epoch; `"10ba"`, `"$0.50"`, `"100ktok"` or `"15min"` after the batch that
            passes a multiple. None for only when a callback asks for it with
            `self.trainer.request_evaluation(name)`.
        metrics: Metrics, names or functions, as for `compile`; those of the program
            when None.
        batch_size: Samples in a batch, as callbacks see them.
        steps: Batches to use; None for all.
        tags: Labels for loggers.
        on_error: What follows when it fails: `warn` goes on without its values, `raise`
            ends the run. A refused key ends the run in any case.

    Raises:
        ConfigurationError: An argument cannot work.

    Costs the program's LM calls, once per sample and run; samples on which the same
    variables were measured before are free.
    """

    def __init__(
        self,
        name: str,
        x: Any,
        y: Any = None,
        *,
        every: str | None = "1ep",
        metrics: Sequence[Any] | None = None,
        batch_size: int = 32,
        steps: int | None = None,
        tags: Sequence[str] = (),
        on_error: Literal["warn", "raise"] = "warn",
    ) -> None:
        _check_name(name)
        if every is not None:
            Cadence(every)
        check_count("batch_size", batch_size, at_least=1)
        check_count("steps", steps or 1, at_least=1)
        if on_error not in _POLICIES:
            msg = f"`on_error` is one of {_POLICIES}, received: {show(on_error)}."
            raise ConfigurationError(msg)
        self.name = name
        self.every = every
        self.tags: tuple[str, ...] = tuple(tags)
        self.on_error = on_error
        self.own_metrics: list[Metric] | None = (
            None if metrics is None else resolve_metrics(metrics)
        )
        self._data = x, y
        self._batch_size, self._steps = batch_size, steps
        # The columns of a table are known with the program, not before.
        self._feed = None if is_frame(x) or is_frame(y) else self._read(None)

    @property
    def feed(self) -> Feed:
        """The samples.

        Raises:
            ConfigurationError: They come from a table, and no program has read it yet.
        """
        if self._feed is None:
            msg = f"The table of `Evaluator({self.name!r})` is read when `fit` begins."
            raise ConfigurationError(msg)
        return self._feed

    def read_for(self, program: Any) -> None:
        """Read the columns of a table as the fields of a program.

        Args:
            program: The program that will be scored.
        """
        if any(map(is_frame, self._data)):
            self._feed = self._read(program)

    def _read(self, program: Any) -> Feed:
        try:
            samples = make_samples(*self._data, role=self.name, program=program)
        except ConfigurationError as error:
            msg = f"`Evaluator({self.name!r})`: {error}"
            raise ConfigurationError(msg) from None
        return Feed(samples, batch_size=self._batch_size, max_batches=self._steps)

    def metrics_of(self, program: Any) -> list[Metric]:
        """Return the metrics that it computes.

        Args:
            program: The program that is scored.
        """
        if self.own_metrics is None:
            return program.compiled_metrics
        return self.own_metrics

    def directions(self, program: Any) -> dict[str, str | None]:
        """Return the names of its values, each with the side that is better.

        Args:
            program: The program that is scored.

        Returns:
            `up`, `down` or None by name, without the name of the evaluator.
        """
        metrics = self.metrics_of(program)
        return {"reward": "up", **{one.name: one.direction for one in metrics}}

    def __repr__(self) -> str:
        n = "a table" if self._feed is None else f"{len(self._feed.used())} samples"
        return f"<Evaluator {self.name!r} of {n}, every={self.every!r}>"


def check_evaluators(evaluators: Any, program: Any) -> list[Evaluator]:
    """Refuse evaluators whose values could not be told apart.

    Args:
        evaluators: What was given to `fit`: None, one evaluator, or a list of them.
        program: The program that is trained.

    Returns:
        The evaluators.

    Raises:
        ConfigurationError: One is no evaluator, or two names in the logs are alike.
    """
    given = evaluators or ()
    checked: list[Evaluator] = []
    for one in (given,) if isinstance(given, Evaluator) else given:
        if not isinstance(one, Evaluator):
            msg = f"`evaluators` holds `Evaluator`s, received: {show(one)}."
            raise ConfigurationError(msg)
        alike = _alike(one.name, ["val", *(two.name for two in checked)], program)
        if alike is not None:
            msg = (
                f"The values of the evaluator {one.name!r} are named `{one.name}_...` "
                f"in the logs, and could not be told from `{alike}`: give it another "
                "name."
            )
            raise ConfigurationError(msg)
        one.read_for(program)
        checked.append(one)
    return checked


def _alike(name: str, others: Sequence[str], program: Any) -> str | None:
    prefix = f"{name}_"
    for other in (f"{one}_" for one in others):
        if prefix.startswith(other) or other.startswith(prefix):
            return f"{other}..."
    names: list[str] = program.metrics_names
    return next((one for one in names if one.startswith(prefix)), None)


def _check_name(name: Any) -> None:
    if isinstance(name, str) and _NAME.fullmatch(name) and name not in _RESERVED:
        return
    msg = (
        "The name of an evaluator begins with a letter, goes on with letters, digits, "
        f"`_` and `-`, and is none of {_RESERVED}; received: {show(name)}."
    )
    raise ConfigurationError(msg)
