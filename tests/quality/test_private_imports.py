"""A file whose name starts with `_` belongs to its package."""

from pathlib import PurePosixPath


def test_no_package_imports_a_private_file_of_another(sources):
    """Only `synalinks._internal` is shared; other private files stay at home."""
    outside = [
        f"{source.path}:{line} imports {name}"
        for source in sources
        for line, name in source.imports()
        if not may_import(source.path, name)
    ]

    assert not outside, outside


def may_import(path: str, name: str) -> bool:
    """Tell whether the file at `path` may import the dotted `name`."""
    parts = name.split(".")
    if parts[0] != "synalinks" or parts[:2] == ["synalinks", "_internal"]:
        return True
    for index, part in enumerate(parts):
        if part.startswith("_") and not part.startswith("__"):
            owner = PurePosixPath(*parts[:index])
            return index > 1 and PurePosixPath(path).is_relative_to(owner)
    return True


def test_the_rule_tells_own_from_foreign():
    """The rule allows own files and the shared package, and refuses the rest."""
    path = "synalinks/graph/_node.py"

    assert may_import(path, "synalinks.graph._function.Function")
    assert may_import(path, "synalinks._internal.naming.unique")
    assert may_import(path, "synalinks.ops.concat")
    assert not may_import(path, "synalinks.ops._concat.concat")
    assert not may_import(path, "synalinks.ops._concat")
    assert not may_import("synalinks/__init__.py", "synalinks.graph._node.Node")
