"""What optimizers are told of a program: data, never the program itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class VariableBrief:
    """A trainable variable, and the module whose prompt is made from it."""

    path: str
    """Path of the variable."""
    schema: JsonObject
    """JSON schema of what is to be learned, without examples and bookkeeping."""
    description: str = ""
    """What the variable is for."""
    module_name: str = ""
    """Name of the module that has it."""
    module_description: str = ""
    """What that module is for."""
    outputs_schema: JsonObject | None = None
    """JSON schema of the module's answer; None for free text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramBrief:
    """A program, in words and schemas."""

    description: str = ""
    """What the program is for."""
    variables: Mapping[str, VariableBrief] = field(
        default_factory=dict[str, VariableBrief]
    )
    """Its trainable variables by path."""
    language_model: Any = None
    """The model that proposes where an optimizer has none of its own."""


def brief_of(program: Any) -> ProgramBrief:
    """Return what optimizers are told of a program.

    Args:
        program: A built program.
    """
    trainable = {id(one) for one in program.trainable_variables}
    modules = _modules_of(program, {})
    models = list(program.language_models)
    return ProgramBrief(
        description=program.description or "",
        variables={
            variable.path: _variable_brief(variable, module)
            for module in modules.values()
            for variable in module.own_variables()
            if id(variable) in trainable
        },
        language_model=models[0] if models else None,
    )


def _modules_of(module: Any, found: dict[int, Any]) -> dict[int, Any]:
    if id(module) not in found:
        found[id(module)] = module
        for part in module.children():
            _modules_of(part, found)
    return found


def _variable_brief(variable: Any, module: Any) -> VariableBrief:
    schema = variable.get_schema()
    learnable = [key for key in variable.learnable_fields if key != "examples"]
    properties = schema.get("properties", {})
    return VariableBrief(
        path=variable.path,
        schema={
            **schema,
            "properties": {key: _said(properties[key]) for key in learnable},
            "required": learnable,
        },
        description=variable.description or "",
        module_name=module.name,
        module_description=module.description or "",
        outputs_schema=getattr(module, "schema", None),
    )


def _said(schema: JsonObject) -> JsonObject:
    # Who is asked for a value is to give one, also where the variable may be empty.
    options = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if len(options) != 1:
        return schema
    rest = {key: value for key, value in schema.items() if key != "anyOf"}
    return {**rest, **options[0]}
