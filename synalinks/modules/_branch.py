"""`Branch`: running the module that a decision chooses."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from synalinks._internal.aio import gather_ordered
from synalinks._internal.shape import is_dict, is_row
from synalinks.errors import ConfigurationError, show
from synalinks.modules._decision import Decision, check_labels
from synalinks.modules._generator_options import refuse_confidence
from synalinks.modules._module import Module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.data_models import JsonDataModel
    from synalinks.language_models import LanguageModel


class Branch(Module):
    """Run the module of the label that is chosen; the others give None.

    Args:
        question: What is to be decided.
        labels: The possible choices.
        branches: One module per label.
        inject_decision: Whether the chosen branch sees the decision with the inputs.
        return_decision: Whether its output is returned with the decision.
        decision_type: Class of the module that decides.
        language_model: The model of the decision, its `"provider/model"` name, or None
            for the session's default.
        name: Name of the module.
        description: What the module is for.
        trainable: Whether optimizers may change the prompts.
        threshold: Out of scope; accepted only as None.
        options: Further arguments of the deciding module.

    Raises:
        ConfigurationError: Labels and branches differ in number, or a branch is no
            module.

    A call costs the LM calls of the decision and of the chosen branch.
    """

    def __init__(
        self,
        *,
        question: str,
        labels: Sequence[str],
        branches: Sequence[Module],
        inject_decision: bool = True,
        return_decision: bool = True,
        decision_type: type[Module] = Decision,
        language_model: LanguageModel | str | JsonObject | None = None,
        name: str | None = None,
        description: str | None = None,
        trainable: bool = True,
        threshold: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        refuse_confidence(self.name, "threshold", threshold)
        self.labels: list[str] = check_labels(self.name, labels)
        self.branches: list[Module] = _check_branches(self.name, self.labels, branches)
        self.inject_decision = inject_decision
        self.return_decision = return_decision
        if language_model is not None:
            options["language_model"] = language_model
        self.decision: Module = decision_type(
            question=question,
            labels=self.labels,
            name=f"decision_{self.name}",
            trainable=trainable,
            **options,
        )

    @property
    def language_model(self) -> LanguageModel | None:
        """The language model that decides."""
        return getattr(self.decision, "language_model", None)

    async def call(self, inputs: Any, training: bool = False) -> tuple[Any, ...]:
        """Decide, and run the chosen branch.

        Args:
            inputs: What the decision is about; None gives None for each branch.
            training: Whether the call is part of training.

        Returns:
            One output per label, in order; None for those not chosen.
        """
        if inputs is None:
            return tuple(None for _ in self.branches)
        decision = await self.decision(inputs, training=training)
        chosen = _choices(decision)

        async def run(index: int) -> Any:
            if self.labels[index] not in chosen:
                return None
            given = self._given(inputs, decision)
            output = await self.branches[index](given, training=training)
            return self._returned(decision, output)

        thunks = [partial(run, index) for index in range(len(self.labels))]
        return tuple(await gather_ordered(thunks))

    async def compute_output_spec(self, inputs: Any, training: bool = False) -> Any:
        """Return the schemas of all branches.

        Args:
            inputs: Symbolic inputs.
            training: Whether the call is part of training.

        Returns:
            One symbol per label, in order.
        """
        decision = await self.decision(inputs, training=training)
        given = self._given(inputs, decision)
        # One after the other: nothing may wait while a saved program is loaded.
        outputs = [await branch(given, training=training) for branch in self.branches]
        return tuple(self._returned(decision, output) for output in outputs)

    def _given(self, inputs: Any, decision: Any) -> Any:
        return inputs + decision if self.inject_decision else inputs

    def _returned(self, decision: Any, output: Any) -> Any:
        if not self.return_decision:
            return output
        if is_row(output):  # such as that of a branch inside a branch
            return tuple(self._returned(decision, part) for part in output)
        if is_dict(output):
            pairs = output.items()
            return {key: self._returned(decision, part) for key, part in pairs}
        return decision & output


def _check_branches(module_name: str, labels: list[str], branches: Any) -> list[Module]:
    given: list[Any] = list(branches) if is_row(branches) else []
    are_modules = all(isinstance(branch, Module) for branch in given)
    if len(given) != len(labels) or not are_modules:
        msg = (
            f"`{module_name}` takes one module per label in `branches`: expected "
            f"{len(labels)} for {labels}, received: {show(branches)}."
        )
        raise ConfigurationError(msg)
    return given


def _choices(decision: JsonDataModel | None) -> list[str]:
    if decision is None:
        return []
    several = decision.get("choices")
    return list(several) if several is not None else [decision["choice"]]
