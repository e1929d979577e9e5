"""The library's sources, parsed once."""

import ast
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Source:
    """One Python file of the library."""

    path: str  # from the root of the project, such as "synalinks/graph/_node.py"
    tree: ast.Module

    def imports(self) -> list[tuple[int, str]]:
        """Return (line, full dotted name) of everything the file imports."""
        found: list[tuple[int, str]] = []
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                found += [(node.lineno, alias.name) for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                found += [
                    (node.lineno, f"{node.module}.{alias.name}") for alias in node.names
                ]
        return found


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def sources() -> list[Source]:
    paths = sorted((ROOT / "synalinks").rglob("*.py"))
    assert paths, "no sources found: do the tests run from a checkout?"
    return [
        Source(
            path=path.relative_to(ROOT).as_posix(),
            tree=ast.parse(path.read_text(encoding="utf-8")),
        )
        for path in paths
    ]


@pytest.fixture(autouse=True)
def _loop_stays_free() -> None:
    """Import nothing here: these tests read the sources, or start a new process."""
