"""`Decision` and `Branch`: choosing what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.aio import gather_ordered
from synalinks.data_models import DataModel, JsonDataModel, SymbolicDataModel
from synalinks.errors import ConfigurationError, show
from synalinks.modules._generator import Generator
from synalinks.modules._module import Module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject


class Question(DataModel):
    """A question to decide."""

    question: str


class Decision(Module):
    """Choose one of several labels, with the thinking that led there.

    Args:
        question: What is to be decided.
        labels: The possible choices.
        name: Name of the module.
        description: What the module is for.
        trainable: Whether optimizers may change the prompt.
        options: Further arguments of `Generator`.

    Raises:
        ConfigurationError: There are fewer than two labels, or they repeat.

    A call costs one LM call and gives `{"thinking": ..., "choice": ...}`.
    """

    def __init__(
        self,
        *,
        question: str,
        labels: Sequence[str],
        name: str | None = None,
        description: str | None = None,
        trainable: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        self.question = question
        self.labels = check_labels(self.name, labels)
        self.generator = Generator(
            schema=_decision_schema(self.labels),
            name=f"generator_{self.name}",
            description=self.description,
            trainable=trainable,
            **options,
        )

    async def call(self, inputs: Any, training: bool = False) -> Any:
        """Decide.

        Args:
            inputs: What the decision is about; None gives None.
            training: Whether the call is part of training.

        Returns:
            `{"thinking": ..., "choice": ...}`; None for no inputs.
        """
        if inputs is None:
            return None
        question = Question(question=self.question).to_json_data_model()
        if isinstance(inputs, SymbolicDataModel):
            return await self.generator(
                inputs + Question.to_symbolic_data_model(), training=training
            )
        return await self.generator(inputs + question, training=training)


class Branch(Module):
    """Run the module of the label that is chosen; the others give None.

    Args:
        question: What is to be decided.
        labels: The possible choices.
        branches: One module per label.
        inject_decision: Whether the chosen branch sees the decision with the inputs.
        return_decision: Whether its output is returned with the decision.
        decision_type: Class of the module that decides.
        name: Name of the module.
        description: What the module is for.
        trainable: Whether optimizers may change the prompts.
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
        name: str | None = None,
        description: str | None = None,
        trainable: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        self.labels = check_labels(self.name, labels)
        are_modules = [isinstance(branch, Module) for branch in list[Any](branches)]
        if len(branches) != len(self.labels) or not all(are_modules):
            msg = (
                f"`{self.name}` takes one module per label in `branches`: expected "
                f"{len(self.labels)} for {self.labels}, received: {show(branches)}."
            )
            raise ConfigurationError(msg)
        self.branches = list(branches)
        self.inject_decision = inject_decision
        self.return_decision = return_decision
        self.decision = decision_type(
            question=question,
            labels=self.labels,
            name=f"decision_{self.name}",
            trainable=trainable,
            **options,
        )

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
        if isinstance(inputs, SymbolicDataModel):
            taken = [True for _ in self.labels]
        else:
            taken = [label in _choices(decision) for label in self.labels]
        given = inputs + decision if self.inject_decision and decision else inputs

        async def run(branch: Module) -> Any:
            output = await branch(given, training=training)
            return decision & output if self.return_decision else output

        chosen = [
            one for one, is_taken in zip(self.branches, taken, strict=True) if is_taken
        ]
        outputs = iter(
            await gather_ordered([lambda one=one: run(one) for one in chosen])
        )
        return tuple(next(outputs) if is_taken else None for is_taken in taken)


def check_labels(module_name: str, labels: Sequence[str]) -> list[str]:
    """Return the labels as a list.

    Args:
        module_name: The module, for messages.
        labels: What was given.

    Raises:
        ConfigurationError: There are fewer than two, they repeat, or are no texts.
    """
    if (
        isinstance(labels, str)
        or len(labels) < 2
        or len(set(labels)) != len(labels)
        or not all(isinstance(label, str) for label in labels)  # pyright: ignore[reportUnnecessaryIsInstance]
    ):
        msg = (
            f"`labels` of `{module_name}` is a list of two or more different texts, "
            f"received: {show(labels)}."
        )
        raise ConfigurationError(msg)
    return list(labels)


def _choices(decision: JsonDataModel | None) -> list[str]:
    if decision is None:
        return []
    several = decision.get("choices")
    return list(several) if several is not None else [decision["choice"]]


def _decision_schema(labels: list[str]) -> JsonObject:
    return {
        "title": "Decision",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "thinking": {
                "title": "Thinking",
                "type": "string",
                "description": "Your step by step thinking to choose the right label",
            },
            "choice": {
                "title": "Choice",
                "type": "string",
                "enum": labels,
                "description": "The label that answers the question",
            },
        },
        "required": ["thinking", "choice"],
    }
