"""What makes a run what it is: names with short values, compared before it goes on."""

from __future__ import annotations

import hashlib
import inspect
import threading
from types import CodeType
from typing import TYPE_CHECKING, Any

from synalinks._internal.json import canonical, digest
from synalinks._internal.shape import is_dict, is_list
from synalinks.callbacks import reachable_models
from synalinks.errors import ConfigurationError, SynalinksError, show
from synalinks.training._samples import fingerprint as samples_digest
from synalinks.version import __version__

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.training._plan import FitPlan
    from synalinks.training._samples import Feed

INITIAL = "initial_variables"
CODE = "code."
NOTHING = "nothing"
# How calls are made, not what is asked; and what is told of the object itself.
_OF_CALLS = frozenset(
    {
        "timeout", "retry", "retry_max_wait", "max_concurrency", "caching", "cache_dir",
        "hooks", "name", "description", "fallback", "transport",
    }
)  # fmt: skip
_MODELS = ("LanguageModel", "EmbeddingModel")
_MAX_CHARS = 60
# CPython 3.11 counts the depth of a syntax tree for all threads together, and fails
# when two make one at once; the source of a class is found in such a tree.
_PARSING = threading.Lock()


def fingerprint_of(program: Any, plan: FitPlan) -> dict[str, str]:
    """Return what makes a run what it is, by name.

    Not in it: how long it is to run, and what changes no value, such as time limits,
    retries, concurrency and keys.

    Args:
        program: A built and compiled program.
        plan: The checked arguments of `fit`.
    """
    compiled: JsonObject = program.get_compile_config() or {}
    return {
        "library": ".".join(__version__.split(".")[:2]),
        INITIAL: variables_digest(program),
        "data.train": _data(plan.train),
        "data.validation": _data(plan.validation) if plan.validation else "none",
        **dict(_evaluators(plan)),
        **_scale(program, compiled),
        **_flat("optimizer", compiled.get("optimizer")),
        **_flat("metrics", compiled.get("metrics")),
        **{name: show(value) for name, value in plan.identity().items()},
        **dict(_code(program)),
    }


def scale_of(program: Any) -> str:
    """Return a digest of what measures: all that a reward depends on but the samples.

    Values of variables are not in it; of a function of the user's, what it does is.

    Args:
        program: A built and compiled program.
    """
    scale: JsonObject = dict(_scale(program, program.get_compile_config() or {}))
    reward = program.reward
    kind: Any = reward.__class__
    work: Any = getattr(reward, "fn", None) or getattr(kind, "call", None)
    code = getattr(work, "__code__", None)
    if isinstance(code, CodeType):
        plain = [one for one in code.co_consts if isinstance(one, (str, int, float))]
        scale["code"] = [code.co_code.hex(), list(code.co_names), plain]
    return digest(scale)


def _scale(program: Any, compiled: JsonObject) -> dict[str, str]:
    found = {f"program.{name}": value for name, value in _program(program)}
    found |= _flat("reward", compiled.get("reward"))
    for index, model in enumerate(reachable_models(program)):
        config: JsonObject = model.get_config()
        kept = {key: value for key, value in config.items() if key not in _OF_CALLS}
        found |= _flat(f"language_models.{index}", {"config": kept})
    return found


def variables_digest(program: Any) -> str:
    """Return a digest of what the variables of a program hold, without notes.

    Args:
        program: The program.
    """
    values: JsonObject = {
        one.path: {key: one.get(key) for key in one.learnable_fields}
        for one in program.variables
    }
    return digest(values)


def differences(
    before: Mapping[str, str], now: Mapping[str, str]
) -> dict[str, tuple[str, str]]:
    """Return what differs, with the values before and now.

    Args:
        before: A fingerprint.
        now: Another one.
    """
    names = dict.fromkeys((*before, *now))
    return {
        name: (before.get(name, NOTHING), now.get(name, NOTHING))
        for name in names
        if before.get(name) != now.get(name)
    }


def is_allowed(name: str, allowed: Sequence[str]) -> bool:
    """Return whether a difference is one that the user has allowed.

    Args:
        name: What differs.
        allowed: Names, or their first parts.
    """
    return any(name == one or name.startswith(f"{one}.") for one in allowed)


