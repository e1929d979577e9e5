"""Every public package says what it offers, and offers what it says."""

import ast
import importlib
import re

import pytest


def public_packages(sources) -> list[str]:
    """Return the dotted names of all packages without a private part in their path."""
    return [
        source.path.removesuffix("/__init__.py").replace("/", ".")
        for source in sources
        if source.path.endswith("/__init__.py") and "/_" not in source.path[:-12]
    ]


def in_order(names: list[str]) -> list[str]:
    """Sort as ruff does (RUF022): constants, then classes, then the rest."""

    def key(name: str):
        rank = 0 if name.isupper() and len(name) > 1 else 1 if name[0].isupper() else 2
        pieces = re.split(r"(\d+)", name)
        return rank, [(not p.isdigit(), int(p) if p.isdigit() else p) for p in pieces]

    return sorted(names, key=key)


def test_every_public_package_has_a_sorted_all(sources):
    """`__all__` exists, is sorted, names nothing twice, and each name resolves."""
    problems: list[str] = []
    for package in public_packages(sources):
        module = importlib.import_module(package)
        if not hasattr(module, "__all__"):
            problems.append(f"{package} has no __all__")
            continue
        names = list(module.__all__)
        if names != in_order(names) or len(set(names)) != len(names):
            problems.append(f"{package}.__all__ is not sorted: {in_order(names)}")
        problems += [
            f"{package}.{name} does not resolve"
            for name in names
            if not hasattr(module, name)
        ]

    assert not problems, "\n".join(problems)


def test_package_files_only_re_export(sources):
    """The `__init__.py` of a public package defines no class."""
    found = [
        f"{source.path}:{node.lineno}"
        for source in sources
        if source.path.endswith("/__init__.py") and source.path.count("/") > 1
        for node in source.tree.body
        if isinstance(node, ast.ClassDef)
    ]

    assert not found, found


@pytest.mark.parametrize(
    "names",
    [["MAX", "LMRequest", "LanguageModel", "fit"], ["Rating", "Rating2", "Rating10"]],
)
def test_the_order_is_the_one_of_ruff(names):
    """The order of this test and of the formatter agree."""
    assert in_order(sorted(names)) == names
