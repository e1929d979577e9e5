"""Every exception and warning of the library.

```
SynalinksError
├─ ConfigurationError (ValueError)   NotCompiledError · GraphError · SchemaError ·
│                                    UnknownHookError · MonitorError
├─ ModuleError (RuntimeError)        NotBuiltError · OutputSchemaError
├─ SavingError                       FileFormatError (ValueError) ·
│                                    StateMismatchError (ValueError) ·
│                                    UnregisteredObjectError (TypeError) ·
│                                    UntrustedEndpointError · WriteError (OSError)
├─ LanguageModelError
│   ├─ TransientError                RateLimitedError · TimedOutError ·
│   │                                ServerError · ConnectionLostError
│   ├─ PermanentError                AuthenticationError · BadRequestError ·
│   │                                ModelNotFoundError · ContextTooLongError ·
│   │                                ContentRefusedError
│   ├─ InvalidOutputError
│   └─ BudgetExceededError
├─ TrainingError                     RewardError · AllSamplesFailedError ·
│   │                                FailureRateError
│   └─ ResumeError                   BackupMismatchError · BackupLockedError ·
│                                    DivergenceError
├─ ToolServerError (ConnectionError)
└─ MissingDependencyError (ImportError)
warnings: SynalinksWarning (UserWarning)
```

A message says what is wrong and where, what was received, what was expected and
what to do. The facts it is made of are attributes, so that programs test attributes
and people read messages.
"""

from __future__ import annotations

import contextlib
import difflib
import inspect
import warnings
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from synalinks.contracts import Usage

_STANDARD = Path(contextlib.__file__).parent
# A task is run by the event loop: the user's line is the one that runs the loop.
_NOT_THE_USERS = tuple(
    str(path)
    for path in (
        Path(__file__).parent,
        _STANDARD / "asyncio",
        _STANDARD / "concurrent",
        _STANDARD / "contextlib.py",
        _STANDARD / "threading.py",
    )
)
_MAX_VALUE_CHARS = 200
# A slip of the hand changes less than this; another word is no suggestion.
_ALIKE = 0.75


class SynalinksError(Exception):
    """Base of every error that the library raises on purpose."""


class ConfigurationError(SynalinksError, ValueError):
    """An argument, or a combination of arguments, cannot work.

    Raised before the first LM call wherever that can be known.
    """


class NotCompiledError(ConfigurationError):
    """The program was asked to train or evaluate before `compile`."""


class UnknownHookError(ConfigurationError):
    """A callback has a method that looks like a hook and is none."""


class MonitorError(ConfigurationError):
    """A callback monitors a value that the run does not have.

    Attributes:
        monitor: The name that was given.
    """

    def __init__(self, message: str, *, monitor: str = "") -> None:
        super().__init__(message)
        self.monitor = monitor


class GraphError(ConfigurationError):
    """Inputs and outputs do not form a graph that can be run."""


class SchemaError(ConfigurationError):
    """A JSON schema is malformed or does not fit its use."""


class ModuleError(SynalinksError, RuntimeError):
    """A module was used in a way its state does not allow."""


class ToolServerError(SynalinksError, ConnectionError):
    """A server of tools cannot be reached, does not answer, or has died."""


class NotBuiltError(ModuleError):
    """The module or program needs its inputs' schema first: call or build it."""


class OutputSchemaError(ModuleError):
    """The output schema of a module cannot be told without running it."""


class SavingError(SynalinksError):
    """Something could not be saved or loaded."""


class FileFormatError(SavingError, ValueError):
    """A file is not what its name says, is damaged, or is from a newer release."""


class StateMismatchError(SavingError, ValueError):
    """The saved variables are not those of this program."""


class UnregisteredObjectError(SavingError, TypeError):
    """A file names a class or function that is not registered for loading."""


class UntrustedEndpointError(SavingError):
    """A file says where calls are to go, and nobody has said that it may.

    Attributes:
        keys: Names of the settings that say so, such as `"api_base"`.
    """

    def __init__(self, message: str, *, keys: Iterable[str] = ()) -> None:
        super().__init__(message)
        self.keys: tuple[str, ...] = tuple(keys)


class WriteError(SavingError, OSError):
    """A file could not be written; what stood at that path before is untouched."""


class LanguageModelError(SynalinksError):
    """A language-model call failed.

    Attributes:
        provider: Name of the provider, such as `"openai"`.
        model: Full identifier of the model, such as `"openai/gpt-4o-mini"`.
        status_code: HTTP status of the answer, or None where there was none.
        retry_after_s: Seconds the server asked to wait, or None.
        interval_s: Seconds between calls that the server asks for, or 0.0.
        attempts: Requests that were sent for the call in all.
        usage: What answers took that were no good, and were paid for all the same; None
            where there was no answer.
        shares: What the bad answers of the model and of its fallbacks took, in order,
            if it has any.
    """

    def __init__(
        self,
        message: str,
        *,
        model: str = "",
        status_code: int | None = None,
        retry_after_s: float | None = None,
    ) -> None:
        super().__init__(message)
        self.model = model
        self.provider: str = model.partition("/")[0]
        self.status_code = status_code
        self.retry_after_s = retry_after_s
        self.interval_s: float = 0.0
        self.attempts = 0
        self.usage: Usage | None = None
        self.shares: tuple[Usage, ...] = ()


