"""Prompt templates: what users and saved files may say, rendered in a sandbox."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from synalinks._internal.json import dumps
from synalinks._internal.shape import is_dict, is_row
from synalinks.errors import ConfigurationError, boundary, show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_DEFAULT_TEMPLATE = """\
{%- if instructions -%}
<instructions>
{{ instructions }}
</instructions>
{%- endif -%}
{%- if inputs_schema %}
<input_schema>
{{ inputs_schema }}
</input_schema>
{%- endif -%}
{%- if outputs_schema %}
<output_schema>
{{ outputs_schema }}
</output_schema>
{%- endif -%}
{%- if examples %}
<examples>
{%- for inputs, outputs in examples %}
<example>
Input: {{ inputs }}
Output: {{ outputs }}
</example>
{%- endfor %}
</examples>
{%- endif -%}
"""


def default_prompt_template() -> str:
    """Return the Jinja2 template of system messages.

    Its variables are `instructions`, `inputs_schema`, `outputs_schema` and `examples`
    (pairs of inputs and outputs), each already a text; data is JSON on one line. White
    space around the whole message is removed.
    """
    return _DEFAULT_TEMPLATE


def as_prompt_json(value: Any) -> str:
    """Return JSON on one line that cannot close a block of the prompt.

    Args:
        value: A JSON value.
    """
    return dumps(value).replace("</", "<\\/")


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # Plain text, no HTML: `autoescape` would spoil it.
    return ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, autoescape=False, finalize=_as_text
    )


def _as_text(value: Any) -> Any:
    # What a template prints is JSON, not how Python would show it.
    is_data = value is None or isinstance(value, bool) or is_dict(value)
    return as_prompt_json(value) if is_data or is_row(value) else value


@lru_cache(maxsize=256)
def _compiled(text: str) -> Callable[..., str]:
    from jinja2 import TemplateSyntaxError

    try:
        return _environment().from_string(text).render
    except (TemplateSyntaxError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        msg = f"`prompt_template` line {line} is no Jinja2: {error}."
        raise ConfigurationError(msg) from error


def check_template(text: Any, variables: Sequence[str]) -> None:
    """Refuse a template that is malformed or asks for unknown variables.

    Args:
        text: A Jinja2 template.
        variables: Names that it may use.

    Raises:
        ConfigurationError: The template is malformed or uses another name.
    """
    from jinja2 import meta

    if not isinstance(text, str):
        msg = f"`prompt_template` is a text, received: {show(text)}."
        raise ConfigurationError(msg)
    _compiled(text)
    environment = _environment()
    used = meta.find_undeclared_variables(environment.parse(text))
    unknown = sorted(used - set(variables) - environment.globals.keys())
    if unknown:
        msg = (
            f"`prompt_template` uses {show(unknown)}, which nothing defines. Known: "
            f"{show(sorted(variables))}. Add yours to `prompt_variables`."
        )
        raise ConfigurationError(msg)


def render(template: str, **variables: Any) -> str:
    """Return the text of a template.

    The sandbox gives a template from a saved file no way to run code or to reach
    anything but its variables; what it does with these is up to it, and may take long.

    Args:
        template: A Jinja2 template.
        variables: What it may use.

    Raises:
        ConfigurationError: The template cannot be rendered with these.
    """
    with boundary(ConfigurationError, "`prompt_template` cannot be rendered"):
        return _compiled(template)(**variables).strip()
