"""The command line: `synalinks demo`."""

from synalinks.cli._app import app

__all__ = ["app"]
