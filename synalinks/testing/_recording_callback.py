"""`RecordingCallback`: notes every hook that is called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from synalinks._internal.console import write
from synalinks._internal.shape import is_dict
from synalinks.callbacks import HOOKS, Callback

if TYPE_CHECKING:
    from collections.abc import Callable


class RecordingCallback(Callback):
    """Notes every hook with its arguments, in the order in which they are called.

    Args:
        prints: Whether to print a line per hook as well.

    Attributes:
        events: Pairs of a hook's name and its arguments; logs are copied.
    """

    def __init__(self, *, prints: bool = False) -> None:
        self.events: list[tuple[str, tuple[Any, ...]]] = []
        self._prints = prints

    def note(self, hook: str, args: tuple[Any, ...]) -> None:
        """Note one call.

        Args:
            hook: Name of the hook.
            args: Its arguments.
        """
        kept = tuple(dict(one) if is_dict(one) else one for one in args)
        self.events.append((hook, kept))
        if self._prints:
            write(f"{hook}{kept}\n")

    def hooks(self) -> list[str]:
        """Return the names of the hooks called so far."""
        return [hook for hook, _ in self.events]

    def logs_of(self, hook: str) -> list[Any]:
        """Return the last argument of each call of a hook.

        Args:
            hook: Name of the hook.
        """
        return [args[-1] for name, args in self.events if name == hook]


def _noting(hook: str) -> Callable[..., None]:
    def note(self: RecordingCallback, *args: Any, **named: Any) -> None:
        self.note(hook, (*args, *named.values()))

    return note


for _hook in HOOKS:
    # The short batch hooks are called through the long ones.
    if _hook not in {"on_batch_begin", "on_batch_end"}:
        setattr(RecordingCallback, _hook, _noting(_hook))
