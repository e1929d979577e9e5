"""The command line: `synalinks demo`, `init`, `runs` and `show`."""

from synalinks.cli._app import app

__all__ = ["app"]
