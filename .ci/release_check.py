"""Build the release, look into it, and use it in a clean environment.

    python .ci/release_check.py [folder for the archives]

It needs the packages `build` and, if it is there, uses `uv`. Nothing of the checkout is
in the way of what is installed: all commands run in a folder of their own.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]

IN_WHEEL = (
    "synalinks/py.typed",
    "synalinks/datasets/data/support_messages.csv",
    "synalinks/cli/templates/common/pyproject.toml.jinja",
    "synalinks/cli/templates/common/.env.example.jinja",
    "synalinks/cli/templates/common/.gitignore.jinja",
    "synalinks/cli/templates/autotrain/data/messages.csv",
    "synalinks/cli/templates/api/Dockerfile.jinja",
    "synalinks/cli/templates/api/_usage.md",
    "synalinks/cli/templates/mcp/__package__/server.py.jinja",
)
IN_SDIST = ("pyproject.toml", "LICENSE", "README.md", "CHANGELOG.md", "Makefile")
SDIST_FOLDERS = ("synalinks", "tests", "guides", "docs", "benchmarks")


def run(*command: object, folder: Path) -> str:
    """Run a command, and return what it printed."""
    print("$", *command, flush=True)
    clean = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "SYNALINKS", "VIRTUAL_ENV"))
    }
    done = subprocess.run(
        [*map(str, command)],
        cwd=folder,
        env=clean,
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}{done.stderr}\nfailed: {command}")
    return done.stdout


def build(folder: Path) -> tuple[Path, Path]:
    """Return the wheel and the source archive, the wheel built from the latter."""
    run(sys.executable, "-m", "build", "--outdir", folder, ROOT, folder=folder)
    (wheel,), (sdist,) = folder.glob("*.whl"), folder.glob("*.tar.gz")
    return wheel, sdist


def check_contents(wheel: Path, sdist: Path) -> None:
    """End if something is missing, or there is something that users should not get."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (licence,) = (name for name in names if name.endswith("licenses/LICENSE"))
        assert archive.read(licence)
    missing = set(IN_WHEEL) - {*names}
    foreign = [n for n in names if not n.startswith(("synalinks/", "synalinks-"))]
    left = [n for n in names if "__pycache__" in n or n.endswith((".pyc", ".whl"))]
    if missing or foreign or left:
        sys.exit(
            f"{wheel.name}: missing {missing}, foreign {foreign}, left over {left}"
        )
    with tarfile.open(sdist) as archive:
        paths = {Path(*Path(name).parts[1:]).as_posix() for name in archive.getnames()}
    wanted = {*IN_SDIST, *IN_WHEEL}
    folders = {Path(path).parts[0] for path in paths if "/" in path}
    if wanted - paths or {*SDIST_FOLDERS} - folders:
        sys.exit(
            f"{sdist.name}: missing {wanted - paths}, {set(SDIST_FOLDERS) - folders}"
        )
    print(f"{wheel.name}: {len(names)} files; {sdist.name}: {len(paths)} entries")


def check_installed(wheel: Path, folder: Path) -> None:
    """Install the wheel without extras, and do with it what a newcomer does."""
    python = folder / "venv" / "bin" / "python"
    if uv := shutil.which("uv"):
        run(
            uv, "venv", "-q", "--python", sys.executable, folder / "venv", folder=folder
        )
        run(uv, "pip", "install", "-q", "--python", python, wheel, folder=folder)
    else:
        run(sys.executable, "-m", "venv", folder / "venv", folder=folder)
        run(python, "-m", "pip", "install", "-q", wheel, folder=folder)
    synalinks = python.with_name("synalinks")
    version = run(synalinks, "--version", folder=folder).strip()
    assert version in wheel.name, (version, wheel.name)
    assert "after" in run(synalinks, "demo", folder=folder)
    for template in ("script", "autotrain", "api", "mcp"):
        run(synalinks, "init", folder / f"a-{template}", "-t", template, folder=folder)
    topic = run(python, "main.py", "Where is my parcel?", folder=folder / "a-script")
    assert topic.strip() in {"billing", "delivery", "other"}
    print(run(python, "train.py", "--epochs", "1", folder=folder / "a-autotrain")[-90:])


def main() -> None:
    """Do all of it."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        archives = Path(sys.argv[1]).resolve() if sys.argv[1:] else folder / "dist"
        archives.mkdir(parents=True, exist_ok=True)
        wheel, sdist = build(archives)
        check_contents(wheel, sdist)
        check_installed(wheel, folder)
    print("The release can be used.")


if __name__ == "__main__":
    main()
