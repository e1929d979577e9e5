"""Folders of runs: what a run leaves so that another process can go on with it."""

from synalinks._internal.public import publish
from synalinks.backups._run_card import RunCard, RunEnding
from synalinks.backups._run_folder import RunFolder
from synalinks.backups._run_record import COMMIT, Commit, RunRecord, find_runs, read_run

__all__ = [
    "COMMIT",
    "Commit",
    "RunCard",
    "RunEnding",
    "RunFolder",
    "RunRecord",
    "find_runs",
    "read_run",
]

publish(__name__)
