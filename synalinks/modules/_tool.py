"""`Tool`: a function that a language model may call."""

from __future__ import annotations

import inspect
from dataclasses import replace
from types import NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from pydantic import PydanticUserError, TypeAdapter

from synalinks._internal.shape import is_dict, is_row
from synalinks.contracts import Usage
from synalinks.data_models import (
    JsonDataModel,
    SymbolicDataModel,
    is_data_model,
    json_of,
    schema_of,
)
from synalinks.errors import ConfigurationError, PermanentError, show
from synalinks.modules._call_recording import record_call
from synalinks.modules._docstring import read_docstring
from synalinks.modules._journaled_call import call_once
from synalinks.modules._module import Module
from synalinks.modules._tool_signature import SchemaSignature, ToolSignature, as_json
from synalinks.modules._tool_words import ToolWords, calls_of

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from synalinks._internal.json import JsonObject
    from synalinks.data_models import Variable
    from synalinks.language_models import Completion
    from synalinks.modules._tool_signature import Signature

_ATTEMPTS = 3
_FIRST_WAIT_S = 0.5
_MAX_WAIT_S = 10.0
# The same call will fail again: there is no use in waiting.
_WILL_FAIL_AGAIN = (
    ArithmeticError, AssertionError, AttributeError, FileNotFoundError, ImportError,
    LookupError, NameError, NotImplementedError, PermanentError, PermissionError,
    TypeError, ValueError,
)  # fmt: skip
_ANY_OBJECT: JsonObject = {"type": "object", "additionalProperties": True}


class Tool(Module):
    """Give language models a function to call.

    Args:
        func: An `async` function. Each argument has a type hint, and stands in the
            docstring under `Args:`, since language models read both. To load a saved
            program, register it with
            `synalinks.saving.register_synalinks_serializable` or pass it in
            `custom_objects`.
        name: Name of the tool; that of the function when None.
        description: What the tool does; the docstring without its sections when None.
        trainable: Whether optimizers may change what models read of it: the
            descriptions of the tool and of its arguments, and examples of when to call
            it. These are its variable, `state`.
        journal: Whether the function has effects that must not happen twice. A run
            with a `BackupAndRestore` that is gone on with then takes what it returned
            before; a call that was cut off is made again. The function is called once
            and not again if it raises, which is a `ModuleError` then.

    Raises:
        ConfigurationError: The function is not `async`, or an argument has no type
            hint or no documentation.

    A call costs no LM call. A function that raises is called again, three times in
    all, with 0.5 and 1 seconds in between, unless its error says that it would fail
    again (such as `ValueError`), or the call is cancelled.

    Example:
        ```python
        async def population(city: str) -> int:
            \"\"\"Look up how many people live in a city.

            Args:
                city: Name of the city, in English.
            \"\"\"
            return 2_100_000

        tool = synalinks.Tool(population)
        result = await tool(city="Paris")  # {"result": 2100000}
        ```
    """  # noqa: D214 - the section is one of the example

    def __init__(
        self,
        func: Callable[..., Coroutine[Any, Any, Any]],
        *,
        name: str | None = None,
        description: str | None = None,
        trainable: bool = False,
        journal: bool = False,
    ) -> None:
        if not inspect.iscoroutinefunction(func):
            msg = f"`Tool` takes an `async def` function, received: {show(func)}."
            raise ConfigurationError(msg)
        name = name or str(getattr(func, "__name__", "tool"))
        summary, _ = read_docstring(func)
        description = description or summary
        if not description:
            msg = (
                f"The tool `{name}` has no description. Give `{name}` a docstring, or "
                "pass `description=`."
            )
            raise ConfigurationError(msg)
        super().__init__(name=name, description=description, trainable=trainable)
        self._set_up(func, ToolSignature(func, name), _result_schema(func), journal)

    def _set_up(
        self,
        func: Callable[..., Coroutine[Any, Any, Any]],
        signature: Signature,
        result: tuple[JsonObject, bool],
        journal: bool,
    ) -> None:
        self.func = func
        self.journal = journal
        self._signature = signature
        self._result_schema, self._wraps_result = result
        self._words = ToolWords(self.description, signature.schema)
        self.state: Variable | None = (
            self.add_variable(
                data_model=self._words.variable_schema(), name=f"state_{self.name}"
            )
            if self.trainable
            else None
        )

    def get_input_schema(self) -> JsonObject:
        """Return the JSON schema of the arguments, as models see it now."""
        if self.state is None:
            return dict(self._signature.schema)
        return dict(self._words.parameters(json_of(self.state)))

    def get_tool_schema(self) -> JsonObject:
        """Return the tool in the form of OpenAI's API, as it is sent to models."""
        state = self.state
        description = (
            self.description if state is None else self._words.text(json_of(state))
        )
        function = {
            "name": self.name,
            "description": description,
            "parameters": self.get_input_schema(),
        }
        return {"type": "function", "function": function}

    def record_asking(self, inputs: JsonObject, completion: Completion) -> None:
        """Note what a model made of the tool, for the sample that is worked on.

        Args:
            inputs: What the model was given.
            completion: What it answered: a chat message.
        """
        if self.state is None:
            return
        calls = calls_of(self.name, completion.value)
        asked = replace(completion, value={"calls": calls}, usage=Usage())
        record_call(self.path, self.state.path, inputs, asked)

    async def call(
        self, *, training: bool = False, **arguments: Any
    ) -> JsonDataModel | None:
        """Call the function.

        Args:
            training: Has no effect here.
            arguments: JSON values and data models by the names of the arguments.

        Returns:
            What the function returned: a dict or a data model as it is, anything else
            as `{"result": ...}`, and None for None.

        Raises:
            SchemaError: The arguments do not fit.
            ModuleError: A tool with `journal` failed.
        """
        bound = self._signature.bind(arguments)
        if not self.journal:
            return self._to_model(await _with_attempts(lambda: self.func(**bound)))

        async def call() -> Any:
            model = self._to_model(await self.func(**bound))
            return model and {"schema": schema_of(model), "json": json_of(model)}

        given = as_json(arguments)
        kept = await call_once(self.name, given, call)
        return None if kept is None else JsonDataModel(**kept)

    async def compute_output_spec(
        self, *, training: bool = False, **arguments: Any
    ) -> SymbolicDataModel:
        """Return the schema of the result, without calling the function.

        Args:
            training: Has no effect here.
            arguments: Not used.
        """
        return SymbolicDataModel(schema=self._result_schema)

    def _to_model(self, result: Any) -> JsonDataModel | None:
        if result is None:
            return None
        if is_data_model(result):
            return JsonDataModel(schema=schema_of(result), json=json_of(result))
        json = TypeAdapter(Any).dump_python(result, mode="json")
        if is_dict(json):
            schema = _ANY_OBJECT if self._wraps_result else self._result_schema
            return JsonDataModel(schema=schema, json=json)
        schema = self._result_schema if self._wraps_result else _wrapped({})
        return JsonDataModel(schema=schema, json={"result": json})


