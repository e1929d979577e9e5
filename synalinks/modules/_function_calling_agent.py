"""`FunctionCallingAgent`: a model that calls tools until it can answer."""

from __future__ import annotations

from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from synalinks._internal.paid import gather_paid
from synalinks.data_models import (
    ChatMessages,
    JsonDataModel,
    is_chat_messages,
    json_of,
)
from synalinks.errors import ConfigurationError, show
from synalinks.language_models import StreamingIterator
from synalinks.modules._answer_schema import answer_schema
from synalinks.modules._chain_of_thought import ChainOfThought
from synalinks.modules._generator import Generator
from synalinks.modules._module import Module
from synalinks.modules._tool_run import answer_call, as_tools
from synalinks.modules._trajectory import (
    begun,
    chat_of,
    extended,
    messages_of,
    pending_calls,
    tool_message,
    with_own_ids,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject
    from synalinks.language_models import LanguageModel
    from synalinks.modules._tool import Tool

_INSTRUCTIONS = (
    "Use the tools to find out or to do what is asked for. Call several at once where "
    "no call needs what another one returns. If a tool returns an error, mend the call "
    "or try another way. Once you know enough, answer without calling a tool."
)
_FINAL_TURN = {"role": "user", "content": "Now give the final answer."}


class FunctionCallingAgent(Module):
    """Let a language model call tools until it can answer.

    The model is shown the inputs and the tools. What it calls is called, all calls of
    one answer at once; what they return, or what went wrong with them (an unknown tool,
    arguments that do not fit, an error of the function), is shown to it; and so on,
    until it calls nothing or `max_iterations` is reached. Then it gives the final
    answer. Both prompts are trainable: `tool_calls_generator` and `final_generator`.

    An error that the model cannot mend ends the call: a provider or tool server that
    does not answer, a budget that is spent.

    Args:
        schema: JSON schema of the final answer.
        data_model: Data model of the final answer; give this or `schema`. With neither
            the answer is a `ChatMessage`.
        language_model: The model, its `"provider/model"` name, or None for the
            session's default.
        tools: `Tool`s or `async` functions, as a list or a dict.
        instructions: What the model is told while it may call tools; None for a
            default.
        final_instructions: What it is told for the final answer; None for a default.
        examples: Pairs (inputs, outputs) for the final answer.
        use_chain_of_thought: Whether the final answer begins with `thinking`; needs a
            `schema` or `data_model`.
        autonomous: Whether calls are made until there is an answer. If not, a call
            of the agent makes one step: it takes `ChatMessages`, makes the calls that
            the last message asks for and that have no answer yet, and asks the model
            once. So someone can look at the calls, change them or answer them
            themselves, before the chat is given back to the agent.
        return_inputs_with_trajectory: Whether the output is the inputs with all
            `messages`, and the fields of the answer behind them.
        max_iterations: How often the model may ask for calls.
        streaming: Whether a call returns a `StreamingIterator` of the final answer
            (in steps, of the step's). It has no effect where there is a schema, nor
            while training, evaluating or predicting.
        temperature: Sampling temperature; sent only if given, as all that follow.
        max_tokens: Longest answer, in tokens.
        top_p: Probability mass to sample from.
        top_k: How many tokens to sample from.
        reasoning_effort: As in `Generator`.
        name: Name of the module.
        description: What the module is for.
        trainable: Whether optimizers may change the prompts.
        workdir: Out of scope; accepted only as None.
        skills: Out of scope; accepted only as None.
        options: `prompt_template`, `prompt_variables`, `use_inputs_schema`,
            `use_outputs_schema` and `seed_instructions`, as in `Generator`; the last
            for the calls of tools.

    Raises:
        ConfigurationError: There is no tool, two have the same name, or an argument
            cannot work.

    A call costs at most `max_iterations + 1` LM calls. The last one is made for an
    answer with a schema, with `final_instructions` or examples (also those that
    training has found), to stream, or where `max_iterations` was reached; otherwise
    the message that calls nothing is the answer.

    Example:
        ```python
        agent = synalinks.FunctionCallingAgent(data_model=Answer, tools=[population])
        program = synalinks.Program(inputs=inputs, outputs=await agent(inputs))
        ```
    """

    def __init__(
        self,
        *,
        schema: JsonObject | None = None,
        data_model: Any = None,
        language_model: LanguageModel | str | JsonObject | None = None,
        tools: Any = None,
        instructions: str | None = None,
        final_instructions: str | None = None,
        examples: Any = None,
        use_chain_of_thought: bool = False,
        autonomous: bool = True,
        return_inputs_with_trajectory: bool = True,
        max_iterations: int = 5,
        streaming: bool = False,
        temperature: float | None = None,
        max_tokens: int | None = None,
        top_p: float | None = None,
        top_k: int | None = None,
        reasoning_effort: str | None = None,
        name: str | None = None,
        description: str | None = None,
        trainable: bool = True,
        workdir: Any = None,
        skills: Any = None,
        **options: Any,
    ) -> None:
        super().__init__(name=name, description=description, trainable=trainable)
        _refuse_sandbox(self.name, workdir=workdir, skills=skills)
        self.schema: JsonObject | None = answer_schema(self.name, schema, data_model)
        self.autonomous = autonomous
        self.use_chain_of_thought = use_chain_of_thought
        self._check_answer()
        self.tools: dict[str, Tool] = as_tools(self.name, tools)
        self.return_inputs_with_trajectory = return_inputs_with_trajectory
        self.max_iterations: int = _checked_iterations(self.name, max_iterations)
        self.streaming = streaming
        shared: dict[str, Any] = {
            "language_model": language_model,
            "description": self.description,
            "trainable": trainable,
            "temperature": temperature,
            "max_tokens": max_tokens,
            "top_p": top_p,
            "top_k": top_k,
            "reasoning_effort": reasoning_effort,
        }
        seeds = options.pop("seed_instructions", None)
        self.tool_calls_generator: Generator = Generator(
            name=f"tool_calls_generator_{self.name}",
            instructions=instructions or _INSTRUCTIONS,
            seed_instructions=seeds,
            streaming=streaming and not autonomous,
            tools=self.tools,
            **shared,
            **options,
        )
        kind = ChainOfThought if use_chain_of_thought else Generator
        self.final_generator: Module = kind(
            name=f"final_generator_{self.name}",
            schema=self.schema,
            instructions=final_instructions,
            examples=examples,
            streaming=streaming,
            **shared,
            **options,
        )

    def _check_answer(self) -> None:
        if not self.autonomous and self.schema is not None:
            msg = (
                f"`{self.name}` makes one step at a time (`autonomous=False`), and its "
                "answers are messages: leave out `data_model`, and give the finished "
                "chat to a `Generator` that has one."
            )
            raise ConfigurationError(msg)
        if self.use_chain_of_thought and self.schema is None:
            msg = (
                f"`use_chain_of_thought` of `{self.name}` puts `thinking` before the "
                "fields of the answer: it needs a `data_model` or `schema`."
            )
            raise ConfigurationError(msg)

    @property
    def language_model(self) -> LanguageModel | None:
        """The language model that is asked."""
        return self.tool_calls_generator.language_model

    async def call(
        self, inputs: Any, training: bool = False
    ) -> JsonDataModel | StreamingIterator | None:
        """Call tools and answer, or make one step.

        Args:
            inputs: What to answer; None gives None.
            training: Whether the call is part of training: then nothing is streamed.

        Returns:
            The answer, with the inputs and all messages if these are to be returned; in
            steps the chat with the new messages, or these alone; with `streaming` a
            stream of the answer's pieces.

        Raises:
            ConfigurationError: One step at a time takes `ChatMessages`.
        """
        if inputs is None:
            return None
        if not self.autonomous:
            return await self._step(inputs, training=training)
        started_s = perf_counter()
        trajectory, said = await self._explore(begun(inputs), training=training)
        answer = said
        if said is None or self._has_final_prompt():
            answer = await self._finish(trajectory, said, training=training)
        if isinstance(answer, StreamingIterator):
            self._note_first_token(perf_counter() - started_s)
            return answer
        return self._output(trajectory, said, answer)

    async def compute_output_spec(self, inputs: Any, training: bool = False) -> Any:
        """Return the schema of the output, without a call.

        Args:
            inputs: Symbolic inputs.
            training: Has no effect here.

        Returns:
            A symbol of what `call` returns.
        """
        trajectory = begun(inputs)
        message = await self.tool_calls_generator(trajectory, training=training)
        if not self.autonomous:
            return ChatMessages.to_symbolic_data_model()
        answer = await self.final_generator(trajectory, training=training)
        if not self.return_inputs_with_trajectory:
            return answer if self.schema is not None else message
        return trajectory if self.schema is None else trajectory + answer

    # -- calling tools -----------------------------------------------------------------

    async def _explore(
        self, trajectory: Any, *, training: bool
    ) -> tuple[Any, JsonDataModel | None]:
        """Let the model call tools.

        Returns:
            The trajectory, and the message that calls nothing; None if there is none.
        """
        trajectory = await self._with_results(trajectory, {}, training=training)
        for _ in range(self.max_iterations):
            said = await self._ask(trajectory, training=training)
            message, repeated = with_own_ids(json_of(said))
            if not message.get("tool_calls"):
                return trajectory, said
            trajectory = extended(trajectory, [message])
            trajectory = await self._with_results(
                trajectory, repeated, training=training
            )
        return trajectory, None

    async def _ask(self, trajectory: Any, *, training: bool) -> Any:
        return await self.tool_calls_generator(trajectory, training=training)

    async def _with_results(
        self, trajectory: Any, repeated: Mapping[str, str], *, training: bool
    ) -> Any:
        """Return the trajectory with the results of the calls that wait for one."""
        calls = pending_calls(messages_of(trajectory))

        async def run(call: JsonObject) -> JsonObject:
            first = repeated.get(call["id"])
            if first is None:
                result = await answer_call(call, self.tools, training=training)
            else:
                result = {"error": f"It repeats the call `{first}`; see its result."}
            return tool_message(call["id"], result)

        if not calls:
            return trajectory
        results = await gather_paid([partial(run, call) for call in calls])
        return extended(trajectory, results)

    async def _step(self, inputs: Any, *, training: bool) -> Any:
        if not is_chat_messages(inputs):
            msg = (
                f"`{self.name}` makes one step at a time (`autonomous=False`), and "
                f"takes `ChatMessages`, received: {show(inputs)}."
            )
            raise ConfigurationError(msg)
        n_before = len(messages_of(inputs))
        trajectory = await self._with_results(inputs, {}, training=training)
        said = await self._ask(trajectory, training=training)
        if isinstance(said, StreamingIterator):
            return said
        message, _ = with_own_ids(json_of(said))
        messages = messages_of(extended(trajectory, [message]))
        keeps_all = self.return_inputs_with_trajectory
        return chat_of(messages if keeps_all else messages[n_before:])

    # -- the final answer --------------------------------------------------------------

    def _has_final_prompt(self) -> bool:
        if self.schema is not None or self.streaming:
            return True
        state = self.final_generator.own_variables()[0]
        return bool(state.get("instructions") or state.get("examples"))

    async def _finish(
        self, trajectory: Any, said: JsonDataModel | None, *, training: bool
    ) -> Any:
        draft = [json_of(said)] if said is not None and said.get("content") else []
        if draft:
            # A chat that ends with an answer is one that some models go on writing.
            trajectory = extended(trajectory, [*draft, _FINAL_TURN])
        if self.schema is not None:
            return await self.final_generator(trajectory, training=training)
        # Providers want to know the tools that a chat tells of.
        return await self.final_generator(
            trajectory, tools=self.tools, tool_choice="none", training=training
        )

    def _output(
        self, trajectory: Any, said: JsonDataModel | None, answer: Any
    ) -> JsonDataModel:
        if not self.return_inputs_with_trajectory:
            return answer
        last = said if self.schema is not None else answer
        if last is not None:
            trajectory = extended(trajectory, [json_of(last)])
        return trajectory if self.schema is None else trajectory + answer

    def _note_first_token(self, elapsed_s: float) -> None:
        model = self.language_model
        if model is not None:
            model.ledger.here.trajectory_calls += 1
            model.ledger.here.trajectory_ttft_s += elapsed_s


def _checked_iterations(module_name: str, max_iterations: Any) -> int:
    is_number = isinstance(max_iterations, int) and not isinstance(max_iterations, bool)
    if not is_number or max_iterations < 1:
        msg = (
            f"`max_iterations` of `{module_name}` is a whole number of at least 1, "
            f"received: {show(max_iterations)}."
        )
        raise ConfigurationError(msg)
    return max_iterations


def _refuse_sandbox(module_name: str, **options: Any) -> None:
    for option, value in options.items():
        if value is not None:
            msg = (
                f"`{option}` of `{module_name}` is out of scope, received: "
                f"{show(value)}. It belongs to agents that run code of their own. Give "
                "the agent `tools` for what it is to do."
            )
            raise ConfigurationError(msg)
