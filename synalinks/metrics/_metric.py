"""The base classes of metrics."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from synalinks._internal.naming import snake_case
from synalinks.data_models import Variable
from synalinks.errors import StateMismatchError, show
from synalinks.ops import Masks, SignatureWithMasks
from synalinks.saving import Configurable

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from synalinks._internal.json import JsonObject
    from synalinks.ops import Outputs

Direction: TypeAlias = Literal["up", "down"]


class Metric(Configurable, ABC):
    """A number that is gathered sample by sample and shown, but not trained on.

    Subclass it and write `update_state` and `result`. What a subclass keeps between
    samples is either made with `add_variable`, or is its own affair: then it also
    writes `reset_state`, `state_dict` and `load_state_dict`.

    Attributes:
        direction: `"up"` if higher is better, `"down"` if lower is, None if neither;
            what `mode="auto"` of callbacks goes by.

    Args:
        name: Name in logs; that of the class in snake case if None.
        in_mask: Names of the only fields to look at, in target and prediction.
        out_mask: Names of fields not to look at.
        in_mask_pattern: Regular expression searched in the names of the only fields
            to look at; a field is kept if `in_mask` or this pattern names it.
        out_mask_pattern: Regular expression searched in the names of fields not to
            look at.

    Raises:
        ConfigurationError: A mask or a pattern is malformed.

    Example:
        ```python
        class LongestAnswer(synalinks.metrics.Metric):
            def __init__(self, name="longest_answer", **masks):
                super().__init__(name=name, **masks)
                self.longest = 0

            async def update_state(self, y_true, y_pred):
                _, y_pred = self.masked(y_true, y_pred)
                if y_pred is not None:
                    self.longest = max(self.longest, len(y_pred.get("answer")))

            def result(self):
                return float(self.longest)

            def reset_state(self):
                self.longest = 0
        ```
    """

    __signature__: ClassVar[SignatureWithMasks] = SignatureWithMasks()
    direction: Direction | None = None

    def __init__(
        self,
        name: str | None = None,
        in_mask: Sequence[str] | None = None,
        out_mask: Sequence[str] | None = None,
        in_mask_pattern: str | None = None,
        out_mask_pattern: str | None = None,
    ) -> None:
        self.name: str = name or snake_case(type(self).__name__)
        self.masks: Masks = Masks(in_mask, out_mask, in_mask_pattern, out_mask_pattern)
        self._variables: dict[str, tuple[Variable, JsonObject]] = {}

    @abstractmethod
    async def update_state(self, y_true: Outputs, y_pred: Outputs) -> None:
        """Take one sample into account.

        Args:
            y_true: The target, a data model; None if there is none.
            y_pred: The prediction, a data model; None if the sample failed. A failed
                sample should count as wrong: a metric that skips it looks better the
                more samples fail.
        """

    @abstractmethod
    def result(self) -> float:
        """Return the number gathered so far; 0.0 before the first sample."""

    async def __call__(self, y_true: Outputs, y_pred: Outputs) -> float:
        """Return the number with one more sample taken into account.

        Args:
            y_true: As for `update_state`.
            y_pred: As for `update_state`.
        """
        await self.update_state(y_true, y_pred)
        return self.result()

    def masked(self, y_true: Outputs, y_pred: Outputs) -> tuple[Outputs, Outputs]:
        """Return target and prediction as `JsonDataModel`s of the chosen fields.

        Args:
            y_true: The target.
            y_pred: The prediction.
        """
        return self.masks.apply(y_true, y_pred)

    # `Any`: an initializer and a data model may be of many kinds.
    def add_variable(
        self,
        initializer: Any = None,
        data_model: Any = None,
        name: str | None = None,
    ) -> Variable:
        """Return a new variable that is reset, saved and restored with the metric.

        Args:
            initializer: Its first value: a JSON object or an initializer.
            data_model: The data model of its value; every field needs a default.
            name: Its name; a number if None.
        """
        name = name or f"variable_{len(self._variables)}"
        variable = Variable(initializer, data_model, trainable=False, name=name)
        self._variables[name] = (variable, variable.get_json())
        return variable

    @property
    def variables(self) -> list[Variable]:
        """The variables made with `add_variable`."""
        return [variable for variable, _ in self._variables.values()]

    def reset_state(self) -> None:
        """Forget all samples."""
        for variable, initial in self._variables.values():
            variable.assign(initial)

    def state_dict(self) -> JsonObject:
        """Return what the metric has gathered, as JSON."""
        return {variable.name: variable.get_json() for variable in self.variables}

    def load_state_dict(self, state: JsonObject) -> None:
        """Go on from what `state_dict` returned.

        Args:
            state: What `state_dict` returned.

        Raises:
            StateMismatchError: It is the state of a metric of another kind.
        """
        if state.keys() != self._variables.keys():
            raise StateMismatchError(mismatch(self.name, state, self.state_dict()))
        for name, (variable, _) in self._variables.items():
            variable.assign(state[name])

    def clone(self) -> Self:
        """Return a metric made with the same arguments, without the samples."""
        return type(self)(**self._arguments)


class BatchMetric(Metric):
    """A metric whose `update_state` takes the samples of a whole batch.

    Args:
        name: As for `Metric`.
        in_mask: As for `Metric`.
        out_mask: As for `Metric`.
        in_mask_pattern: As for `Metric`.
        out_mask_pattern: As for `Metric`.
    """

    @abstractmethod
    async def update_state(
        self, y_true: Sequence[Outputs], y_pred: Sequence[Outputs]
    ) -> None:
        """Take a batch into account.

        Args:
            y_true: The targets; list of length `n_samples`.
            y_pred: The predictions, None for samples that failed; the same length.
        """


def mismatch(name: str, state: object, expected: JsonObject) -> str:
    """Return the message for a state that does not fit.

    Args:
        name: Name of the metric.
        state: What was given.
        expected: What the metric's own state looks like.
    """
    return (
        f"Metric `{name}` cannot go on from the state {show(state)}. Expected one of "
        f"the form {show(expected)}."
    )
