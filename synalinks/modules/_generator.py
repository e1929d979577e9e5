"""`Generator`: one call of a language model, with trainable prompt."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks.data_models import (
    ChatMessage,
    Instructions,
    JsonDataModel,
    SymbolicDataModel,
    json_of,
    schema_of,
)
from synalinks.errors import ConfigurationError
from synalinks.language_models import check_schema, wire_tools
from synalinks.language_models import get as get_language_model
from synalinks.modules._answer_schema import answer_schema
from synalinks.modules._call_recording import record_call
from synalinks.modules._descriptions import DescribedSchema
from synalinks.modules._generator_options import (
    TEMPLATE_VARIABLES,
    check_variables,
    refuse_decision_model,
    refuse_tools_with_schema,
    sampling_options,
)
from synalinks.modules._module import Module
from synalinks.modules._prompt import PromptCache, render_system, to_messages
from synalinks.modules._prompt_state import (
    FIELD_DESCRIPTIONS,
    check_example_inputs,
    first_state,
    state_schema,
)
from synalinks.modules._recording import symbols_from_specs
from synalinks.modules._template import check_template, default_prompt_template
from synalinks.modules._tool import trainable_tools

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.data_models import Variable
    from synalinks.language_models import (
        Completion,
        LanguageModel,
        StreamingIterator,
    )


class Generator(Module):
    """Answer the inputs with one call of a language model.

    The instructions and the few-shot examples of the prompt are a trainable variable,
    `self.state`.

    Args:
        schema: JSON schema of the answer.
        data_model: Data model of the answer; give this or `schema`. With neither, the
            answer is free text and the output a `ChatMessage`.
        language_model: The model, its `"provider/model"` name, or None for the
            session's default.
        prompt_template: Jinja2 template of the system message; see
            `default_prompt_template`.
        prompt_variables: Further variables of the template.
        examples: Pairs (inputs, outputs) of dicts, shown in the prompt.
        instructions: What the model is to do; by default it is told the keys to
            answer.
        seed_instructions: Further instructions for optimizers to start from.
        use_inputs_schema: Whether the prompt shows the schema of the inputs.
        use_outputs_schema: Whether the prompt shows the schema of the answer.
        return_inputs: Whether the output is the inputs and the answer, concatenated.
        temperature: Sampling temperature; sent only if given, as all that follow.
        max_tokens: Longest answer, in tokens.
        top_p: Probability mass to sample from.
        top_k: How many tokens to sample from.
        reasoning_effort: `minimal`, `low`, `medium`, `high`, `xhigh`, `disable` or
            `none`.
        streaming: Whether a call returns a `StreamingIterator`. It has no effect where
            there is a schema or inputs to return, nor while training, evaluating or
            predicting: there the whole answer is waited for.
        tools: `Tool`s that the model may call, as a list or a dict by name. The output
            then is a `ChatMessage` with `tool_calls`; nothing is called here.
        tool_schemas: Further tools, as dicts in the form of OpenAI's API.
        name: Name of the module.
        description: What the module is for.
        trainable: Whether optimizers may change the prompt.
        decision_model: Out of scope; accepted only as None.
        trainable_descriptions: Whether optimizers may also change the descriptions of
            the fields of the answer, in the schema that is sent and shown. They are
            `field_descriptions` of `self.state`.

    Raises:
        ConfigurationError: An argument cannot work.

    A call costs one LM call (more only where an invalid answer is asked for again).
    """

    def __init__(
        self,
        *,
        schema: JsonObject | None = None,
        data_model: Any = None,
        language_model: LanguageModel | str | JsonObject | None = None,
        prompt_template: str | None = None,
        prompt_variables: JsonObject | None = None,
        examples: Sequence[tuple[JsonObject, JsonObject]] | None = None,
        instructions: str | None = None,
        seed_instructions: Sequence[str] | None = None,
        use_inputs_schema: bool = False,
        use_outputs_schema: bool = False,
        return_inputs: bool = False,
        temperature: float | None = None,
        max_tokens: int | None = None,
        top_p: float | None = None,
        top_k: int | None = None,
        reasoning_effort: str | None = None,
        streaming: bool = False,
        tools: Any = None,
        tool_schemas: Any = None,
        name: str | None = None,
        description: str | None = None,
        trainable: bool = True,
        decision_model: Any = None,
        trainable_descriptions: bool = False,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        refuse_decision_model(self.name, decision_model)
        self.schema: JsonObject | None = answer_schema(self.name, schema, data_model)
        self.language_model = get_language_model(language_model)
        self._check_schema()
        self.prompt_template: str = (
            default_prompt_template() if prompt_template is None else prompt_template
        )
        self.prompt_variables: JsonObject = check_variables(
            {} if prompt_variables is None else prompt_variables
        )
        known = (*TEMPLATE_VARIABLES, *self.prompt_variables)
        check_template(self.prompt_template, known)
        self.return_inputs = return_inputs
        self._shows_inputs_schema = use_inputs_schema
        self._shows_outputs_schema = use_outputs_schema
        self._sampling = sampling_options(
            self.name,
            temperature=temperature,
            max_tokens=max_tokens,
            top_p=top_p,
            top_k=top_k,
            reasoning_effort=reasoning_effort,
        )
        self.streaming = streaming
        self.tools = tools
        self.tool_schemas = tool_schemas
        self._own_tools = wire_tools(tools, tool_schemas)
        refuse_tools_with_schema(self.name, self.schema, self._own_tools)
        self._fields = None if self.schema is None else DescribedSchema(self.schema)
        self.state: Variable = self.add_variable(
            initializer=first_state(
                self.name, self.schema, instructions, examples, seed_instructions
            ),
            data_model=(
                state_schema(self.name, self._fields)
                if trainable_descriptions
                else Instructions
            ),
            name=f"state_{self.name}",
        )
        self._prompts = PromptCache()

    async def build(self, inputs: Any) -> None:
        """Check, before any paid call, that there is a model to call.

        Args:
            inputs: The first inputs; the examples are to fit their schema.

        Raises:
            ConfigurationError: There is no language model, or an example has other
                inputs.
        """
        check_example_inputs(self.name, self.state.get("examples"), inputs)
        if self.language_model is None:
            self.language_model = get_language_model(None)
            self._check_schema()
        if self.language_model is None:
            msg = (
                f"`{self.name}` has no language model, and there is no default. Pass "
                "`language_model=synalinks.LanguageModel('provider/name')`, or call "
                "`synalinks.set_default_language_model(...)` first."
            )
            raise ConfigurationError(msg)

    def _check_schema(self) -> None:
        if self.language_model is not None and self.schema is not None:
            check_schema(self.schema, self.language_model.provider)

    async def call(
        self,
        inputs: Any,
        tools: Any = None,
        tool_schemas: Any = None,
        tool_choice: Any = None,
        training: bool = False,
    ) -> JsonDataModel | StreamingIterator | None:
        """Ask the language model.

        Args:
            inputs: What to answer; None gives None.
            tools: Further tools for this call.
            tool_schemas: Further tools for this call, in the form of OpenAI's API.
            tool_choice: `"auto"`, `"none"`, `"required"`, or the name of a tool that
                the model must call.
            training: Whether the call is part of training: then nothing is streamed.

        Returns:
            The answer, or inputs and answer; None for no inputs; a stream of the
            answer's pieces with `streaming=True`.

        Raises:
            LanguageModelError: There is no valid answer.
            ConfigurationError: There is no language model, or the tools are none.
        """
        if inputs is None:
            return None
        model = self.language_model
        if model is None:  # `build` has checked
            msg = f"`{self.name}` has no language model."
            raise ConfigurationError(msg)
        learning = trainable_tools(self.tools, tools)
        own = wire_tools(self.tools, self.tool_schemas) if learning else self._own_tools
        wire = (
            [*own, *wire_tools(tools, tool_schemas)] if tools or tool_schemas else own
        )
        refuse_tools_with_schema(self.name, self.schema, wire)
        options = {**self._sampling, "tools": wire or None, "tool_choice": tool_choice}
        shown = schema_of(inputs) if self._shows_inputs_schema else None
        messages = to_messages(self._system_message(shown), inputs)
        if self._may_stream(training=training):
            return await model.stream(messages, **options)
        completion = await self._ask(model, messages, options)
        record_call(self.path, self.state.path, json_of(inputs), completion)
        for tool in learning:
            tool.record_asking(json_of(inputs), completion)
        outputs = JsonDataModel(
            schema=self._output_schema,
            json=completion.value,
            name=f"prediction_{self.name}",
        )
        return inputs + outputs if self.return_inputs else outputs

    async def compute_output_spec(
        self, inputs: Any, **options: Any
    ) -> SymbolicDataModel:
        """Return the schema of the answer, without a call.

        Args:
            inputs: Symbolic inputs.
            options: Those of `call`; they have no effect here.

        Returns:
            A symbol of the answer, or of inputs and answer.
        """
        outputs = SymbolicDataModel(schema=self._output_schema)
        return inputs + outputs if self.return_inputs else outputs

    def system_prompt(self) -> str:
        """Return the system message as it is sent now, without a call."""
        shown = None
        if self._shows_inputs_schema and self._input_specs is not None:
            shown = schema_of(symbols_from_specs(self._input_specs)[0])
        return self._system_message(shown)

    # -- what subclasses change ------------------------------------------------

    async def _ask(
        self, model: LanguageModel, messages: list[JsonObject], options: JsonObject
    ) -> Completion:
        return await model.complete(messages, schema=self._asked_schema(), **options)

    def _asked_schema(self) -> JsonObject | None:
        """Return the schema that the model is asked for."""
        return self._in_words(self._fields)

    def _in_words(self, fields: DescribedSchema | None) -> JsonObject | None:
        if fields is None:
            return None
        texts = json_of(self.state).get(FIELD_DESCRIPTIONS)
        return fields.schema if texts is None else fields.described(texts)

    def _shown(self, state: JsonObject) -> tuple[str | None, list[JsonObject]]:
        """Return the instructions and examples that the prompt shows."""
        return state.get("instructions"), state["examples"]

    # -- one call --------------------------------------------------------------

    def _may_stream(self, *, training: bool) -> bool:
        is_free_text = self.schema is None and not self.return_inputs
        is_watched = training or context.sample.get() is not None
        return self.streaming and is_free_text and not is_watched

    @property
    def _output_schema(self) -> JsonObject:
        return schema_of(ChatMessage) if self.schema is None else self.schema

    def _system_message(self, inputs_schema: JsonObject | None) -> str:
        state = json_of(self.state)
        made_from = (
            state.get("instructions"),
            state["examples"],
            inputs_schema,
            self._asked_schema() if self._shows_outputs_schema else None,
            self.prompt_template,
        )

        make = partial(self._rendered, state, made_from[2:4])
        return self._prompts.get(made_from, make)

    def _rendered(self, state: JsonObject, schemas: Sequence[Any]) -> str:
        instructions, examples = self._shown(state)
        return render_system(
            self.prompt_template,
            instructions=instructions,
            examples=examples,
            schemas=schemas,
            variables=self.prompt_variables,
        )
