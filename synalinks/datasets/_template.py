"""Templates that make JSON of a row, whatever the row holds.

The text of a template is trusted, the values of a row are not: they come from files
of other people. So values never become part of the text that is parsed as JSON
structure. Each `{{ ... }}` leaves a mark; once the text stands, a mark inside a string
literal becomes the escaped text of its value, and a mark outside of one becomes the
value as one JSON value. A value thus cannot end a string, add a field or close an
object.
"""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING, Any, cast

from synalinks.errors import ConfigurationError, did_you_mean, show

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jinja2 import nodes
    from jinja2.runtime import Context
    from jinja2.sandbox import SandboxedEnvironment

_MARKS = "__marked_values__"
# No JSON text contains a NUL, so no template does, and values never reach the text.
_TOKEN = re.compile(r'\\.|"|\x00(\d+)\x00', re.DOTALL)
# These give text that is taken as it is, which would let values into the structure.
_REFUSED_NODES = frozenset(
    {
        "AssignBlock",
        "Block",
        "CallBlock",
        "Extends",
        "FilterBlock",
        "FromImport",
        "Import",
        "Include",
        "Macro",
    }
)


class _JsonText(str):
    """What the filter `tojson` gives: JSON, not text."""

    __slots__ = ()


class Template:
    """A Jinja2 template whose text is JSON with `{{ placeholders }}`.

    `"{{ column }}"` inside quotes is the value as text; `{{ column }}` outside of
    quotes is the value as JSON: a text with its quotes, a number, a list. `for`, `if`
    and `set` work; macros, blocks and includes do not.

    Args:
        source: The text of the template.
        argument: Name of the argument it came from, for messages.

    Raises:
        ConfigurationError: The text is not a template, or uses what does not work.
    """

    def __init__(self, source: str, argument: str) -> None:
        from jinja2 import TemplateSyntaxError

        self._argument = argument
        environment = _environment()
        try:
            self._check(environment.parse(source), source)
            self._template = environment.from_string(source)
        except (TemplateSyntaxError, TypeError) as error:
            msg = f"`{argument}` is not a Jinja2 template: {error}."
            raise ConfigurationError(msg) from None

    def _check(self, tree: nodes.Template, source: str) -> None:
        refused = _first_refused(tree)
        if refused is not None or "\x00" in source:
            what = refused or "a NUL character"
            msg = (
                f"`{self._argument}` contains {what}. A template of rows may use "
                "`{{ ... }}`, `for`, `if` and `set`, so that values of a row cannot "
                "change the structure of the JSON."
            )
            raise ConfigurationError(msg)

    def render(self, row: Mapping[str, Any]) -> Any:
        """Return the JSON value that the template makes of a row.

        Args:
            row: Values by column.

        Raises:
            ConfigurationError: A column is missing, or the result is not JSON.
        """
        from jinja2 import TemplateError, UndefinedError

        values: list[object] = []
        try:
            text = self._template.render({**row, _MARKS: values})
            filled = _fill(text, values)
        except UndefinedError as error:
            raise ConfigurationError(self._missing(error, row)) from None
        except (TemplateError, TypeError, ValueError, ArithmeticError) as error:
            msg = f"`{self._argument}` cannot be rendered: {str(error).rstrip('.')}."
            raise ConfigurationError(msg) from error
        try:
            return json.loads(filled, parse_constant=_refuse_constant)
        except ValueError as error:
            msg = f"`{self._argument}` does not give JSON: {error}. Got {show(filled)}."
            raise ConfigurationError(msg) from None

    def _missing(self, error: Exception, row: Mapping[str, Any]) -> str:
        name = re.search(r"'(\w+)' is undefined", str(error))
        hint = did_you_mean(name[1], row) if name else ""
        columns = ", ".join(f"`{column}`" for column in row)
        return (
            f"`{self._argument}` uses what the row does not have: {error}. "
            f"Columns: {columns}.{hint}"
        )


@cache
def _environment() -> SandboxedEnvironment:
    from jinja2 import StrictUndefined, pass_context
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined,
        # Asking for the context keeps Jinja2 from marking constants when it compiles.
        finalize=pass_context(_mark),
        autoescape=False,  # the text is JSON, see `_fill`
    )
    environment.filters["tojson"] = _to_json
    return environment


def _mark(context: Context, value: object) -> str:
    from jinja2 import Undefined

    if isinstance(value, Undefined):
        return str(value)  # raises, with the name of what is undefined
    values = cast("list[object]", context[_MARKS])
    values.append(value)
    return f"\x00{len(values) - 1}\x00"


def _to_json(value: object, indent: int | None = None) -> _JsonText:
    return _JsonText(_dump(value, indent=indent))


def _fill(text: str, values: list[object]) -> str:
    # Each value is written as fits the place where its mark stands.
    is_inside = False

    def replaced(match: re.Match[str]) -> str:
        nonlocal is_inside
        if match[0] == '"':
            is_inside = not is_inside
        if match[1] is None:
            return match[0]
        value = values[int(match[1])]
        return _inside_quotes(value) if is_inside else _outside_quotes(value)

    return _TOKEN.sub(replaced, text)


def _inside_quotes(value: object) -> str:
    text = value if isinstance(value, str) else _dump(value)
    return json.dumps(str(text))[1:-1]


def _outside_quotes(value: object) -> str:
    return str(value) if isinstance(value, _JsonText) else _dump(value)


def _dump(value: object, indent: int | None = None) -> str:
    return json.dumps(value, indent=indent, default=_plain, allow_nan=False)


def _plain(value: Any) -> Any:
    # Scalars and arrays of numpy, and dates, have a JSON form.
    for method in ("tolist", "isoformat"):
        if hasattr(value, method):
            return getattr(value, method)()
    msg = f"{show(value)} of type `{type(value).__name__}` is not JSON"
    raise TypeError(msg)


def _refuse_constant(name: str) -> None:
    msg = f"{name} is not JSON"
    raise ValueError(msg)


def _first_refused(node: nodes.Node) -> str | None:
    """Return the name and line of the first part that is refused, if any.

    Args:
        node: A part of a template.
    """
    name = type(node).__name__
    if name in _REFUSED_NODES:
        return f"`{name.lower()}` (line {node.lineno})"
    found = (_first_refused(child) for child in node.iter_child_nodes())
    return next(filter(None, found), None)