class TransientError(LanguageModelError):
    """The same call may succeed later."""


class RateLimitedError(TransientError):
    """The provider allows no more calls for now (HTTP 429)."""


class TimedOutError(TransientError):
    """No complete answer came in time."""


class ServerError(TransientError):
    """The provider failed (HTTP 5xx), or answered what is no answer."""


class ConnectionLostError(TransientError):
    """The provider could not be reached, or the connection broke."""


class PermanentError(LanguageModelError):
    """The same call will fail again."""


class AuthenticationError(PermanentError):
    """The provider refuses the key or its rights (HTTP 401, 403)."""


class BadRequestError(PermanentError):
    """The provider refuses the request as malformed (HTTP 400, 422)."""


class ModelNotFoundError(PermanentError):
    """The provider does not know the model or the address (HTTP 404)."""


class ContextTooLongError(PermanentError):
    """The prompt is longer than the model takes."""


class ContentRefusedError(PermanentError):
    """The model or a filter of the provider refused to answer."""


class InvalidOutputError(LanguageModelError):
    """The answer is not JSON, does not fit the schema, or was cut off.

    Attributes:
        answer: The text that the model answered.
    """

    def __init__(self, message: str, *, model: str = "", answer: str = "") -> None:
        super().__init__(message, model=model)
        self.answer = answer


class BudgetExceededError(LanguageModelError):
    """A call was not sent, since it could exceed the budget."""


class TrainingError(SynalinksError):
    """Training or evaluation cannot go on."""


class RewardError(TrainingError):
    """A reward function returned something that is not a finite number."""


class AllSamplesFailedError(TrainingError):
    """No sample of a batch got an answer; the causes are counted in the message."""


class FailureRateError(TrainingError):
    """More samples failed than `max_failure_rate` allows."""


class ResumeError(TrainingError):
    """A run cannot go on from what an earlier process has left."""


class BackupMismatchError(ResumeError):
    """The folder holds the state of a run that differs from this one.

    Attributes:
        differences: What differs: name to the values before and now.
    """

    def __init__(
        self, message: str, *, differences: dict[str, tuple[str, str]] | None = None
    ) -> None:
        super().__init__(message)
        self.differences: dict[str, tuple[str, str]] = differences or {}


class BackupLockedError(ResumeError):
    """Another run is using the folder."""


class DivergenceError(ResumeError):
    """A run that is repeated asks something else than it did before."""


class MissingDependencyError(SynalinksError, ImportError):
    """An optional package is needed and not installed."""


class SynalinksWarning(UserWarning):
    """Base of every warning of the library."""


@contextlib.contextmanager
def boundary(
    cls: type[SynalinksError],
    what: str,
    *,
    passes: tuple[type[SynalinksError], ...] = (SynalinksError,),
) -> Generator[None]:
    """Turn any error that leaves a `with` block into one of ours.

    Args:
        cls: What it becomes.
        what: What went wrong, for the message; a sentence without its full stop.
        passes: Errors of these classes are let through as they are.

    Yields:
        Nothing.

    Raises:
        SynalinksError: Of class `cls`, from the error.
        Warning: One that the user wants raised is let through as it is.
    """
    try:
        yield
    except (*passes, Warning):
        raise
    except Exception as error:
        msg = f"{what}: {type(error).__name__}: {cut(str(error))}"
        raise cls(msg) from error


def warn(message: str) -> None:
    """Issue a `SynalinksWarning` that points at the user's line.

    Args:
        message: What happened, and what to do about it.
    """
    warnings.warn(message, SynalinksWarning, stacklevel=_depth_of_user_frame())


def _depth_of_user_frame() -> int:
    # `skip_file_prefixes` of `warnings.warn` needs Python 3.12; the floor is 3.11.
    frame, depth = inspect.currentframe(), 0
    while frame and frame.f_code.co_filename.startswith(_NOT_THE_USERS):
        frame, depth = frame.f_back, depth + 1
    return depth


def show(value: object) -> str:
    """Return `repr(value)` cut to a length that suits an error message.

    Args:
        value: Any object.
    """
    try:
        text = repr(value)
    except RecursionError:
        text = f"a deeply nested {type(value).__name__}"
    return cut(text)


def cut(text: str) -> str:
    """Return a text cut to a length that suits an error message.

    Args:
        text: Any text.
    """
    if len(text) > _MAX_VALUE_CHARS:
        return f"{text[:_MAX_VALUE_CHARS]}… ({len(text)} characters)"
    return text


def counted(count: int, noun: str) -> str:
    """Return "1 variable", "2 variables", ...

    Args:
        count: How many there are.
        noun: What is counted; its plural ends in `s`.
    """
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean `x`?" for the nearest known name, or "".

    Args:
        name: What was received.
        known: The names that would have been right.
    """
    by_folded = {candidate.lower(): candidate for candidate in known}
    near = difflib.get_close_matches(name.lower(), by_folded, n=1, cutoff=_ALIKE)
    return f" Did you mean `{by_folded[near[0]]}`?" if near else ""
