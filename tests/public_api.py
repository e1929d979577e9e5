"""Every public name with its kind, parameters and defaults, as one line each.

`python tests/public_api.py` writes the snapshot that `tests/quality` compares with.
"""

import ast
import enum
import importlib
import inspect
import json
import re
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[1]
SNAPSHOT = ROOT / "tests" / "data" / "public_api.json"


def public_modules() -> list[str]:
    """Return the dotted names of all modules without a private part in their path."""
    paths = [
        path.relative_to(ROOT).with_suffix("").parts
        for path in (ROOT / "synalinks").rglob("*.py")
    ]
    names = {parts[:-1] if parts[-1] == "__init__" else parts for parts in paths}
    return sorted(
        ".".join(parts) for parts in names if not any(p.startswith("_") for p in parts)
    )


def describe_all() -> dict[str, str]:
    """Return one line for each public name, method and property."""
    lines: dict[str, str] = {}
    for module_name in public_modules():
        module = importlib.import_module(module_name)
        lines[module_name] = "module"
        for name in _names_of(module):
            path = f"{module_name}.{name}"
            value = getattr(module, name)
            own_name = getattr(value, "__name__", "")
            home = f"{getattr(value, '__module__', '')}.{own_name}"
            is_alias = own_name and home != path and "._" not in home
            if is_alias and not inspect.ismodule(value):
                lines[path] = f"is {home}"
            else:
                lines.update(_describe(path, value))
    return dict(sorted(lines.items()))


def _names_of(module: ModuleType) -> list[str]:
    if hasattr(module, "__all__"):
        return list(module.__all__)
    tree = ast.parse(inspect.getsource(module))
    names = [
        node.name
        for node in tree.body
        if isinstance(node, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
    ]
    return [name for name in names if not name.startswith("_")]


def _describe(path: str, value: object) -> dict[str, str]:
    if inspect.isclass(value):
        bases = ", ".join(one.__name__ for one in value.__bases__)
        lines = {path: f"class of {bases}: {_signature_of_class(value)}"}
        for name in _own_names(value):
            lines[f"{path}.{name}"] = _describe_member(value, name)
        return lines
    if inspect.ismodule(value):
        return {path: "module"}
    if callable(value):
        return {path: _kind(value) + _signature(value)}
    return {path: f"{type(value).__name__}"}


def _own_names(owner: type) -> list[str]:
    """Return what a class has beyond its public bases, which are described apart."""
    ours = [base for base in owner.__mro__ if base.__module__.startswith("synalinks")]
    public = {
        name
        for base in ours[1:]
        if "._" not in base.__module__ and not base.__name__.startswith("_")
        for name in dir(base)
    }
    names = set(vars(owner))
    for base in ours[1:]:
        names |= vars(base).keys() - public
    return sorted(name for name in names if not name.startswith(("_", "model_")))


def _describe_member(owner: type, name: str) -> str:
    member = inspect.getattr_static(owner, name)
    if isinstance(member, property):
        return "property" if member.fset is None else "property that can be set"
    if isinstance(member, (classmethod, staticmethod)):
        function = member.__func__
        return f"{type(member).__name__} {_kind(function)}{_signature(function)}"
    if inspect.isroutine(member):
        return _kind(member) + _signature(member)
    return "value"


def _kind(function: object) -> str:
    return "async def " if inspect.iscoroutinefunction(function) else "def "


def _signature_of_class(value: type) -> str:
    # Those of enums and plain errors are Python's, and differ from release to release.
    if issubclass(value, enum.Enum):
        return ", ".join(f"{one.name}={one.value!r}" for one in value)
    if issubclass(value, BaseException) and not inspect.isfunction(value.__init__):
        return "(...)"
    return _signature(value)


def _signature(value: object) -> str:
    try:
        signature = inspect.signature(value)
    except (TypeError, ValueError):
        return "(...)"
    nothing = inspect.Parameter.empty
    parameters = [
        one.replace(annotation=nothing) for one in signature.parameters.values()
    ]
    text = str(inspect.Signature(parameters))
    return re.sub(r" at 0x[0-9a-f]+", "", text)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    SNAPSHOT.parent.mkdir(exist_ok=True)
    SNAPSHOT.write_text(json.dumps(describe_all(), indent=1) + "\n", encoding="utf-8")
