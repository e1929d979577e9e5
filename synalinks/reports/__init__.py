"""Pages for people: what became of a run."""

from synalinks._internal.public import publish
from synalinks.reports._report import write_report

__all__ = ["write_report"]

publish(__name__)
