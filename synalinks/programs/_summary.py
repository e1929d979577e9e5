"""The table that `Program.summary` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from synalinks.modules import Module


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

    columns = ["Module (type)", "Output fields", "Variables"]
    if show_trainable:
        columns.append("Trainable")
    table = Table(title=f"Program: {program.name}", title_justify="left")
    for column in columns:
        table.add_column(column, overflow="fold")
    for depth, module in _rows(
        program, expand_nested=expand_nested, module_range=module_range
    ):
        row = [
            f"{'  ' * depth}{module.name} ({type(module).__name__})",
            ", ".join(_output_fields(program, module)) or "-",
            str(len(module.variables)),
        ]
        table.add_row(*row, *(["yes" if module.trainable else "no"] * show_trainable))
    table.caption = (
        f"{len(program.variables)} variables, "
        f"{len(program.trainable_variables)} trainable"
    )
    table.caption_justify = "left"
    return table


def _rows(
    program: Any, *, expand_nested: bool, module_range: tuple[str, str] | None
) -> Iterator[tuple[int, Module]]:
    modules: list[Module] = list(program.modules)
    if module_range:
        names = [module.name for module in modules]
        first, last = (names.index(name) for name in module_range)
        modules = modules[first : last + 1]

    def walk(module: Module, depth: int) -> Iterator[tuple[int, Module]]:
        yield depth, module
        if expand_nested:
            for child in module.children():
                yield from walk(child, depth + 1)

    for module in modules:
        yield from walk(module, 0)


def _output_fields(program: Any, module: Module) -> list[str]:
    schema = program.output_schema_of(module)
    return list(schema.get("properties", {})) if schema else []
