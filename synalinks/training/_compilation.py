"""`Compilation`: how a program is trained and evaluated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.training._compiled import (
    Compiled,
    check_outputs,
    compile_config,
    compile_parts,
)
from synalinks.training._scores import FAILED, Scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.metrics import Metric
    from synalinks.optimizers import Optimizer
    from synalinks.rewards import Reward


class Compilation:
    """The part of `Trainer` that knows optimizer, reward and metrics."""

    name: str
    compiled: Compiled | None
    _scores: Scores

    def compile(
        self,
        optimizer: Any = None,
        reward: Any = None,
        reward_weights: Any = None,
        metrics: Sequence[Any] | None = None,
        run_eagerly: bool = False,
        steps_per_execution: int = 1,
    ) -> None:
        """Choose how the program is trained and evaluated.

        Args:
            optimizer: An optimizer or its name; None for a program that is only
                evaluated.
            reward: A reward, its name, or a function `(y_true, y_pred) -> float`. For
                a program of several outputs also a list, or a dict by the names of
                the outputs, of these; None in it for an output that is not scored.
            reward_weights: How much each of several rewards counts, in the form of
                `reward`; the reward of a sample is their weighted mean.
            metrics: Metrics, names, or functions `(y_true, y_pred) -> float`. For a
                program of several outputs a list of such lists, one per output, or a
                dict of them by name.
            run_eagerly: Has no effect; accepted for compatibility.
            steps_per_execution: Has no effect; accepted for compatibility.

        Raises:
            ConfigurationError: A name is unknown, two metrics have one name, or rewards
                and weights do not fit.
        """
        compiled = compile_parts(optimizer, reward, reward_weights, metrics)
        check_outputs(self, compiled.reward)
        self.compiled = compiled
        self._scores = Scores(self.compiled.metrics, self)

    @property
    def optimizer(self) -> Optimizer | None:
        """The optimizer given to `compile`."""
        return self.compiled.optimizer if self.compiled else None

    @property
    def reward(self) -> Reward | None:
        """The reward given to `compile`."""
        return self.compiled.reward if self.compiled else None

    @property
    def compiled_metrics(self) -> list[Metric]:
        """The metrics given to `compile`."""
        return self.compiled.metrics if self.compiled else []

    @property
    def metrics(self) -> list[Metric]:
        """The metrics given to `compile`, under the name that Keras gives them."""
        return self.compiled_metrics

    @property
    def metrics_names(self) -> list[str]:
        """Names of the values in the logs."""
        names = self.compiled.metric_names() if self.compiled else []
        return ["reward", *names]

    def metric_keys(self, *, validation: bool = False) -> list[str]:
        """Return the names that the logs of every epoch have, known before any run.

        Args:
            validation: Whether epochs are validated.
        """
        names = [*self.metrics_names, FAILED]
        return names + [f"val_{name}" for name in names] if validation else names

    def get_compile_config(self) -> JsonObject | None:
        """Return what `compile` was given, as JSON; None if it was not called."""
        return compile_config(self.compiled) if self.compiled else None

    def compile_from_config(self, config: JsonObject) -> None:
        """Compile as `get_compile_config` described.

        Args:
            config: The configuration.

        Raises:
            SynalinksError: A part of it is not registered for loading.
        """
        self.compile(
            optimizer=config.get("optimizer"),
            reward=config.get("reward"),
            metrics=config.get("metrics"),
        )

    def callback_params(self) -> dict[str, Any]:
        """Return what callbacks see of the compile settings."""
        optimizer = self.optimizer
        return {
            "optimizer": type(optimizer).__name__ if optimizer else None,
            "metrics": self.metric_keys(),
        }

    def _training_state(self) -> JsonObject:
        optimizer = self.optimizer
        if optimizer is None:
            return {}
        counts = {"iterations": optimizer.iterations, "epochs": optimizer.epochs}
        name = optimizer.name
        return {
            "optimizer_trainable_variables": {},
            "optimizer_non_trainable_variables": {name: {f"iterations_{name}": counts}},
        }

    def _load_training_state(self, tree: JsonObject) -> None:
        # Counts only: what an optimizer has learned is part of a backup, not of a
        # saved program.
        optimizer = self.optimizer
        saved: JsonObject = tree.get("optimizer_non_trainable_variables") or {}
        if optimizer is None or len(saved) != 1:
            return
        groups: JsonObject = next(iter(saved.values()))
        for counts in groups.values():
            optimizer.iterations = int(counts.get("iterations", 0))
            optimizer.epochs = int(counts.get("epochs", 0))
