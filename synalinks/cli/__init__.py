"""The command line: `synalinks demo`, `runs` and `show`."""

from synalinks.cli._app import app

__all__ = ["app"]
