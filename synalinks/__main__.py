"""Run the command line as `python -m synalinks`."""

from synalinks.cli import app

app()
