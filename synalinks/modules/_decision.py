"""`Decision`: choosing one of several labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.shape import is_row
from synalinks.data_models import DataModel
from synalinks.errors import ConfigurationError, show
from synalinks.modules._generator import Generator
from synalinks.modules._generator_options import refuse_confidence
from synalinks.modules._module import Module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.language_models import LanguageModel


class Question(DataModel):
    """A question to decide."""

    question: str


class Decision(Module):
    """Choose one of several labels, with the thinking that led there.

    Args:
        question: What is to be decided.
        labels: The possible choices.
        language_model: The model, its `"provider/model"` name, or None for the
            session's default.
        name: Name of the module.
        description: What the module is for.
        trainable: Whether optimizers may change the prompt.
        min_confidence: Out of scope; accepted only as None.
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
        language_model: LanguageModel | str | JsonObject | None = None,
        name: str | None = None,
        description: str | None = None,
        trainable: bool = True,
        min_confidence: float | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        refuse_confidence(self.name, "min_confidence", min_confidence)
        self.question = question
        self._question = Question(question=question).to_json_data_model()
        self.labels = check_labels(self.name, labels)
        self.generator = Generator(
            schema=_decision_schema(self.labels),
            language_model=language_model,
            name=f"generator_{self.name}",
            description=self.description,
            trainable=trainable,
            **options,
        )

    @property
    def language_model(self) -> LanguageModel | None:
        """The language model that is asked."""
        return self.generator.language_model

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
        return await self.generator(inputs + self._question, training=training)


def check_labels(module_name: str, labels: Any) -> list[str]:
    """Return the labels as a list.

    Args:
        module_name: The module, for messages.
        labels: What was given.

    Raises:
        ConfigurationError: There are fewer than two, they repeat, or are no texts.
    """
    given: list[Any] = list(labels) if is_row(labels) else []
    are_texts = all(isinstance(label, str) for label in given)
    if not are_texts or len(given) < 2 or len(set(given)) != len(given):
        msg = (
            f"`labels` of `{module_name}` is a list of two or more different texts, "
            f"received: {show(labels)}."
        )
        raise ConfigurationError(msg)
    return given


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
