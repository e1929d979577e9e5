"""A generator whose thinking comes from the model's own reasoning, if it is shown."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from synalinks.modules._descriptions import DescribedSchema
from synalinks.modules._generator import Generator
from synalinks.modules._generator_options import REASONING_OFF
from synalinks.modules._prompt_state import default_instructions

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.language_models import Completion, LanguageModel

_FIELD = "thinking"
_DEFAULT_EFFORT = "low"


class ThinkingGenerator(Generator):
    """Ask for `thinking` and an answer.

    A model that reasons by itself, and shows it, is asked for the answer alone: what it
    thought is the `thinking`. Others are asked to write it down in the answer.

    Args:
        answer_schema: JSON schema of the answer without `thinking`.
        options: Arguments of `Generator`; `schema` is that of `thinking` and answer.
    """

    def __init__(self, *, answer_schema: JsonObject, **options: Any) -> None:
        super().__init__(**options)
        self._answer_schema = answer_schema
        self._answer_fields = DescribedSchema(answer_schema)
        self._decided_for: LanguageModel | None = None
        self._is_native = False
        self._effort = self._sampling.get("reasoning_effort")

    async def call(self, inputs: Any, *args: Any, **options: Any) -> Any:
        """Ask the language model.

        Args:
            inputs: What to answer; None gives None.
            args: As in `Generator.call`.
            options: As in `Generator.call`.

        Returns:
            `thinking` and the fields of the answer.
        """
        model = self.language_model
        if model is not None and self._decided_for is not model:
            # What is known of models stands in a file of some megabytes.
            await asyncio.to_thread(self._decide, model)
        return await super().call(inputs, *args, **options)

    def _decide(self, model: LanguageModel) -> None:
        if self._effort is None and model.supports_reasoning():
            self._sampling["reasoning_effort"] = _DEFAULT_EFFORT
        self._is_native = self._effort not in REASONING_OFF and model.shows_reasoning()
        self._decided_for = model

    async def _ask(
        self, model: LanguageModel, messages: list[JsonObject], options: JsonObject
    ) -> Completion:
        if not self._is_native:
            return await super()._ask(model, messages, options)
        completion = await model.complete(
            messages, schema=self._asked_schema(), **options
        )
        thinking = completion.reasoning_content or ""
        return replace(completion, value={_FIELD: thinking, **completion.value})

    def _asked_schema(self) -> JsonObject | None:
        return self._in_words(self._answer_fields if self._is_native else self._fields)

    def _shown(self, state: JsonObject) -> tuple[str | None, list[JsonObject]]:
        """Return instructions and examples without the field that is not asked for."""
        instructions, examples = super()._shown(state)
        if not self._is_native:
            return instructions, examples
        if instructions == default_instructions(self.schema):
            instructions = default_instructions(self._answer_schema)
        return instructions, [
            {**example, "outputs": _without_thinking(example["outputs"])}
            for example in examples
        ]


def _without_thinking(outputs: JsonObject) -> JsonObject:
    return {key: value for key, value in outputs.items() if key != _FIELD}
