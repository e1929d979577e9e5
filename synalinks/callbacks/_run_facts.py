"""What a run is, in the words that experiment trackers want: texts and numbers."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, get_args

from synalinks._internal.context import Phase
from synalinks._internal.json import digest_of_list
from synalinks._internal.shape import is_dict, is_row
from synalinks.callbacks._reachable_models import reachable_models
from synalinks.data_models import plain_json
from synalinks.modules import Generator

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from synalinks._internal.json import JsonObject
    from synalinks.contracts import TrainerState

_PHASES: tuple[Phase, ...] = get_args(Phase)
_KINDS = ("cost", "tokens", "calls")


def params_of(state: TrainerState) -> JsonObject:
    """Return what a run was begun with, without any secret.

    Args:
        state: The state of the run.
    """
    program = state.program
    params: JsonObject = dict(state.params)
    params["program_name"] = program.name
    params["program_class"] = type(program).__name__
    params["num_trainable_variables"] = len(program.trainable_variables)
    params["num_modules"] = sum(1 for _ in _modules_in(program))
    compiled: JsonObject = program.get_compile_config() or {}
    for part, config in compiled.items():
        name = part if part == "metrics" else f"{part}_config"
        params[name] = config
    if program.reward is not None:
        params["reward"] = program.reward.name
    for model in reachable_models(program):
        config = model.get_config()  # it leaves out keys, and what holds them
        params |= {f"lm.{model.name}.{key}": config[key] for key in _shown(config)}
    return {key: _text(value) for key, value in params.items() if value is not None}


def _shown(config: JsonObject) -> Iterator[str]:
    for key, value in config.items():
        if value is not None and not is_dict(value):
            yield key


def _text(value: Any) -> str:
    is_json = is_dict(value) or is_row(value)
    return json.dumps(value, ensure_ascii=False) if is_json else str(value)


def _modules_in(module: Any) -> Iterator[Any]:
    yield module
    for part in module.children():
        yield from _modules_in(part)


def prompts_of(program: Any) -> dict[str, str]:
    """Return the system prompt of every generator as it is now, by path.

    Args:
        program: The program.
    """
    return {
        module.path: module.system_prompt()
        for module in _modules_in(program)
        if isinstance(module, Generator)
    }


def samples_digest(samples: Sequence[Any]) -> str:
    """Return what identifies samples: it changes with any of them.

    Args:
        samples: Each has `id`, `x` and `y`.
    """
    return digest_of_list(
        [one.id, plain_json(one.x), plain_json(one.y)] for one in samples
    )


class Spending:
    """What the language models of a run take, in all and by phase.

    Args:
        program: The program of the run.
        state: What `state_dict` returned in an earlier process of the same run.
    """

    def __init__(self, program: Any, state: JsonObject | None = None) -> None:
        self._models = reachable_models(program)
        self._before: dict[str, float] = dict(state["total"]) if state else {}
        self._begun = self._counted()
        self._marked: dict[str, float] = (
            dict(state["marked"]) if state else self.total()
        )

    def state_dict(self) -> JsonObject:
        """Return what was taken so far, and up to the last mark, as JSON."""
        return {"total": self.total(), "marked": self._marked}

    def total(self) -> dict[str, float]:
        """Return what was taken since the run began, by `<kind>` and `<kind>_<phase>`.

        Costs are left out where the price of a model is not known.
        """
        now = self._counted()
        return {
            name: now[name] - self._begun.get(name, 0) + self._before.get(name, 0)
            for name in now
        }

    def since_mark(self) -> dict[str, float]:
        """Return what was taken since this was called before."""
        before, self._marked = self._marked, self.total()
        return {
            name: value - before.get(name, 0) for name, value in self._marked.items()
        }

    def ever(self) -> dict[str, float]:
        """Return the cost and tokens of the models since they were made."""
        now = self._counted()
        return {name: now[name] for name in ("cost", "tokens") if name in now}

    def _counted(self) -> dict[str, float]:
        found: dict[str, float] = {}
        for kind in _KINDS:
            for phase in (None, *_PHASES):
                values = [one.ledger.total(kind, phase) for one in self._models]
                known = [value for value in values if value is not None]
                if len(known) == len(values):
                    found[kind if phase is None else f"{kind}_{phase}"] = sum(known)
        return found
