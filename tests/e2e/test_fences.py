"""No page shows code or commands that nobody has tried."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted(ROOT.glob("docs/*.md"))]

# Run as they stand, each example of them, by the test files of these names.
RUN_BY = {
    "README.md": "test_readme.py",
    "index.md": "test_docs_index.py",
    "deployment.md": "test_docs_deployment.py",
    "reports.md": "test_docs_reports.py",
    "testing.md": "test_docs_testing.py",
}
# Told before a fence of what cannot be run, with the reason.
EXCUSE = re.compile(r"<!-- not run: \w.+ -->\n$")

pytestmark = pytest.mark.e2e


def fences():
    """Yield the page, what stands before it, the language and the text of each."""
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        for fence in re.finditer(r"^```(\w*)\n(.*?)^```", text, flags=re.M | re.S):
            yield page, text[: fence.start()], fence[1], fence[2]


def commands(text):
    """Return the commands of a shell example, without prompts and comments."""
    lines = text.replace("\\\n", " ").splitlines()
    return [line.removeprefix("$ ").partition(" #")[0].strip() for line in lines]


def is_tried(page, language, text):
    """Tell whether a test runs an example."""
    if language == "python":
        return page.name in RUN_BY
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^(\w+):", makefile, flags=re.MULTILINE))
    return all(
        command.removeprefix("make ") in targets
        or ("synalinks" in command and page.name in RUN_BY)
        for command in commands(text)
    )


def test_every_example_is_run_or_excused():
    """Code runs in a test, commands exist, and what cannot be run says why."""
    untried = [
        f"{page.name}: {text.strip()[:60]!r}"
        for page, before, language, text in fences()
        if not is_tried(page, language, text) and not EXCUSE.search(before)
    ]

    assert not untried, "run them in a test, or put `<!-- not run: why -->` before them"
    for name in RUN_BY.values():
        assert (Path(__file__).parent / name).exists()


def test_the_examples_are_found():
    """The pages have the examples that this test is about."""
    languages = [language for _, _, language, _ in fences()]

    assert languages.count("python") >= 8
    assert {"sh", "console"} <= set(languages)
