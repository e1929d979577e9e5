"""`synalinks init`: a project that runs and is tested."""

from __future__ import annotations

import json
import keyword
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synalinks._internal.console import write
from synalinks._internal.files import write_atomic
from synalinks.errors import ConfigurationError, did_you_mean, show
from synalinks.language_models import LanguageModel
from synalinks.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator

TEMPLATES = {
    "script": "a script that asks a program once",
    "autotrain": "a training job on a table, which can be resumed",
    "api": "a FastAPI service",
    "mcp": "an MCP server",
}
_FOLDER = Path(__file__).parent / "templates"
_COMMON = "common"
_RENDERED = ".jinja"
_DEPENDENCIES = {"api": ["fastapi>=0.115", "uvicorn>=0.30"], "mcp": ["mcp>=2,<3"]}
_TEST_DEPENDENCIES = ["pytest>=8"]
_TAKEN = {"synalinks", "tests", "fastapi", "uvicorn", "mcp", "pytest"}
_MAX_LISTED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class InitSettings:
    """Options of the command."""

    project: Path
    name: str | None
    description: str | None
    template: str
    model: str
    force: bool


def run_init(settings: InitSettings) -> None:
    """Write a project into a folder, and say what to do next.

    Args:
        settings: Options of the command.

    Raises:
        ConfigurationError: An option cannot work, or a file is there already; nothing
            was written.
        WriteError: A file cannot be written.
    """
    check_template(settings.template)
    LanguageModel(settings.model)  # refuses a name that is none
    files = dict(_files(settings.template, _facts(settings)))
    present = [path for path in files if (settings.project / path).exists()]
    if present and not settings.force:
        listed = ", ".join(f"`{path}`" for path in sorted(present)[:_MAX_LISTED])
        more = len(present) - _MAX_LISTED
        msg = (
            f"`{settings.project}` has {listed}{f' and {more} more' * (more > 0)} "
            "already. Give another folder, or `--force` to replace these files; others "
            "stay."
        )
        raise ConfigurationError(msg)
    for path, text in files.items():
        write_atomic(settings.project / path, text)
    write(
        f"{len(files)} files of {TEMPLATES[settings.template]} in "
        f"`{settings.project}`. {settings.project / 'README.md'} says how to go on.\n"
    )


def list_templates() -> None:
    """Print the templates."""
    for name, what in TEMPLATES.items():
        write(f"{name:10} {what}\n")


def check_template(name: str) -> None:
    """Refuse the name of a template that is not there.

    Args:
        name: What was given.

    Raises:
        ConfigurationError: There is no such template.
    """
    if name not in TEMPLATES:
        known = ", ".join(f"`{one}` ({what})" for one, what in TEMPLATES.items())
        msg = (
            f"There is no template {name!r}.{did_you_mean(name, TEMPLATES)} There are: "
            f"{known}."
        )
        raise ConfigurationError(msg)


def _facts(settings: InitSettings) -> dict[str, Any]:
    """Return what templates are filled in with.

    Raises:
        ConfigurationError: The name gives no package that Python can import.
    """
    name = settings.name or settings.project.resolve().name
    package = re.sub(r"\W+", "_", name).strip("_").lower()
    is_free = package not in {*sys.stdlib_module_names, *_TAKEN}
    if not package.isidentifier() or keyword.iskeyword(package) or not is_free:
        msg = (
            f"The name {show(name)} gives the package `{package}`, which Python cannot "
            "import or has already. Pass `--name` with letters first, such as "
            "`ticket-triage`."
        )
        raise ConfigurationError(msg)
    return {
        "name": name,
        "package": package,
        "distribution": package.replace("_", "-"),
        "description": settings.description or "Tells what a message is about.",
        "template": settings.template,
        "model": settings.model,
        "version": __version__,
        "dependencies": _DEPENDENCIES.get(settings.template, []),
        "test_dependencies": _TEST_DEPENDENCIES,
    }


def _files(template: str, facts: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the paths of a project with their text; those of the template win."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(  # noqa: S701 - no HTML is made
        loader=FileSystemLoader(_FOLDER),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    environment.filters["quoted"] = _quoted
    for part in (_COMMON, template):
        for path in sorted((_FOLDER / part).rglob("*")):
            name = path.relative_to(_FOLDER / part).as_posix()
            target = name.replace("__package__", facts["package"])
            if path.suffix == _RENDERED:
                source = environment.get_template(f"{part}/{name}")
                yield target.removesuffix(_RENDERED), source.render(facts)
            elif path.suffix == ".csv":
                yield target, path.read_text(encoding="utf-8")


def _quoted(value: Any) -> str:
    """Return a value as a literal of both Python and TOML."""
    return json.dumps(value, ensure_ascii=False)
