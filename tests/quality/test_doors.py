"""Everything that touches the outside goes through one door."""

import ast
from collections.abc import Callable

import pytest

# Uses outside the doors, each with its reason: (door, file) -> reason.
ALLOWED: dict[tuple[str, str], str] = {
    (
        "files are written",
        "synalinks/testing/_callback_suite.py",
    ): "a folder for the callback under test, which is gone after it",
    (
        "data is run as code",
        "synalinks/experiments/_run_image.py",
    ): "from the workers of one's own cluster of Ray, which unpickles all they send",
}

WRITERS = {
    "os.replace", "os.rename", "os.open", "os.fdopen", "os.truncate",
    "shutil.copy", "shutil.copy2", "shutil.copyfile", "shutil.copytree", "shutil.move",
}  # fmt: skip
READS = ["os.O_RDONLY"]
PICKLERS = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}


def dotted(node: ast.AST) -> str:
    """Return "a.b.c" for the expression `a.b.c`, "" for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute) and (owner := dotted(node.value)):
        return f"{owner}.{node.attr}"
    return ""


def opens_for_writing(call: ast.Call) -> bool:
    """Tell whether `open(path, mode)`, `path.open(mode)` and the like may write."""
    name = dotted(call.func)
    is_function = name in {
        "open",
        "io.open",
        "gzip.open",
        "codecs.open",
        "tarfile.open",
    }
    if not is_function and not (
        isinstance(call.func, ast.Attribute) and call.func.attr == "open"
    ):
        return False
    modes = call.args[1:2] if is_function else call.args[:1]
    modes += [keyword.value for keyword in call.keywords if keyword.arg == "mode"]
    return any(
        not isinstance(mode, ast.Constant) or set(str(mode.value)) & set("wax+")
        for mode in modes
    )


def writes_file(node: ast.AST, imports: set[str]) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = dotted(node.func)
    if name == "os.open" and [dotted(flag) for flag in node.args[1:]] == READS:
        return False
    method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
    return (
        opens_for_writing(node)
        or method in {"write_text", "write_bytes"}
        or name in WRITERS
        or name.startswith("tempfile.")
        or (f"os.{name}" in imports and f"os.{name}" in WRITERS)
        or (f"shutil.{name}" in imports and f"shutil.{name}" in WRITERS)
    )


def writes_stdout(node: ast.AST, imports: set[str]) -> bool:
    if isinstance(node, ast.Call) and dotted(node.func) == "print":
        return True
    if isinstance(node, ast.Attribute) and dotted(node) in {
        "sys.stdout",
        "sys.__stdout__",
    }:
        return True
    return (
        isinstance(node, ast.Name) and node.id == "stdout" and "sys.stdout" in imports
    )


def imports_any(node: ast.AST, modules: set[str]) -> bool:
    names: list[str] = []
    if isinstance(node, ast.Import):
        names = [alias.name for alias in node.names]
    elif isinstance(node, ast.ImportFrom):
        names = [f"{node.module}.{alias.name}" for alias in node.names]
    return any(
        name == module or name.startswith(f"{module}.")
        for name in names
        for module in modules
    )


def draws_numbers(node: ast.AST, imports: set[str]) -> bool:
    return imports_any(node, {"random", "numpy.random"}) or (
        isinstance(node, ast.Attribute)
        and dotted(node) in {"np.random", "numpy.random"}
    )


def runs_data(node: ast.AST, imports: set[str]) -> bool:
    return imports_any(node, PICKLERS) or (
        isinstance(node, ast.Call)
        and dotted(node.func).removeprefix("builtins.") in {"eval", "exec"}
    )


DOORS: dict[str, tuple[Callable[[ast.AST, set[str]], bool], tuple[str, ...]]] = {
    "files are written": (writes_file, ("synalinks/_internal/files.py",)),
    "stdout is written": (
        writes_stdout,
        ("synalinks/_internal/console.py", "synalinks/cli"),
    ),
    "random numbers are drawn": (draws_numbers, ("synalinks/_internal/rng.py",)),
    "data is run as code": (runs_data, ()),
}


@pytest.mark.parametrize("door", DOORS)
def test_nothing_goes_around_a_door(door, sources):
    """Files, stdout, random numbers and code are reached from the named files only."""
    touches, homes = DOORS[door]

    found = {
        source.path: node.lineno
        for source in sources
        if not source.path.startswith(homes)
        for imports in [{name for _, name in source.imports()}]
        for node in ast.walk(source.tree)
        if touches(node, imports)
    }

    allowed = {path for allowed_door, path in ALLOWED if allowed_door == door}
    outside = [f"{path}:{found[path]}" for path in sorted(found.keys() - allowed)]
    assert not outside, f"{door} outside {homes or 'any door'}: {outside}"
    stale = sorted(allowed - found.keys())
    assert not stale, f"allowances that nothing needs any more: {stale}"


@pytest.mark.parametrize(
    ("door", "code"),
    [
        ("files are written", "open('a', 'w')"),
        ("files are written", "open('a', mode=mode)"),
        ("files are written", "path.open('ab')"),
        ("files are written", "path.write_text('')"),
        ("files are written", "Path('a').write_bytes(b'')"),
        ("files are written", "import os\nos.replace('a', 'b')"),
        ("files are written", "from os import replace\nreplace('a', 'b')"),
        ("files are written", "tempfile.mkstemp()"),
        ("stdout is written", "print('a')"),
        ("stdout is written", "sys.stdout.write('a')"),
        ("stdout is written", "from sys import stdout\nstdout.write('a')"),
        ("random numbers are drawn", "import random"),
        ("random numbers are drawn", "from random import shuffle"),
        ("random numbers are drawn", "from numpy import random"),
        ("random numbers are drawn", "np.random.rand()"),
        ("data is run as code", "import pickle"),
        ("data is run as code", "from marshal import loads"),
        ("data is run as code", "eval('1')"),
        ("data is run as code", "builtins.exec('1')"),
    ],
)
def test_a_door_sees(door, code):
    """Each way around a door is recognised."""
    tree = ast.parse(code)
    imports = {
        f"{node.module}.{alias.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }

    assert any(DOORS[door][0](node, imports) for node in ast.walk(tree))


@pytest.mark.parametrize(
    "code",
    ["open('a')", "path.open()", "open('a', 'rb')", "re.compile('a')", "eval_()"],
)
def test_a_door_lets_pass(code):
    """Reading and look-alikes are no use of a door."""
    nodes = list(ast.walk(ast.parse(code)))

    assert not any(touches(n, set()) for touches, _ in DOORS.values() for n in nodes)
