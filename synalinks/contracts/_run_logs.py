"""`RunLogs`: the numbers and records of a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from synalinks.errors import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from synalinks._internal.json import JsonObject

T = TypeVar("T")

_MISSING: Any = object()


class RunLogs:
    """The part of `TrainerState` that keeps what is logged.

    Attributes:
        logs: The dict of the hook under way: the row of a batch, or of an epoch.
        rows: One dict of logs per batch.
        records: What was logged and is no number.
    """

    def __init__(self) -> None:
        super().__init__()
        self.logs: dict[str, Any] = {}
        self.rows: list[dict[str, Any]] = []
        self.records: list[JsonObject] = []
        self._latest: dict[str, float] = {}

    if TYPE_CHECKING:

        @property
        def step(self) -> int: ...

    @property
    def log_store(self) -> list[dict[str, Any]]:
        """The same as `rows`: one dict of logs per batch."""
        return self.rows

    @property
    def logged_metrics(self) -> dict[str, float]:
        """The latest value of each number."""
        return dict(self._latest)

    def note(self, logs: Mapping[str, Any]) -> None:
        """Remember the latest values.

        Args:
            logs: Values by name.
        """
        for name, value in logs.items():
            if isinstance(value, (int, float)):
                self._latest[name] = float(value)

    @overload
    def get_metric(self, name: str) -> float: ...

    @overload
    def get_metric(self, name: str, default: T) -> float | T: ...

    def get_metric(self, name: str, default: Any = _MISSING) -> Any:
        """Return the latest value of a number.

        Args:
            name: Its name in the logs.
            default: What to return if it is not known.

        Raises:
            KeyError: It is not known, and there is no default.
        """
        if name in self._latest:
            return self._latest[name]
        if default is not _MISSING:
            return default
        msg = (
            f"The run has no value named {name!r}.{did_you_mean(name, self._latest)} "
            f"Available: {', '.join(sorted(self._latest)) or 'none yet'}."
        )
        raise KeyError(msg)

    def log(self, key: str, value: Any) -> None:
        """Log a value: a number into the present logs, other JSON into `records`.

        Args:
            key: Name of the value.
            value: A number, or any JSON value. The numbers and arrays of NumPy and its
                like become numbers and lists.
        """
        value = value.tolist() if hasattr(value, "tolist") else value
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            self.logs[key] = value
            self._latest[key] = float(value)
        else:
            self.records.append({"step": self.step, "key": key, "value": value})
