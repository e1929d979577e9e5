"""Choosing a combination of levels, one per factor, from scores of earlier ones."""

from __future__ import annotations

import math
from importlib import import_module
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from synalinks.errors import MissingDependencyError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from synalinks._internal.rng import Stream

Combination: TypeAlias = dict[str, int]
"""Index of the level of each factor."""

# How far effects of levels lie apart, and the scores of one combination on different
# minibatches, as standard deviations: what is believed before anything is measured.
_EFFECT_SD = 0.1
_NOISE_SD = 0.2


class Sampler(Protocol):
    """Suggests the next combination."""

    def suggest(
        self,
        n_levels: Mapping[str, int],
        trials: Sequence[tuple[Combination, float]],
        random: Stream,
    ) -> Combination:
        """Return the combination to try next.

        Args:
            n_levels: Number of levels of each factor.
            trials: Earlier combinations with their scores.
            random: The stream to draw from.
        """
        ...


class AdditiveSampler:
    """Adds up the effects of levels, and draws each level as likely as it is best.

    Thompson sampling (1933) in a model without interactions: a level's effect has a
    normal posterior from the trials that had it.
    """

    def suggest(
        self,
        n_levels: Mapping[str, int],
        trials: Sequence[tuple[Combination, float]],
        random: Stream,
    ) -> Combination:
        """Return the combination to try next.

        Args:
            n_levels: Number of levels of each factor.
            trials: Earlier combinations with their scores.
            random: The stream to draw from.
        """
        scores = [score for _, score in trials]
        mean = sum(scores) / len(scores) if scores else 0.0
        chosen: Combination = {}
        for factor, n in n_levels.items():
            draws: list[float] = []
            for level in range(n):
                own = [s - mean for combo, s in trials if combo.get(factor) == level]
                precision = 1 / _EFFECT_SD**2 + len(own) / _NOISE_SD**2
                effect = sum(own) / _NOISE_SD**2 / precision
                draws.append(random.gauss(effect, 1 / math.sqrt(precision)))
            chosen[factor] = draws.index(max(draws))
        return chosen


class TPESampler:
    """Tree-structured Parzen estimators (Bergstra et al. 2011), by optuna."""

    def __init__(self) -> None:
        _optuna()  # what is missing is said before anything is paid for

    def suggest(
        self,
        n_levels: Mapping[str, int],
        trials: Sequence[tuple[Combination, float]],
        random: Stream,
    ) -> Combination:
        """Return the combination to try next.

        Args:
            n_levels: Number of levels of each factor.
            trials: Earlier combinations with their scores.
            random: The stream to draw from.
        """
        optuna = _optuna()
        spaces = {
            factor: optuna.distributions.CategoricalDistribution(tuple(range(n)))
            for factor, n in n_levels.items()
        }
        # Made anew each time: the trials and the stream are all the state there is.
        sampler = optuna.samplers.TPESampler(
            seed=random.getrandbits(31), multivariate=True
        )
        study = optuna.create_study(direction="maximize", sampler=sampler)
        for combination, score in trials:
            study.add_trial(
                optuna.trial.create_trial(
                    params=combination, distributions=spaces, value=score
                )
            )
        return dict(study.ask(spaces).params)


def new_sampler(name: str) -> Sampler:
    """Return a sampler.

    Args:
        name: `additive` or `tpe`.
    """
    return AdditiveSampler() if name == "additive" else TPESampler()


def _optuna() -> Any:
    try:
        optuna: Any = import_module("optuna")
    except ImportError as error:
        msg = (
            "`sampler='tpe'` needs optuna: `pip install synalinks[tpe]`. "
            "`sampler='additive'` needs nothing."
        )
        raise MissingDependencyError(msg) from error
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    return optuna
