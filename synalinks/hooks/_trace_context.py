"""Whom and what the traces made here are for."""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from synalinks._internal import context
from synalinks._internal.shape import is_dict
from synalinks.errors import ConfigurationError, show

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceFacts:
    """What `trace_context` says of all traces that begin inside it."""

    user_id: str | None = None
    """Who asked."""
    session_id: str | None = None
    """The conversation that it is part of."""
    metadata: Mapping[str, str] = field(default_factory=dict[str, str])
    """What can never change."""
    tags: Mapping[str, str] = field(default_factory=dict[str, str])
    """What may be changed in MLflow."""


_NOTHING = TraceFacts()
trace_facts: ContextVar[TraceFacts] = ContextVar("trace_facts", default=_NOTHING)


@contextlib.contextmanager
def trace_context(
    user_id: str | None = None,
    session_id: str | None = None,
    metadata: Mapping[str, Any] | None = None,
    tags: Mapping[str, Any] | None = None,
) -> Generator[None]:
    """Say in a `with` block whom and what its traces are for.

    Blocks inside one another add up; what the inner one says wins. Tasks that are
    begun inside a block belong to it, others do not.

    Args:
        user_id: Who asked; MLflow shows traces by user.
        session_id: The conversation that they are part of; MLflow groups by it.
        metadata: Further facts, which cannot be changed afterwards.
        tags: Further facts, which can.

    Yields:
        None.

    Raises:
        ConfigurationError: `metadata` or `tags` are no dicts.
    """
    for name, value in (("metadata", metadata), ("tags", tags)):
        if value is not None and not is_dict(value):
            msg = f"`{name}` is a dict of texts by name, received: {show(value)}."
            raise ConfigurationError(msg)
    outer = trace_facts.get()
    facts = TraceFacts(
        user_id=user_id or outer.user_id,
        session_id=session_id or outer.session_id,
        metadata={**outer.metadata, **_texts(metadata)},
        tags={**outer.tags, **_texts(tags)},
    )
    with context.bound(trace_facts, facts):
        yield


def _texts(values: Mapping[str, Any] | None) -> dict[str, str]:
    return {str(name): str(value) for name, value in (values or {}).items()}
