"""Folders of runs: what a run leaves so that another process can go on with it."""

from synalinks._internal.public import publish
from synalinks.backups._run_card import RunCard, RunEnding, read_card
from synalinks.backups._run_folder import STOP_NAME, RunFolder
from synalinks.backups._run_record import COMMIT, Commit, RunRecord, find_runs, read_run

__all__ = [
    "COMMIT",
    "STOP_NAME",
    "Commit",
    "RunCard",
    "RunEnding",
    "RunFolder",
    "RunRecord",
    "find_runs",
    "read_card",
    "read_run",
]

publish(__name__)