def _result_schema(func: Callable[..., Any]) -> tuple[JsonObject, bool]:
    """Return the schema of results by the hint, and whether it has them in a key."""
    hint = get_type_hints(inspect.unwrap(func)).get("return", Any)
    others = [one for one in get_args(hint) if one is not NoneType]
    if get_origin(hint) in {Union, UnionType} and len(others) == 1:
        hint = others[0]
    if is_data_model(hint):
        return schema_of(hint), False
    try:
        schema = TypeAdapter(hint).json_schema(mode="serialization")
    except PydanticUserError:  # nothing is known of the type
        schema = {}
    if schema.get("type") == "object":
        return schema, False
    return _wrapped(schema), True


def _wrapped(schema: JsonObject) -> JsonObject:
    bare = {key: part for key, part in schema.items() if key != "$defs"}
    definitions = {"$defs": schema["$defs"]} if "$defs" in schema else {}
    return {
        **definitions,
        "title": "Result",
        "type": "object",
        "additionalProperties": False,
        "properties": {"result": {"title": "Result", **bare}},
        "required": ["result"],
    }


async def _with_attempts(call: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
    """Return what a call returns, attempted again where that may help."""
    from tenacity import (
        AsyncRetrying,
        retry_if_exception,
        stop_after_attempt,
        wait_exponential,
    )

    attempts = AsyncRetrying(
        retry=retry_if_exception(_may_pass),
        stop=stop_after_attempt(_ATTEMPTS),
        wait=wait_exponential(_FIRST_WAIT_S, max=_MAX_WAIT_S),
        reraise=True,
    )

    async def attempt() -> Any:
        return await call()

    return await attempts(attempt)


def _may_pass(error: BaseException) -> bool:
    # A cancellation is no `Exception`: it is final.
    return isinstance(error, Exception) and not isinstance(error, _WILL_FAIL_AGAIN)


class SchemaTool(Tool):
    """A tool whose arguments are told by a JSON schema instead of a function's hints.

    Args:
        func: An `async` function that takes the arguments by name, as JSON.
        schema: JSON schema of the arguments: an object.
        result_schema: JSON schema of what the function returns, if it is an object;
            None if that is not known.
        name: Name of the tool.
        description: What the tool does.
        trainable: As in `Tool`.
        journal: As in `Tool`.
    """

    def __init__(
        self,
        func: Callable[..., Coroutine[Any, Any, Any]],
        *,
        schema: JsonObject,
        result_schema: JsonObject | None = None,
        name: str,
        description: str,
        trainable: bool = False,
        journal: bool = False,
    ) -> None:
        Module.__init__(self, name=name, description=description, trainable=trainable)
        result = (_ANY_OBJECT if result_schema is None else result_schema, False)
        self._set_up(func, SchemaSignature(schema, name), result, journal)


def trainable_tools(*given: Any) -> list[Tool]:
    """Return the tools whose words are trained.

    Args:
        given: Tools as a list, a dict by name, one tool, or None.
    """
    return [
        tool
        for tools in given
        for tool in _listed(tools)
        if isinstance(tool, Tool) and tool.state is not None
    ]


def _listed(tools: Any) -> list[Any]:
    if is_dict(tools):
        return list(tools.values())
    return list(tools) if is_row(tools) else [tools]
