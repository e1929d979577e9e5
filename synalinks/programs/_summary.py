"""The table that `Program.summary` prints, and notebooks show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.html import render
from synalinks.data_models import schema_of
from synalinks.errors import ConfigurationError, counted, show
from synalinks.graph import symbols_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from synalinks._internal.json import JsonObject
    from synalinks.graph import Function
    from synalinks.modules import Module

_COLUMNS = ("Module (type)", "Output fields", "Variables")
_MAX_ROWS = 50


def summary_table(
    program: Any,
    *,
    expand_nested: bool,
    show_trainable: bool,
    module_range: tuple[str, str] | None,
) -> Table:
    """Return a table of modules, output schemas and numbers of variables.

    Args:
        program: The program.
        expand_nested: Whether modules inside modules get rows of their own.
        show_trainable: Whether there is a column that tells what is trainable.
        module_range: Names of the first and last module shown, or None for all.
    """
    from rich.table import Table

    columns = [*_COLUMNS]
    if show_trainable:
        columns.append("Trainable")
    table = Table(title=f"Program: {program.name}", title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for depth, owner, module in _rows(
        program, expand_nested=expand_nested, module_range=module_range
    ):
        name, *cells = _cells(owner, module)
        row = [f"{'  ' * depth}{name}", *cells]
        table.add_row(*row, *(["yes" if module.trainable else "no"] * show_trainable))
    table.caption = _variables_of(program)
    table.caption_justify = "left"
    return table


_PAGE = """
<div style="max-width:48rem;overflow-wrap:anywhere">
<strong>{{ name }}</strong> <span style="opacity:.75">{{ kind }}: {{ counts }}</span>
{% if description %}<div style="opacity:.75">{{ description }}</div>{% endif %}
<table>
<thead><tr style="text-align:left">
{% for one in columns %}<th scope="col">{{ one }}</th>{% endfor %}
</tr></thead>
<tbody>
{% for row in rows %}
<tr style="text-align:left">{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>
{% endfor %}
</tbody></table>
{% if n_hidden %}<div style="opacity:.75">and {{ n_hidden }} more</div>{% endif %}
</div>
"""


def summary_page(program: Any) -> str:
    """Return the same for a notebook, as HTML.

    Args:
        program: The program.
    """
    rows = [
        [*_cells(owner, module), "yes" if module.trainable else "no"]
        for _, owner, module in _rows(program, expand_nested=False, module_range=None)
    ]
    return render(
        _PAGE,
        name=program.name,
        kind=type(program).__name__,
        description=program.description,
        counts=_variables_of(program),
        columns=[*_COLUMNS, "Trainable"],
        rows=rows[:_MAX_ROWS],
        n_hidden=max(0, len(rows) - _MAX_ROWS),
    )


def _cells(owner: Any, module: Module) -> list[str]:
    return [
        f"{module.name} ({type(module).__name__})",
        ", ".join(_output_fields(owner, module)) or "-",
        str(len(module.variables)),
    ]


def _variables_of(program: Any) -> str:
    n_trainable = len(program.trainable_variables)
    return f"{counted(len(program.variables), 'variable')}, {n_trainable} trainable"


def output_schema_of(module: Module, graph: Function) -> JsonObject | None:
    """Return the output schema of a module of a graph; None where it does not tell.

    Args:
        module: The module.
        graph: The graph.
    """
    places = [(node.args, node.kwargs) for node in graph.nodes]
    for symbol in symbols_in([*places, graph.outputs]):
        if symbol.origin is not None and symbol.origin.node.operation is module:
            return schema_of(symbol)
    return None


def _rows(
    program: Any, *, expand_nested: bool, module_range: tuple[str, str] | None
) -> Iterator[tuple[int, Any, Module]]:
    """Yield (depth, program around, module) of the modules to show."""
    waiting = [(0, program, module) for module in _in_range(program, module_range)]
    while waiting:
        depth, owner, module = waiting.pop(0)
        yield depth, owner, module
        if expand_nested:
            around = module if hasattr(module, "output_schema_of") else owner
            below = [(depth + 1, around, child) for child in module.children()]
            waiting = below + waiting


def _in_range(program: Any, module_range: tuple[str, str] | None) -> list[Module]:
    modules: list[Module] = list(program.modules)
    if module_range is None:
        return modules
    names = [module.name for module in modules]
    unknown = [name for name in module_range if name not in names]
    if unknown:
        msg = (
            f"`module_range` names {show(unknown)}; `{program.name}` has the modules "
            f"{show(names)}."
        )
        raise ConfigurationError(msg)
    first, last = module_range
    return modules[names.index(first) : names.index(last) + 1]


def _output_fields(owner: Any, module: Module) -> list[str]:
    schema = owner.output_schema_of(module)
    return list(schema.get("properties", {})) if schema else []
