"""`SessionSettings`: what a script has set for its session, for other processes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks import config, embedding_models, language_models
from synalinks.errors import ConfigurationError
from synalinks.hooks import Monitor as Tracer
from synalinks.hooks import session_hooks

if TYPE_CHECKING:
    from synalinks._internal.json import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionSettings:
    """Seed, default models and observability of a session; keys are no part of them."""

    seed: int
    """That of the session, not that of a run."""
    epsilon: float
    """The small number that guards divisions."""
    language_model: JsonObject | str | None
    """Name or configuration of the default one."""
    embedding_model: JsonObject | str | None
    """Name or configuration of the default one."""
    observability: JsonObject | None
    """Arguments of `enable_observability`; None where it is off."""

    @classmethod
    def here(cls) -> SessionSettings:
        """Return those of this process.

        Raises:
            ConfigurationError: A default model has what no other process can have.
        """
        return cls(
            seed=config.get_seed(),
            epsilon=config.epsilon(),
            language_model=_form_of(
                "language", config.default_language_model(), language_models
            ),
            embedding_model=_form_of(
                "embedding", config.default_embedding_model(), embedding_models
            ),
            observability=_observability(),
        )

    def apply(self) -> None:
        """Make them those of this process, whatever was set before."""
        config.clear_session()
        config.set_seed(self.seed)
        config.set_epsilon(self.epsilon)
        config.set_default_language_model(self.language_model)
        config.set_default_embedding_model(self.embedding_model)
        if self.observability is not None:
            config.enable_observability(**self.observability)


def _form_of(kind: str, default: Any, models: Any) -> JsonObject | str | None:
    """Return a default model in a form that other processes can have.

    Raises:
        ConfigurationError: It has what they cannot have.
    """
    if default is None or isinstance(default, str):
        return default
    model = models.get(default)
    if missing := model.unsaved_arguments():
        msg = (
            f"The default {kind} model has {', '.join(f'`{one}`' for one in missing)}, "
            "which workers of Ray cannot have: it is not sent to other processes. "
            "Nothing was paid for. Set keys in the environment of the workers, such as "
            "`OPENAI_API_KEY`; or make the model in the function that makes the "
            f"program, and call `set_default_{kind}_model(None)`."
        )
        raise ConfigurationError(msg)
    return models.serialize(model)


def _observability() -> JsonObject | None:
    for one in session_hooks():
        if isinstance(one, Tracer):
            return {
                "tracking_uri": one.outbox.uri,
                "experiment_name": one.experiment_name,
                "sampling_rate": one.sampling_rate,
                "shutdown_timeout": one.outbox.shutdown_timeout_s,
            }
    return None
