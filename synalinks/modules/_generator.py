"""`Generator`: one call of a language model, with trainable prompt."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.shape import is_dict
from synalinks.contracts import CallRecord
from synalinks.data_models import (
    ChatMessage,
    Instructions,
    JsonDataModel,
    SymbolicDataModel,
    json_of,
    schema_of,
)
from synalinks.errors import ConfigurationError, show
from synalinks.language_models import check_schema
from synalinks.language_models import get as get_language_model
from synalinks.modules._answer_schema import answer_schema
from synalinks.modules._module import Module
from synalinks.modules._prompt import PromptCache, render_system, to_messages
from synalinks.modules._prompt_state import first_state
from synalinks.modules._template import check_template, default_prompt_template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.data_models import Variable
    from synalinks.language_models import Completion, LanguageModel

_REASONING_EFFORTS = (
    "minimal", "low", "medium", "high", "xhigh", "disable", "none", None,
)  # fmt: skip
_TEMPLATE_VARIABLES = ("instructions", "inputs_schema", "outputs_schema", "examples")


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
        streaming: Not available yet.
        tools: Not available yet.
        tool_schemas: Not available yet.
        name: Name of the module.
        description: What the module is for.
        trainable: Whether optimizers may change the prompt.
        decision_model: Not available yet.

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
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        _refuse_unavailable(
            streaming=streaming,
            tools=tools,
            tool_schemas=tool_schemas,
            decision_model=decision_model,
        )
        if reasoning_effort not in _REASONING_EFFORTS:
            msg = (
                f"`reasoning_effort` is one of {_REASONING_EFFORTS}, received: "
                f"{show(reasoning_effort)}."
            )
            raise ConfigurationError(msg)
        self.schema = answer_schema(self.name, schema, data_model)
        self.language_model = get_language_model(language_model)
        self._check_schema()
        self.prompt_template = prompt_template or default_prompt_template()
        self.prompt_variables = _check_variables(prompt_variables or {})
        known = (*_TEMPLATE_VARIABLES, *self.prompt_variables)
        check_template(self.prompt_template, known)
        self.return_inputs = return_inputs
        self._shows_inputs_schema = use_inputs_schema
        self._shows_outputs_schema = use_outputs_schema
        sampling = {
            "temperature": temperature,
            "max_tokens": max_tokens,
            "top_p": top_p,
            "top_k": top_k,
            "reasoning_effort": reasoning_effort,
        }
        self._sampling: dict[str, Any] = {
            key: value for key, value in sampling.items() if value is not None
        }
        self.state: Variable = self.add_variable(
            initializer=first_state(
                self.schema, instructions, examples, seed_instructions
            ),
            data_model=Instructions,
            name=f"state_{self.name}",
        )
        self._prompts = PromptCache()

    async def build(self, inputs: Any) -> None:
        """Check, before any paid call, that there is a model to call.

        Args:
            inputs: The first inputs; not used.

        Raises:
            ConfigurationError: There is no language model.
        """
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
        training: bool = False,
    ) -> JsonDataModel | None:
        """Ask the language model.

        Args:
            inputs: What to answer; None gives None.
            training: Has no effect here.

        Returns:
            The answer, or inputs and answer; None for no inputs.

        Raises:
            LanguageModelError: There is no valid answer.
            ConfigurationError: There is no language model.
        """
        if inputs is None:
            return None
        model = self.language_model
        if model is None:  # `build` has checked
            msg = f"`{self.name}` has no language model."
            raise ConfigurationError(msg)
        messages = to_messages(self._system_message(inputs), inputs)
        completion = await model.complete(
            messages, schema=self.schema, **self._sampling
        )
        self._record_call(inputs, completion)
        outputs = JsonDataModel(
            schema=self._output_schema,
            json=completion.value,
            name=f"prediction_{self.name}",
        )
        return inputs + outputs if self.return_inputs else outputs

    async def compute_output_spec(
        self,
        inputs: Any,
        training: bool = False,
    ) -> SymbolicDataModel:
        """Return the schema of the answer, without a call.

        Args:
            inputs: Symbolic inputs.
            training: Has no effect here.

        Returns:
            A symbol of the answer, or of inputs and answer.
        """
        outputs = SymbolicDataModel(schema=self._output_schema)
        return inputs + outputs if self.return_inputs else outputs

    @property
    def _output_schema(self) -> JsonObject:
        return schema_of(ChatMessage) if self.schema is None else self.schema

    def _system_message(self, inputs: JsonDataModel) -> str:
        state = json_of(self.state)
        made_from = (
            state.get("instructions"),
            state["examples"],
            schema_of(inputs) if self._shows_inputs_schema else None,
            self.schema if self._shows_outputs_schema else None,
            self.prompt_template,
        )

        def make() -> str:
            instructions, examples, *schemas, template = made_from
            return render_system(
                template,
                instructions=instructions,
                examples=examples,
                schemas=schemas,
                variables=self.prompt_variables,
            )

        return self._prompts.get(made_from, make)

    def _record_call(self, inputs: JsonDataModel, completion: Completion) -> None:
        sample = context.sample.get()
        if sample is None:
            return
        sample.calls.append(
            CallRecord(
                sample_id=sample.id,
                module_path=self.path,
                variable_path=self.state.path,
                index=len(sample.calls),
                inputs=json_of(inputs),
                outputs=completion.value,
                usage=completion.usage,
            )
        )


def _check_variables(variables: Any) -> JsonObject:
    """Return a copy of the further variables of a template.

    Raises:
        ConfigurationError: They are no dict, or hide a variable of every template.
    """
    if not is_dict(variables):
        msg = f"`prompt_variables` is a dict, received: {show(variables)}."
        raise ConfigurationError(msg)
    hidden = [name for name in _TEMPLATE_VARIABLES if name in variables]
    if hidden:
        msg = (
            f"`prompt_variables` names {show(hidden)}, which every template has. "
            "Choose another name."
        )
        raise ConfigurationError(msg)
    return dict(variables)


def _refuse_unavailable(**options: Any) -> None:
    given = [name for name, value in options.items() if value]
    if given:
        msg = (
            f"`{given[0]}` is not available in this release of synalinks. "
            "Leave it at its default."
        )
        raise ConfigurationError(msg)
