"""Folders of runs: what a run leaves so that another process can go on with it."""

from synalinks._internal.public import publish
from synalinks.backups._run_card import RunCard, RunEnding, read_card
from synalinks.backups._run_details import (
    GROWN,
    MOMENT,
    SAMPLE,
    FailureCount,
    Moment,
    PhaseUsage,
    RunDetails,
    ScoredSample,
    read_details,
)
from synalinks.backups._run_folder import STOP_NAME, RunFolder
from synalinks.backups._run_record import COMMIT, Commit, RunRecord, find_runs, read_run

__all__ = [
    "COMMIT",
    "GROWN",
    "MOMENT",
    "SAMPLE",
    "STOP_NAME",
    "Commit",
    "FailureCount",
    "Moment",
    "PhaseUsage",
    "RunCard",
    "RunDetails",
    "RunEnding",
    "RunFolder",
    "RunRecord",
    "ScoredSample",
    "find_runs",
    "read_card",
    "read_details",
    "read_run",
]

publish(__name__)
