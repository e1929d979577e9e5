"""The options of a generator: what they may be, and which are sent."""

from __future__ import annotations

from typing import Any

from synalinks._internal.json import JsonObject  # noqa: TC001
from synalinks._internal.shape import is_dict
from synalinks.errors import ConfigurationError, show
from synalinks.language_models import check_sampling

REASONING_OFF = ("disable", "none")
_REASONING_EFFORTS = ("minimal", "low", "medium", "high", "xhigh", *REASONING_OFF, None)
TEMPLATE_VARIABLES = ("instructions", "inputs_schema", "outputs_schema", "examples")


def sampling_options(module_name: str, **options: Any) -> JsonObject:
    """Return the parameters of a call that were given.

    Args:
        module_name: The module, for messages.
        options: Parameters by name; None for one that is not sent.

    Raises:
        ConfigurationError: One is of another type or out of range, or
            `reasoning_effort` is no level.
    """
    check_sampling(options, f"`{module_name}`")
    effort = options.get("reasoning_effort")
    if effort not in _REASONING_EFFORTS:
        msg = (
            f"`reasoning_effort` is one of {_REASONING_EFFORTS}, received: "
            f"{show(effort)}."
        )
        raise ConfigurationError(msg)
    return {name: value for name, value in options.items() if value is not None}


def check_variables(variables: Any) -> JsonObject:
    """Return a copy of the further variables of a template.

    Args:
        variables: What was given.

    Raises:
        ConfigurationError: They are no dict, or hide a variable of every template.
    """
    if not is_dict(variables):
        msg = f"`prompt_variables` is a dict, received: {show(variables)}."
        raise ConfigurationError(msg)
    hidden = [name for name in TEMPLATE_VARIABLES if name in variables]
    if hidden:
        msg = (
            f"`prompt_variables` names {show(hidden)}, which every template has. "
            "Choose another name."
        )
        raise ConfigurationError(msg)
    return dict(variables)


def refuse_decision_model(module_name: str, decision_model: Any) -> None:
    """Refuse an option that belongs to a service outside of this library.

    Args:
        module_name: The module, for messages.
        decision_model: What was given.

    Raises:
        ConfigurationError: Something was given.
    """
    if decision_model is not None:
        msg = (
            f"`decision_model` of `{module_name}` is out of scope: decision services "
            "are not part of this library. Leave it out, and the language model "
            "decides."
        )
        raise ConfigurationError(msg)


def refuse_confidence(module_name: str, option: str, value: Any) -> None:
    """Refuse a bound on a confidence that only a decision service tells.

    Args:
        module_name: The module, for messages.
        option: Name of the argument.
        value: What was given.

    Raises:
        ConfigurationError: Something was given.
    """
    if value is not None:
        msg = (
            f"`{option}` of `{module_name}` is out of scope, received: {show(value)}. "
            "It bounds the confidence that a decision service tells, and a language "
            "model tells none. Leave it out; for doubtful cases add a label of their "
            "own, such as 'unsure'."
        )
        raise ConfigurationError(msg)


def refuse_tools_with_schema(
    module_name: str, schema: JsonObject | None, tools: Any
) -> None:
    """Refuse tools where the answer has a schema.

    Args:
        module_name: The module, for messages.
        schema: JSON schema of the answer, or None.
        tools: Tools of a call.

    Raises:
        ConfigurationError: Both are given.
    """
    if schema is not None and tools:
        msg = (
            f"`{module_name}` answers with a schema, and so takes no tools: one call "
            "gives either data or tool calls. Leave out `data_model`, or the tools."
        )
        raise ConfigurationError(msg)
