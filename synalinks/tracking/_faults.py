"""What can go wrong between us and an MLflow server, in two words."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Generator

_FIRST_SERVER_ERROR = 500
_WORTH_TRYING_AGAIN = (408, 425, 429)


class Unreachable(Exception):  # noqa: N818 - a state, not a mistake
    """Nobody answered, or the server is not well: the same may work later.

    Attributes:
        has_answered: Whether there was an answer, of whatever kind.
    """

    def __init__(self, reason: str, *, has_answered: bool) -> None:
        super().__init__(reason)
        self.has_answered = has_answered


class Refused(Exception):  # noqa: N818 - as above
    """The server does not take this, and never will."""


@contextlib.contextmanager
def classified() -> Generator[None]:
    """Turn what MLflow raises into one of the two.

    Yields:
        None.

    Raises:
        Unreachable: It is worth trying again.
        Refused: It is not.
    """
    try:
        yield
    except (Unreachable, Refused):
        raise
    except Exception as error:
        status = _status_of(error)
        reason = f"{type(error).__name__}: {error}"
        # None: neither HTTP nor a database, but an error in what we sent, or in MLflow.
        if status is None or not _may_pass(status):
            raise Refused(reason) from error
        # Only an answer of the server has a body that MLflow could read.
        has_answered = hasattr(error, "json")
        raise Unreachable(reason, has_answered=has_answered) from error


def _may_pass(status: int) -> bool:
    return status >= _FIRST_SERVER_ERROR or status in _WORTH_TRYING_AGAIN


def _status_of(error: Any) -> int | None:
    names = [kind.__module__.partition(".")[0] for kind in type(error).__mro__]
    if hasattr(error, "get_http_status_code"):
        return int(error.get_http_status_code())
    if isinstance(error, OSError) or {"sqlalchemy", "requests"} & set(names):
        return _FIRST_SERVER_ERROR
    return None
