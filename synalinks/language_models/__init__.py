"""Language models: requests, transports, structured output, usage and cost."""

from synalinks._internal.public import publish
from synalinks.language_models._chunk import LMChunk
from synalinks.language_models._direct import DirectTransport
from synalinks.language_models._em_caller import new_embedding_caller
from synalinks.language_models._em_request import EMRequest, EMResponse, EMTransport
from synalinks.language_models._embedded import EmbeddedTransport
from synalinks.language_models._language_model import LanguageModel
from synalinks.language_models._ledger import UsageLedger
from synalinks.language_models._lm_transport import LMTransport
from synalinks.language_models._lookup import deserialize, get, serialize
from synalinks.language_models._outline import expected_of
from synalinks.language_models._pricing import model_info
from synalinks.language_models._provider_model import ProviderModel, check_call_settings
from synalinks.language_models._providers import (
    Provider,
    provider_info,
    supported_providers,
)
from synalinks.language_models._request import LMRequest
from synalinks.language_models._response import Completion, LMResponse
from synalinks.language_models._sampling import check_sampling
from synalinks.language_models._session_models import load_model, resolve_model
from synalinks.language_models._streaming import StreamingIterator
from synalinks.language_models._structured import check_schema
from synalinks.language_models._support import (
    supports_audio,
    supports_reasoning,
    supports_vision,
)
from synalinks.language_models._tools import wire_tools
from synalinks.language_models._transport import LiteLLMTransport

__all__ = [
    "Completion",
    "DirectTransport",
    "EMRequest",
    "EMResponse",
    "EMTransport",
    "EmbeddedTransport",
    "LMChunk",
    "LMRequest",
    "LMResponse",
    "LMTransport",
    "LanguageModel",
    "LiteLLMTransport",
    "Provider",
    "ProviderModel",
    "StreamingIterator",
    "UsageLedger",
    "check_call_settings",
    "check_sampling",
    "check_schema",
    "deserialize",
    "expected_of",
    "get",
    "load_model",
    "model_info",
    "new_embedding_caller",
    "provider_info",
    "resolve_model",
    "serialize",
    "supported_providers",
    "supports_audio",
    "supports_reasoning",
    "supports_vision",
    "wire_tools",
]

publish(__name__)
