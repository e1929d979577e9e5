"""The commands and their options."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from synalinks.cli._demo import DemoSettings, run_demo
from synalinks.cli._init import TEMPLATES, InitSettings, list_templates, run_init
from synalinks.cli._runs import list_runs, show_page, show_run
from synalinks.errors import SynalinksError
from synalinks.version import __version__

if TYPE_CHECKING:
    from collections.abc import Generator

_TEMPLATES_HELP = "; ".join(f"{name}, {what}" for name, what in TEMPLATES.items())

app: typer.Typer = typer.Typer(
    help="Train programs made of language-model calls.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


def _print_version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            callback=_print_version,
            is_eager=True,
            help="Print the version and exit.",
        ),
    ] = False,
) -> None:
    """Train programs made of language-model calls."""


@app.command(
    help="Train a classifier of short texts, and show what it learned. Without options "
    "it runs offline in seconds, on messages that are shipped and with a small model "
    "that is built in."
)
def demo(  # noqa: PLR0917 - options are named on the command line
    data: Annotated[
        Path | None,
        typer.Option(help="CSV file of labelled texts; by default the shipped one."),
    ] = None,
    label_column: Annotated[
        str | None, typer.Option(help="Column of --data that holds the label.")
    ] = None,
    text_column: Annotated[
        str | None,
        typer.Option(
            help="Column of --data that holds the text; by default the one with the "
            "longest values."
        ),
    ] = None,
    model: Annotated[
        str, typer.Option(help="Language model, as provider/name.")
    ] = "embedded/learner",
    seed: Annotated[int, typer.Option(help="Seed of splits and draws.")] = 0,
    epochs: Annotated[
        int, typer.Option(min=1, help="Passes over the training texts.")
    ] = 4,
    n_train: Annotated[
        int | None,
        typer.Option(min=1, help="Training texts; by default 160, or 4 in 9."),
    ] = None,
    n_validation: Annotated[
        int | None,
        typer.Option(min=1, help="Validation texts; by default 80, or 2 in 9."),
    ] = None,
    n_test: Annotated[
        int | None,
        typer.Option(min=1, help="Test texts; by default 120, or 3 in 9."),
    ] = None,
    output: Annotated[
        Path, typer.Option(help="Folder for the program, history.csv and the plot.")
    ] = Path("demo_output"),
) -> None:
    """Train a classifier of short texts, and show what it learned."""
    settings = DemoSettings(
        data=data,
        label_column=label_column,
        text_column=text_column,
        model=model,
        seed=seed,
        epochs=epochs,
        n_train=n_train,
        n_validation=n_validation,
        n_test=n_test,
        output=output,
    )
    with _errors_in_one_line():
        run_demo(settings)


@app.command(
    help="Write a project that runs offline and passes its own tests: "
    + _TEMPLATES_HELP
)
def init(  # noqa: PLR0917 - options are named on the command line
    project: Annotated[
        Path, typer.Argument(help="Folder of the project; made if need be.")
    ] = Path(),
    name: Annotated[
        str | None,
        typer.Option("--name", "-n", help="Name; by default that of the folder."),
    ] = None,
    description: Annotated[
        str | None, typer.Option("--description", "-d", help="What the project does.")
    ] = None,
    template: Annotated[
        str, typer.Option("--template", "-t", help="What to write.")
    ] = "script",
    model: Annotated[
        str, typer.Option("--model", "-m", help="Language model, as provider/name.")
    ] = "embedded/learner",
    list_: Annotated[
        bool, typer.Option("--list", "-l", help="List the templates and exit.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", "-f", help="Replace files that are there.")
    ] = False,
) -> None:
    """Write a project that runs offline and passes its own tests."""
    if list_:
        list_templates()
        return
    settings = InitSettings(
        project=project,
        name=name,
        description=description,
        template=template,
        model=model,
        force=force,
    )
    with _errors_in_one_line():
        run_init(settings)


@app.command(help="List the experiments and runs at or below a folder.")
def runs(
    folder: Annotated[Path, typer.Argument(help="Where to look.")] = Path(),
) -> None:
    """List the experiments and runs at or below a folder."""
    with _errors_in_one_line():
        list_runs(folder)


@app.command(
    help="Show a run, with its prompts as they changed; with --html, write a page "
    "about it."
)
def show(
    folder: Annotated[Path, typer.Argument(help="The `backup_dir` of the run.")],
    file: Annotated[
        Path | None,
        typer.Argument(help="File of the page; beside the folder by default."),
    ] = None,
    html: Annotated[
        bool, typer.Option("--html", help="Write a page: one file, no network.")
    ] = False,
) -> None:
    """Show a run, with its prompts as they changed.

    Raises:
        BadParameter: There is a file and no `--html`.
    """
    if file is not None and not html:
        msg = "a file is written with `--html` only"
        raise typer.BadParameter(msg)
    with _errors_in_one_line():
        show_page(folder, file) if html else show_run(folder)


@contextlib.contextmanager
def _errors_in_one_line() -> Generator[None]:
    try:
        yield
    except SynalinksError as error:
        typer.echo(f"{type(error).__name__}: {error}", err=True)
        raise typer.Exit(code=1) from None
