"""Every public package says what it offers, and offers what it says."""

import ast
import difflib
import importlib
import json
import re

import pytest
from followed_api import FOLLOWED, LEDGER, coverage, excused_names, missing_names
from public_api import SNAPSHOT, describe_all


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


def test_the_public_api_is_the_one_that_was_agreed(root):
    """No name, parameter or default changes by accident."""
    agreed = json.loads(SNAPSHOT.read_text(encoding="utf-8"))

    found = describe_all()

    diff = difflib.unified_diff(
        [f"{name}: {line}" for name, line in agreed.items()],
        [f"{name}: {line}" for name, line in found.items()],
        "agreed",
        "found",
        lineterm="",
        n=0,
    )
    assert found == agreed, "\n".join(
        [
            "The public API has changed. Meant to? Run `python tests/public_api.py`, "
            "and tell users in CHANGELOG.md.",
            *diff,
        ]
    )


def test_the_snapshot_sees_names_parameters_and_defaults():
    """What users write in a call is in the snapshot."""
    agreed = json.loads(SNAPSHOT.read_text(encoding="utf-8"))

    fit = agreed["synalinks.training.Trainer.fit"]
    assert fit.startswith("async def (self, x=None, y=None, batch_size=1, minibatch")
    assert agreed["synalinks.Program"] == "is synalinks.programs.Program"
    assert agreed["synalinks.callbacks.CSVLogger"] == (
        "class of Callback: (filepath, separator=',', append=False)"
    )


def test_the_ledger_tells_what_is_missing():
    """Each name that scripts may use is there, or the ledger says that it is not."""
    missing, excused = missing_names(), excused_names()

    assert not missing - excused, "add them to docs/compatibility.md"
    assert not excused - missing, "they are there: take them out of the ledger"
    assert len(FOLLOWED) > 300
    reasons = LEDGER.read_text(encoding="utf-8").partition("## Not there")[2]
    assert "later" not in reasons, "a reason is no promise"


def test_nearly_all_names_are_there():
    """At least 95 % of the names that scripts are written for can be used."""
    assert coverage() >= 0.95
