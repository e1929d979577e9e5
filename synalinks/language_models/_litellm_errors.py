"""Which error an exception of litellm, or of a client inside it, stands for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from synalinks.errors import (
    AuthenticationError,
    BadRequestError,
    ConnectionLostError,
    ContentRefusedError,
    ContextTooLongError,
    LanguageModelError,
    ModelNotFoundError,
    RateLimitedError,
    ServerError,
    TimedOutError,
)
from synalinks.language_models._endpoint import secrets_of
from synalinks.language_models._http_errors import (
    error_instead_of_answer,
    error_of_answer,
    error_of_stream,
)
from synalinks.language_models._redaction import redact

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject
    from synalinks.language_models._request import AnyRequest

# Exceptions that stand for no HTTP answer, by class name; a subclass of one of
# these, or any other that has an HTTP status, is told by that. A test sees to it that
# all that litellm defines are told.
_BY_NAME: dict[str, type[LanguageModelError]] = {
    "APIConnectionError": ConnectionLostError,
    "APIError": ServerError,
    "APIResponseValidationError": ServerError,
    "AuthenticationError": AuthenticationError,
    "BadGatewayError": ServerError,
    "BadRequestError": BadRequestError,
    "BlockedPiiEntityError": ContentRefusedError,
    "BudgetExceededError": AuthenticationError,
    "ContentPolicyViolationError": ContentRefusedError,
    "ContextWindowExceededError": ContextTooLongError,
    "GuardrailRaisedException": ContentRefusedError,
    "ImageFetchError": BadRequestError,
    "InternalServerError": ServerError,
    "InvalidRequestError": BadRequestError,
    "JSONSchemaValidationError": ServerError,
    "LiteLLMUnknownProvider": BadRequestError,
    "MidStreamFallbackError": ServerError,
    "MockException": ServerError,
    "ModelNotMappedError": ModelNotFoundError,
    "ModifyResponseException": ContentRefusedError,
    "NotFoundError": ModelNotFoundError,
    "OpenAIError": BadRequestError,
    "PaymentRequiredError": AuthenticationError,
    "PermissionDeniedError": AuthenticationError,
    "RateLimitError": RateLimitedError,
    "RejectedRequestError": BadRequestError,
    "SensitiveDataRouteException": ContentRefusedError,
    "ServiceUnavailableError": ServerError,
    "Timeout": TimedOutError,
    "UnprocessableEntityError": BadRequestError,
    "UnsupportedParamsError": BadRequestError,
    "VectorStoreSearchError": BadRequestError,
}
# Causes deeper in the chain, which litellm reports as something else.
_BY_CAUSE: dict[str, type[LanguageModelError]] = {
    "APITimeoutError": TimedOutError,
    "TimeoutException": TimedOutError,
    "APIConnectionError": ConnectionLostError,
    "NetworkError": ConnectionLostError,
    "RemoteProtocolError": ConnectionLostError,
    "UnicodeEncodeError": BadRequestError,  # half of a surrogate pair
    "JSONDecodeError": ServerError,
}
# How litellm and the clients inside it say that there is no key, before they send
# anything; the kinds of their exceptions are those of lost connections and of servers.
_NO_KEY = re.compile(
    r"missing (\w+ )*(api[ _]?key|credentials)\b"
    r"|default credentials\b.* not found|cannot configure default credentials"
    r"|unable to locate credentials|\w+_(key|token) is not set"
    r"|api_key client option must be set",
    re.IGNORECASE,
)
_SAID_FIRST = 300  # characters, before what litellm quotes
# What litellm says where a server reports an error without a code.
_MADE_UP_STATUS = 422


def error_of_exception(error: Exception, request: AnyRequest) -> LanguageModelError:
    """Return our error for one that litellm, or a client inside it, raised.

    Args:
        error: What was raised.
        request: What was asked.
    """
    if isinstance(error, LanguageModelError):
        return error
    chain = _chain(error)
    error = _unwrapped(error)
    answer = next((found for part in chain if (found := _http_answer(part))), None)
    if answer is not None:
        return error_of_answer(*answer, request)
    instead = next((found for part in chain if (found := _instead(part))), None)
    if instead is not None:
        return error_instead_of_answer(instead, request)
    reported = next((found for part in chain if (found := _reported(part))), None)
    if reported is not None:
        return error_of_stream(reported, request)
    kind = _kind_by_text(error) or _kind_by_cause(chain) or _kind_by_name(error)
    kind = kind or ServerError
    said = redact(f"{type(error).__name__}: {error}", secrets_of(request))
    return kind(f"`{request.model}` gave no answer: {said}", model=request.model)


def _unwrapped(error: Exception) -> Exception:
    """Return what litellm met in the middle of a stream, instead of its wrapper."""
    inner = getattr(error, "original_exception", None)
    is_wrapper = type(error).__name__ == "MidStreamFallbackError"
    return inner if is_wrapper and isinstance(inner, Exception) else error


def _chain(error: BaseException) -> list[BaseException]:
    chain: list[BaseException] = []
    link: BaseException | None = error
    while link is not None and link not in chain:
        chain.append(link)
        link = link.__cause__ or link.__context__
    return chain


def _http_answer(error: BaseException) -> tuple[int, str, dict[str, str]] | None:
    """Return status, body and headers if an error stands for an HTTP answer."""
    response: Any = getattr(error, "response", None)
    if "litellm" in type(error).__module__ or response is None:
        return None  # litellm makes up a response where there was none
    status: Any = getattr(response, "status_code", None)
    if not isinstance(status, int):
        return None
    try:
        text = str(response.text)
    except Exception:  # noqa: BLE001 - a stream that was not read raises a class of its client
        text = str(error)
    return status, text, dict(response.headers)


def _reported(error: BaseException) -> Any:
    """Return what a server said in the middle of a stream, or None."""
    is_clients = type(error).__module__.startswith("openai")
    body: Any = getattr(error, "body", None)
    return body if is_clients and type(error).__name__ == "APIError" else None


def _instead(error: BaseException) -> JsonObject | None:
    """Return what a server said with the status of an answer, or None.

    litellm raises it as an exception of no class of its own.
    """
    told: JsonObject = vars(error) if type(error) is Exception else {}
    if not {"status_code", "message"} <= told.keys():
        return None
    code, message = told["status_code"], told["message"]
    return {"message": message, "code": None if code == _MADE_UP_STATUS else code}


def _kind_by_text(error: BaseException) -> type[LanguageModelError] | None:
    said = str(error).partition("\n")[0][:_SAID_FIRST]
    return AuthenticationError if _NO_KEY.search(said) else None


def _kind_by_cause(chain: list[BaseException]) -> type[LanguageModelError] | None:
    for part in chain:
        for cls in type(part).__mro__:
            if cls.__name__ in _BY_CAUSE:
                return _BY_CAUSE[cls.__name__]
    return None


def _kind_by_name(error: BaseException) -> type[LanguageModelError] | None:
    names = (cls.__name__ for cls in type(error).__mro__)
    return next((_BY_NAME[name] for name in names if name in _BY_NAME), None)
