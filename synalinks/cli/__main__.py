"""Run the command line as `python -m synalinks.cli`."""

from synalinks.cli._app import app

app()
