"""Hooks: they observe calls of programs, modules and models."""

from synalinks._internal.public import publish
from synalinks.hooks._call import Call, Kind
from synalinks.hooks._hook import Hook
from synalinks.hooks._logger import Logger
from synalinks.hooks._monitor import Monitor
from synalinks.hooks._observing import (
    Observation,
    add_session_hook,
    is_observed,
    note_usage,
    observe,
    remove_session_hooks,
    session_hooks,
)
from synalinks.hooks._recorder import Recorder
from synalinks.hooks._samples import (
    end_sample,
    inside_sample,
    observed_sample,
    scored_traces,
)
from synalinks.hooks._trace_context import trace_context

__all__ = [
    "Call",
    "Hook",
    "Kind",
    "Logger",
    "Monitor",
    "Observation",
    "Recorder",
    "add_session_hook",
    "end_sample",
    "inside_sample",
    "is_observed",
    "note_usage",
    "observe",
    "observed_sample",
    "remove_session_hooks",
    "scored_traces",
    "session_hooks",
    "trace_context",
]

publish(__name__)
