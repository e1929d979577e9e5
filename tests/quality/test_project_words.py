"""What no file of the project may say."""

import re
import subprocess

FORBIDDEN = {
    # The public index gives that name to another project.
    "installs another project": re.compile(
        r"(pip3? install|uv add)(\s+-{1,2}[\w-]+)*\s+[`'\"]?synalinks\b(?!/)"
    ),
    "a path of one machine": re.compile(
        r"(?<![\w.:/])/(work|root|farm|home|Users)/[\w.]|site[-]packages"
    ),
}


def test_no_file_says_what_it_may_not(root):
    """No text names the wrong package to install or a path of one machine."""
    found = [
        f"{path}:{number}: {what}: {line.strip()[:80]}"
        for path in project_files(root)
        for number, line in enumerate(read_lines(root / path), start=1)
        for what, pattern in FORBIDDEN.items()
        if pattern.search(line)
    ]

    assert not found, "\n".join(found)


def project_files(root) -> list[str]:
    """Return what is or could be committed: all files that git does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        paths = run.stdout.splitlines()
    else:  # an unpacked archive
        folders = ["synalinks", "tests", "guides", "docs", "benchmarks"]
        paths = [
            path.relative_to(root).as_posix()
            for folder in folders
            for path in (root / folder).rglob("*")
            if "__pycache__" not in path.parts
        ]
        paths += [path.name for path in root.glob("*")]
    return [path for path in paths if (root / path).is_file()]


def read_lines(path) -> list[str]:
    return path.read_text(encoding="utf-8", errors="replace").splitlines()


def test_the_words_are_recognised():
    """The patterns find what they are for, and let the right sentences pass."""
    install, path = FORBIDDEN.values()
    name = "synalinks"

    assert install.search(f"run pip install -U {name} first")
    assert install.search(f'pip install "{name}[all]"')
    assert not install.search(f"cd {name} && pip install -e .")
    assert path.search("see /ho" + "me/someone/file")
    assert path.search("lib/python3.11/site" + "-packages")
    assert not path.search("https://example.org/ho" + "me/page")
