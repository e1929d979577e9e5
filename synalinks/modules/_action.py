"""`Action`: one call of one tool, with arguments that a language model chooses."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks.data_models import GenericIO as _InputsAndOutputs
from synalinks.data_models import (
    JsonDataModel,
    SymbolicDataModel,
    json_of,
    schema_of,
)
from synalinks.errors import ConfigurationError
from synalinks.modules._generator import Generator
from synalinks.modules._module import Module
from synalinks.modules._tool import Tool
from synalinks.modules._tool_run import run_tool

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.language_models import LanguageModel


class Action(Module):
    """Let a language model choose the arguments of a tool, and call it.

    Args:
        tool: A `Tool`, or an `async` function that a `Tool` can be made of.
        language_model: The model, its `"provider/model"` name, or None for the
            session's default.
        name: Name of the module.
        description: What the module is for.
        trainable: Whether optimizers may change the prompt.
        options: Further arguments of `Generator`.

    Raises:
        ConfigurationError: `tool` is no tool, or is trainable: its arguments are the
            answer here, so give `trainable_descriptions=True` instead.

    A call costs one LM call and gives `{"action": {"inputs": ..., "outputs": ...}}`:
    the arguments, and what the tool returned. If the tool fails, `outputs` is
    `{"error": ...}`.
    """

    def __init__(
        self,
        *,
        tool: Any,
        language_model: LanguageModel | str | JsonObject | None = None,
        name: str | None = None,
        description: str | None = None,
        trainable: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        self.tool: Tool = tool if isinstance(tool, Tool) else Tool(tool)
        if self.tool.state is not None:
            msg = (
                f"The tool of `{self.name}` is trainable, which is for tools that a "
                "model may choose. Give the action `trainable_descriptions=True`."
            )
            raise ConfigurationError(msg)
        options.setdefault("instructions", None)
        if options["instructions"] is None:
            options["instructions"] = (
                f"Choose the arguments of the tool `{self.tool.name}` for the inputs. "
                f"What it does: {self.tool.description}"
            )
        self.generator: Generator = Generator(
            schema=self.tool.get_input_schema(),
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

    async def call(self, inputs: Any, training: bool = False) -> JsonDataModel | None:
        """Choose the arguments and call the tool.

        Args:
            inputs: What the call is to be made for; None gives None.
            training: Whether the call is part of training.

        Returns:
            `{"action": {"inputs": ..., "outputs": ...}}`; None for no inputs.
        """
        if inputs is None:
            return None
        arguments = json_of(await self.generator(inputs, training=training))
        outputs = await run_tool(self.tool, arguments, training=training)
        action = {"inputs": arguments, "outputs": outputs or {}}
        return JsonDataModel(schema=_SCHEMA, json={"action": action})

    async def compute_output_spec(
        self, inputs: Any, training: bool = False
    ) -> SymbolicDataModel:
        """Return the schema of the output, without a call.

        Args:
            inputs: Symbolic inputs.
            training: Has no effect here.
        """
        await self.generator(inputs, training=training)  # which builds it
        return SymbolicDataModel(schema=_SCHEMA)


_SCHEMA: JsonObject = {
    "title": "ActionResult",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "action": {
            **schema_of(_InputsAndOutputs),
            "description": "The arguments of the tool, and what it returned",
        }
    },
    "required": ["action"],
}
