"""`Hook`: what to override to observe calls."""

from __future__ import annotations

from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from synalinks.errors import ConfigurationError

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.hooks._call import Call

observed_now: ContextVar[Call | None] = ContextVar("observed_now", default=None)


class Hook:
    """Observes the calls of modules, language models and embedding models.

    Give one to `Module(hooks=[...])` or `LanguageModel(hooks=[...])`, or add it to what
    exists with `add_hook`. One hook may observe any number of objects, and calls that
    run at the same time: `self.call` is the one that the method is called for. Both
    methods run on the event loop between two calls, so they must not wait for anything.
    What they raise becomes a warning.
    """

    @property
    def call(self) -> Call:
        """What is known of the call: what was called, when, and what it took.

        Raises:
            ConfigurationError: No call is observed here.
        """
        call = observed_now.get()
        if call is None:
            msg = f"`{type(self).__name__}.call` is there only inside its methods."
            raise ConfigurationError(msg)
        return call

    @property
    def module(self) -> Any:
        """What was called: a module, a model or a reward."""
        return self.call.subject

    def on_call_begin(
        self,
        call_id: str,
        parent_call_id: str | None = None,
        inputs: Any = None,
        kwargs: JsonObject | None = None,
    ) -> None:
        """Run before a call.

        Args:
            call_id: Identity of the call.
            parent_call_id: Identity of the call that it is part of.
            inputs: What it is called with.
            kwargs: Its keyword arguments.
        """

    def on_call_end(
        self,
        call_id: str,
        parent_call_id: str | None = None,
        outputs: Any = None,
        exception: BaseException | None = None,
    ) -> None:
        """Run after a call, also after one that failed or was cancelled.

        Args:
            call_id: Identity of the call.
            parent_call_id: Identity of the call that it is part of.
            outputs: What it returned; None if it failed.
            exception: Why it failed, or None.
        """
