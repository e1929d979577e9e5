"""The optimizers that are compared, each with what it is given in a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from synalinks import optimizers

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, kw_only=True)
class Contender:
    """An optimizer and its settings."""

    name: str
    make: Callable[[], Any]
    batch_size: int = 0
    """Training samples that are run with the program in use at each step."""
    minibatch_size: int = 8
    is_extra: bool = False
    """Whether it is run only when it is asked for."""


REFERENCE = "GEPA"
CONTENDERS = [
    Contender(name="OutOfBagRacing", make=optimizers.OutOfBagRacing),
    Contender(
        name="prior 0.1",
        make=lambda: optimizers.OutOfBagRacing(prior_sd=0.1),
        is_extra=True,
    ),
    Contender(
        name="4 children",
        make=lambda: optimizers.OutOfBagRacing(n_children=4),
        is_extra=True,
    ),
    Contender(
        name="no examples",
        make=lambda: optimizers.OutOfBagRacing(nb_max_examples=0),
        is_extra=True,
    ),
    Contender(name="OMEGA", make=optimizers.OMEGA, batch_size=8),
    Contender(name="MIPRO", make=optimizers.MIPRO),
    Contender(
        name="MIPRO-TPE", make=lambda: optimizers.MIPRO(sampler="tpe"), is_extra=True
    ),
    Contender(name="BootstrapFewShot", make=optimizers.BootstrapFewShot, batch_size=8),
    Contender(name="RandomFewShot", make=optimizers.RandomFewShot, batch_size=8),
    Contender(name="GEPA", make=optimizers.GEPA),
]
