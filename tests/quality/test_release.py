"""What a release says of itself agrees."""

import re
import tomllib

from synalinks.version import __version__


def test_the_changelog_begins_with_the_version(root):
    """A development version has its entries under Unreleased, a release has its own."""
    text = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    entries = re.findall(r"^## \[(.+?)\]", text, flags=re.MULTILINE)

    expected = "Unreleased" if ".dev" in __version__ else __version__

    assert entries[0] == expected
    assert len(set(entries)) == len(entries)


def test_extras_are_tested(root):
    """What an extra installs is there when the tests run."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    tested = {
        re.split(r"[<>=\[]", str(one))[0]
        for one in settings["dependency-groups"]["test"]
    }

    for name, packages in settings["project"]["optional-dependencies"].items():
        needed = {re.split(r"[<>=\[]", one)[0] for one in packages}
        assert needed <= tested, name
