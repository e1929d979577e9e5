"""`synalinks init` writes a whole project, or nothing."""

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from synalinks.cli import app

TEMPLATES = ["script", "autotrain", "api", "mcp"]


def init(*options):
    """Run the command; what it says goes to the result."""
    return CliRunner().invoke(app, ["init", *options])


@pytest.mark.parametrize("template", TEMPLATES)
def test_every_template_gives_a_project(template):
    """What a project needs is there, filled in, and no mark of a template is left."""
    done = init("shop", "-t", template, "-n", "My shop", "-d", 'It says "hi" \\ and é')

    assert done.exit_code == 0, done.output
    project = Path("shop")
    present = {p.relative_to(project).as_posix() for p in project.rglob("*")}
    assert {
        "pyproject.toml", "README.md", ".env.example", ".gitignore",
        "my_shop/program.py", "tests/test_program.py",
    } <= present  # fmt: skip
    assert ("Dockerfile" in present) == (template in {"api", "mcp"})
    settings = tomllib.loads((project / "pyproject.toml").read_text("utf-8"))
    assert settings["project"]["name"] == "my-shop"
    assert settings["project"]["description"] == 'It says "hi" \\ and é'
    for path in filter(Path.is_file, project.rglob("*")):
        text = path.read_text(encoding="utf-8")
        assert "{{" not in text
        assert "{%" not in text
        if path.suffix == ".py":
            compile(text, str(path), "exec")


def test_what_a_container_copies_is_there():
    """A Dockerfile names no file that the project does not have."""
    init("shop", "-t", "api")

    lines = Path("shop/Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [
        w for line in lines if line.startswith("COPY") for w in line.split()[1:-1]
    ]
    assert len(copied) >= 4
    assert all(Path("shop", one).exists() for one in copied if "[" not in one)


def test_the_folder_gives_the_name():
    """Without a name it is that of the folder; the model is the one asked for."""
    done = init("ticket-triage", "-m", "ollama/mistral")

    assert done.exit_code == 0, done.output
    program = Path("ticket-triage/ticket_triage/program.py").read_text("utf-8")
    assert 'name="ticket_triage"' in program
    assert '"ollama/mistral"' in program


def test_files_that_are_there_stay_unless_forced():
    """Nothing is replaced in silence, and nothing else is touched."""
    init("shop")
    Path("shop/main.py").write_text("mine", encoding="utf-8")
    Path("shop/notes.txt").write_text("mine too", encoding="utf-8")
    Path("shop/README.md").unlink()

    refused = init("shop")

    assert refused.exit_code == 1
    assert "already. Give another folder, or `--force`" in refused.output
    assert not Path("shop/README.md").exists()
    assert init("shop", "--force").exit_code == 0
    assert Path("shop/main.py").read_text("utf-8") != "mine"
    assert Path("shop/notes.txt").read_text("utf-8") == "mine too"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["a", "-t", "app"], "There is no template 'app'. There are: `script`"),
        (["a", "-t", "scrip"], "Did you mean `script`?"),
        (["a", "-n", "json"], "gives the package `json`, which Python cannot import"),
        (["a", "-n", "2nd"], "Pass `--name` with letters first"),
        (["a", "-m", "opnai/m"], "openai"),
    ],
    ids=["absent", "near", "taken", "no name", "model"],
)
def test_mistakes_write_nothing(options, message):
    """Each mistake is a sentence, and there is no folder."""
    done = init(*options)

    assert done.exit_code == 1
    assert message in done.output
    assert not Path("a").exists()


def test_the_templates_are_listed():
    """`--list` tells what there is."""
    done = init("--list")

    assert [line.split()[0] for line in done.output.splitlines()] == TEMPLATES
