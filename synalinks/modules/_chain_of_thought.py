"""`ChainOfThought`: a generator that thinks before it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models import DataModel, Field, SymbolicDataModel
from synalinks.errors import ConfigurationError
from synalinks.modules._answer_schema import answer_schema
from synalinks.modules._module import Module
from synalinks.modules._thinking import ThinkingGenerator

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.language_models import LanguageModel
    from synalinks.modules._generator import Generator


class Thinking(DataModel):
    """Reasoning that comes before an answer."""

    thinking: str = Field(description="Your step by step thinking")


class ChainOfThought(Module):
    """Answer the inputs after writing down the thinking that leads there.

    Puts a text field `thinking` before the fields of the answer and asks a `Generator`
    named `generator_<name>`. Where the model reasons by itself, and its provider shows
    the reasoning, that becomes the `thinking`, and only the answer is asked for.

    Args:
        schema: JSON schema of the answer.
        data_model: Data model of the answer; give this or `schema`.
        language_model: The model, its `"provider/model"` name, or None for the
            session's default.
        reasoning_effort: As in `Generator`; None for `low` with models that are known
            to reason.
        name: Name of the module.
        description: What the module is for.
        trainable: Whether optimizers may change the prompt.
        options: Further arguments of `Generator`.

    Raises:
        ConfigurationError: Neither `schema` nor `data_model` is given.

    A call costs one LM call.
    """

    def __init__(
        self,
        *,
        schema: JsonObject | None = None,
        data_model: Any = None,
        language_model: LanguageModel | str | JsonObject | None = None,
        reasoning_effort: str | None = None,
        name: str | None = None,
        description: str | None = None,
        trainable: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        answer = answer_schema(self.name, schema, data_model)
        if answer is None:
            msg = f"`{self.name}` needs the `data_model` or the `schema` of its answer."
            raise ConfigurationError(msg)
        combined = Thinking + SymbolicDataModel(schema=answer)
        self.generator: Generator = ThinkingGenerator(
            answer_schema=answer,
            schema=combined.get_schema(),
            language_model=language_model,
            reasoning_effort=reasoning_effort,
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
        """Think and answer.

        Args:
            inputs: What to answer; None gives None.
            training: Whether the call is part of training.

        Returns:
            `thinking` and the fields of the answer.
        """
        return await self.generator(inputs, training=training)
