"""Arguments of `fit`, `evaluate` and `predict`, checked before anything is paid for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from synalinks import config
from synalinks._internal.checks import check_count
from synalinks._internal.shape import is_row
from synalinks.errors import ConfigurationError, show
from synalinks.training._checks import check_flag, check_inputs, check_verbose, level_of
from synalinks.training._evaluator import check_evaluators
from synalinks.training._samples import Feed, make_samples, renamed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.training._evaluator import Evaluator
    from synalinks.training._failures import FailurePolicy
    from synalinks.training._sample import Sample

_REJECT_LIMITS = ("skip", "raise")
_ERROR_POLICIES = (None, "raise", "warn", "disable")


@dataclass(slots=True, kw_only=True)
class FitPlan:
    """Everything that `fit` decides before its first LM call."""

    train: Feed
    """Training samples."""
    validation: Feed | None
    """Validation samples; None where there are none."""
    epochs: range
    """Indices of the epochs to run."""
    minibatch_size: int
    """Samples of the first comparison of candidates; 0 for all."""
    shuffle: bool
    """Whether each epoch has an order of its own."""
    validation_freq: int
    """Validate after every so many epochs."""
    seed: int
    """Seed of all random streams of the run."""
    verbose: Any
    """0, 1, 2 or `auto`."""
    policy: FailurePolicy
    """Which failed samples are data, and which end the run."""
    max_step_attempts: int
    """Proposals of a step that may be rejected."""
    on_reject_limit: str
    """`skip` or `raise`."""
    check_callbacks: bool
    """Whether to warn of callbacks that change the program without saying so."""
    sanity_batches: int
    """Batches that are run before training begins."""
    evaluators: Sequence[Evaluator]
    """Data sets that the program is scored on besides validation."""
    callback_errors: str | None
    """`raise`, `warn` or `disable` for all callbacks; None leaves it to each."""

    def samples(self) -> dict[str, Sequence[Sample]]:
        """Return the samples of the run by what they are for."""
        found: dict[str, Sequence[Sample]] = {"training": self.train.samples}
        if self.validation is not None:
            found["validation"] = self.validation.samples
        return found

    def identity(self) -> dict[str, Any]:
        """Return the arguments that decide what a run does, but for how long."""
        validation = self.validation
        return {
            "batch_size": self.train.batch_size,
            "steps_per_epoch": self.train.max_batches,
            "minibatch_size": self.minibatch_size,
            "shuffle": self.shuffle,
            "initial_epoch": self.epochs.start,
            "validation_freq": self.validation_freq,
            "validation_batch_size": validation.batch_size if validation else None,
            "validation_steps": validation.max_batches if validation else None,
            "seed": self.seed,
            "max_step_attempts": self.max_step_attempts,
            "on_reject_limit": self.on_reject_limit,
            "sanity_batches": self.sanity_batches,
            "evaluators": {one.name: one.every for one in self.evaluators},
            **self.policy.identity(),
        }

    def callback_params(self, program: Any) -> dict[str, Any]:
        """Return what callbacks see of the plan.

        Args:
            program: The program that is trained.
        """
        validation = self.validation
        return {
            "verbose": level_of(self.verbose),
            "epochs": self.epochs.stop,
            "initial_epoch": self.epochs.start,
            "steps": self.train.n_batches,
            "batch_size": self.train.batch_size,
            "minibatch_size": self.minibatch_size,
            "train_size": len(self.train.samples),
            "val_size": len(validation.samples) if validation else 0,
            "validation_freq": self.validation_freq,
            "validation_batch_size": validation.batch_size if validation else None,
            "validation_steps": validation.n_batches if validation else 0,
            "callback_errors": self.callback_errors,
            "evaluators": {
                one.name: one.directions(program) for one in self.evaluators
            },
        }


def plan_fit(
    program: Any,
    *,
    x: Any,
    y: Any,
    batch_size: int,
    minibatch_size: int | None,
    epochs: int,
    verbose: Any,
    validation_split: float,
    validation_data: Any,
    shuffle: bool,
    initial_epoch: int,
    steps_per_epoch: int | None,
    validation_steps: int | None,
    validation_batch_size: int,
    validation_freq: int,
    policy: FailurePolicy,
    max_step_attempts: int,
    on_reject_limit: str,
    check_callbacks: bool,
    sanity_batches: int,
    evaluators: Any,
    callback_errors: str | None,
) -> FitPlan:
    """Check the arguments of `fit`; see there for their meaning.

    Args:
        program: The program that will be trained.
        x: Inputs, or a dataset.
        y: Targets.
        batch_size: Samples in a training step.
        minibatch_size: Samples of the first comparison of candidates.
        epochs: Epochs in all.
        verbose: 0, 1, 2 or `auto`.
        validation_split: Fraction of the data held out.
        validation_data: Data held out; wins over the fraction.
        shuffle: Whether to shuffle.
        initial_epoch: First epoch.
        steps_per_epoch: Batches in an epoch.
        validation_steps: Batches of a validation.
        validation_batch_size: Samples in a validation batch.
        validation_freq: Epochs from one validation to the next.
        policy: Which failed samples are data.
        max_step_attempts: Proposals of a step that may be rejected.
        on_reject_limit: `skip` or `raise`.
        check_callbacks: Whether to warn of callbacks that change the program.
        sanity_batches: Batches that are run before training begins.
        evaluators: Data sets that the program is scored on besides validation.
        callback_errors: What follows on an error of any callback.

    Returns:
        The plan.

    Raises:
        ConfigurationError: Something cannot work; no LM call was made.
    """
    for name, value, least in (
        ("batch_size", batch_size, 1),
        ("minibatch_size", minibatch_size or 0, 0),
        ("epochs", epochs, 0),
        ("initial_epoch", initial_epoch, 0),
        ("steps_per_epoch", 1 if steps_per_epoch is None else steps_per_epoch, 1),
        ("validation_steps", 1 if validation_steps is None else validation_steps, 1),
        ("validation_batch_size", validation_batch_size, 1),
        ("validation_freq", validation_freq, 1),
        ("max_step_attempts", max_step_attempts, 1),
        ("sanity_batches", sanity_batches, 0),
    ):
        check_count(name, value, at_least=least)
    check_verbose(verbose)
    check_flag("shuffle", shuffle)
    check_flag("check_callbacks", check_callbacks)
    _check_choice("on_reject_limit", on_reject_limit, _REJECT_LIMITS)
    _check_choice("callback_errors", callback_errors, _ERROR_POLICIES)
    samples = make_samples(x, y, role="train", program=program)
    if validation_data is not None:
        held_out = _validation_samples(program, validation_data)
    else:
        samples, held_out = _split(samples, validation_split)
    checked = check_evaluators(evaluators, program)
    others = [one.feed.samples for one in checked]
    check_inputs(program, chain(samples, held_out, *others))
    validation = None
    if held_out:
        validation = Feed(
            held_out, batch_size=validation_batch_size, max_batches=validation_steps
        )
    return FitPlan(
        train=Feed(samples, batch_size=batch_size, max_batches=steps_per_epoch),
        validation=validation,
        epochs=range(initial_epoch, max(epochs, initial_epoch)),
        minibatch_size=minibatch_size or 0,
        shuffle=shuffle,
        validation_freq=validation_freq,
        seed=config.get_seed(),
        verbose=verbose,
        policy=policy,
        max_step_attempts=max_step_attempts,
        on_reject_limit=on_reject_limit,
        check_callbacks=check_callbacks,
        sanity_batches=sanity_batches,
        evaluators=checked,
        callback_errors=callback_errors,
    )


def _check_choice(name: str, value: Any, choices: Sequence[Any]) -> None:
    if value not in choices:
        msg = f"`{name}` is one of {choices}, received: {show(value)}."
        raise ConfigurationError(msg)


def _validation_samples(program: Any, validation_data: Any) -> Sequence[Sample]:
    pair = validation_data
    is_pair = is_row(pair) and len(pair) in (1, 2)
    x, y = (*pair, None)[:2] if is_pair else (pair, None)
    return make_samples(x, y, role="val", argument="validation_data x", program=program)


def _split(
    samples: Sequence[Sample], fraction: Any
) -> tuple[Sequence[Sample], Sequence[Sample]]:
    """Return the head for training and the tail for validation, as Keras does.

    Raises:
        ConfigurationError: The fraction is none, or leaves a side empty.
    """
    if (
        isinstance(fraction, bool)
        or not isinstance(fraction, (int, float))
        or not 0 <= fraction < 1
    ):
        msg = (
            "`validation_split` is a fraction of at least 0 and below 1, "
            f"received: {show(fraction)}."
        )
        raise ConfigurationError(msg)
    if fraction == 0:
        return samples, []
    n_train = int(len(samples) * (1 - fraction))
    if n_train == 0 or n_train == len(samples):
        msg = (
            f"`validation_split={fraction}` of {len(samples)} samples leaves "
            f"{n_train} to train on and {len(samples) - n_train} to validate on. Give "
            "more data, another fraction, `validation_data=...`, or "
            "`validation_split=0` to train without validation."
        )
        raise ConfigurationError(msg)
    return samples[:n_train], renamed(samples[n_train:], "val")