def check_allowed(allowed: Sequence[str], known: Mapping[str, str]) -> None:
    """Refuse to allow what there is not.

    Args:
        allowed: What the user allows.
        known: A fingerprint.

    Raises:
        ConfigurationError: A name is not known.
    """
    for one in allowed:
        if one != "epochs" and not any(is_allowed(name, [one]) for name in known):
            firsts = sorted({name.partition(".")[0] for name in known})
            msg = (
                f"`allow_changes` names {one!r}, which is no part of a run. Known: "
                f"{', '.join(firsts)}, and what is below them, such as "
                "`optimizer.population_size`."
            )
            raise ConfigurationError(msg)


# -- parts -----------------------------------------------------------------------------


def _evaluators(plan: FitPlan) -> Iterator[tuple[str, str]]:
    for one in plan.evaluators:
        yield f"data.evaluators.{one.name}", _data(one.feed)
        if one.own_metrics is not None:
            configs = [
                [type(metric).__name__, _config(metric)] for metric in one.own_metrics
            ]
            yield f"evaluators.{one.name}.metrics", _short(_without_models(configs))


def _data(feed: Feed) -> str:
    return f"{len(feed.samples)} samples {samples_digest(feed.samples)}"


def _program(program: Any) -> Iterator[tuple[str, str]]:
    yield "class", type(program).__name__
    for variable in program.variables:
        yield f"variables.{variable.path}", digest(variable.get_schema())
    config = _config(program)
    if config is not None:
        wiring = {key: value for key, value in config.items() if key not in _OF_CALLS}
        wiring["modules"] = [
            {key: value for key, value in one.items() if key != "config"}
            for one in config.get("modules", ())
        ]
        yield "graph", digest(_without_models(wiring))
    seen: set[int] = set()
    for path, module in _modules(program, seen):
        config = _config(module)
        yield f"modules.{path}.class", type(module).__name__
        for key, value in (config or {}).items():
            if key not in {"name", "language_model", "description"}:
                yield f"modules.{path}.{key}", _short(_without_models(value))


def _modules(
    parent: Any, seen: set[int], prefix: str = ""
) -> Iterator[tuple[str, Any]]:
    for module in parent.children():
        if id(module) not in seen:
            seen.add(id(module))
            yield f"{prefix}{module.name}", module
            yield from _modules(module, seen, f"{prefix}{module.name}/")


def _config(part: Any) -> JsonObject | None:
    try:
        config: JsonObject = part.get_config()
        canonical(config)
    except (SynalinksError, TypeError, ValueError):  # made with what has no JSON
        return None
    return config


def _flat(name: str, config: Any) -> dict[str, str]:
    """Return the parts of a configuration one by one, so that each can be named."""
    if not is_dict(config) or "config" not in config or not is_dict(config["config"]):
        return {name: _short(_without_models(config))}
    parts: JsonObject = config["config"]
    fields = {
        f"{name}.{key}": _short(_without_models(value))
        for key, value in parts.items()
        if key not in {"name", "description"}
    }
    kind = config.get("class_name")
    return {f"{name}.class": str(kind), **fields} if kind else fields


def _without_models(value: Any) -> Any:
    """Return a configuration in which models are only named."""
    if is_list(value):
        return [_without_models(part) for part in value]
    if not is_dict(value):
        return value
    if value.get("class_name") in _MODELS:
        config: JsonObject = value.get("config", {})
        return {"class_name": value["class_name"], "model": config.get("model")}
    return {key: _without_models(part) for key, part in value.items()}


def _short(value: Any) -> str:
    text = canonical(value)
    return text if len(text) <= _MAX_CHARS else f"{text[:20]}… {digest(value)}"


def _code(program: Any) -> Iterator[tuple[str, str]]:
    """Yield digests of the user's own code, which may be reformatted freely."""
    reward = getattr(program.reward, "fn", program.reward)
    parts = [program, reward, *(module for _, module in _modules(program, set()))]
    for part in parts:
        owner: Any = part
        if not inspect.isfunction(part):
            owner = part.__class__
        if owner.__module__.partition(".")[0] == "synalinks":
            continue
        try:
            with _PARSING:
                source = inspect.getsource(owner)
        except (OSError, TypeError):
            continue
        checksum = hashlib.sha256(source.encode()).hexdigest()[:16]
        yield f"{CODE}{owner.__qualname__}", checksum
