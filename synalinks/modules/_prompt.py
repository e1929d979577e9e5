"""From instructions, examples and inputs to chat messages.

User data is written as JSON, is never read as a template, and cannot close a block: in
`</` the slash is escaped, which means the same in JSON.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from synalinks._internal.json import JsonObject, dumps
from synalinks.data_models import is_chat_message, is_chat_messages, json_of
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from synalinks.data_models import JsonDataModel

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
    (pairs of inputs and outputs), each already a text; data is JSON on one line.
    """
    return _DEFAULT_TEMPLATE


@lru_cache(maxsize=256)
def compiled_template(text: str) -> Callable[..., str]:
    """Return the function that renders a template, compiled once.

    The sandbox gives a template from a saved file no way to run code.

    Args:
        text: A Jinja2 template.

    Raises:
        ConfigurationError: The text is no Jinja2 template.
    """
    from jinja2 import StrictUndefined, TemplateSyntaxError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined)
    try:
        return environment.from_string(text).render
    except TemplateSyntaxError as error:
        msg = f"`prompt_template` line {error.lineno}: {error.message}"
        raise ConfigurationError(msg) from error


def check_template(text: str, variables: Sequence[str]) -> None:
    """Refuse a template that is malformed or asks for unknown variables.

    Args:
        text: A Jinja2 template.
        variables: Names that it may use.

    Raises:
        ConfigurationError: The template is malformed or uses another name.
    """
    from jinja2 import Environment, meta

    compiled_template(text)
    # Nothing is rendered here: the environment only parses.
    used = meta.find_undeclared_variables(Environment(autoescape=True).parse(text))
    unknown = sorted(used - set(variables))
    if unknown:
        msg = (
            f"`prompt_template` uses {show(unknown)}, which nothing defines. Known: "
            f"{show(sorted(variables))}. Add yours to `prompt_variables`."
        )
        raise ConfigurationError(msg)


def as_prompt_json(value: Any) -> str:
    """Return JSON on one line that cannot close a block of the prompt.

    Args:
        value: A JSON value.
    """
    return dumps(value).replace("</", "<\\/")


class PromptCache:
    """The last prompts rendered, by the identity of what they were made from.

    All samples of a batch and all trials of a candidate share one. Values of variables
    are replaced, never changed, so that the same objects give the same prompt.
    """

    _MAX_PROMPTS = 64

    def __init__(self) -> None:
        # The parts are kept with the text: a freed object's identity may come back.
        self._texts: dict[tuple[int, ...], tuple[Sequence[Any], str]] = {}

    def get(self, parts: Sequence[Any], render: Callable[[], str]) -> str:
        """Return the prompt of some parts, rendered only if it is not known.

        Args:
            parts: What the prompt is made from.
            render: Makes the prompt.
        """
        key = tuple(map(id, parts))
        if key not in self._texts:
            if len(self._texts) >= self._MAX_PROMPTS:
                del self._texts[next(iter(self._texts))]
            self._texts[key] = (parts, render())
        return self._texts[key][1]


def render_system(
    template: str,
    *,
    instructions: str | None,
    examples: Sequence[JsonObject],
    schemas: Sequence[Any],
    variables: JsonObject,
) -> str:
    """Return the system message.

    Args:
        template: A Jinja2 template.
        instructions: What to do.
        examples: Predictions with `inputs` and `outputs`.
        schemas: JSON schemas of inputs and outputs; None for one that is not shown.
        variables: Further template variables.
    """
    inputs_schema, outputs_schema = schemas
    pairs = [
        (as_prompt_json(example["inputs"]), as_prompt_json(example["outputs"]))
        for example in examples
    ]
    return compiled_template(template)(
        instructions=instructions,
        examples=pairs,
        inputs_schema=inputs_schema and as_prompt_json(inputs_schema),
        outputs_schema=outputs_schema and as_prompt_json(outputs_schema),
        **variables,
    )


def to_messages(system: str, inputs: JsonDataModel) -> list[JsonObject]:
    """Return the chat messages of one call.

    Chat inputs are passed through with the system message in front, unless they bring
    one. Of other inputs that contain `messages`, the other fields become one user
    message before them. Everything else is one user message of JSON.

    Args:
        system: The rendered system message; may be empty.
        inputs: What the module was called with.
    """
    value = dict(json_of(inputs))
    head: list[JsonObject] = [{"role": "system", "content": system}] if system else []
    if is_chat_messages(inputs):
        turns = value.pop("messages")
        if value:
            turns = [{"role": "user", "content": as_prompt_json(value)}, *turns]
        own = any(turn["role"] in ("system", "developer") for turn in turns)
        return turns if own else [*head, *turns]
    if is_chat_message(inputs):
        return [*head, value]
    return [*head, {"role": "user", "content": as_prompt_json(value)}]
