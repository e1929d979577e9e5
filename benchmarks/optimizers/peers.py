"""Optimizers of other packages in the simulated worlds, through their public API.

They need `pip install --group peers`. The program, the proposing model and what both
cost are those that this library's optimizers meet.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import synalinks
from synalinks.contracts import Candidate
from synalinks.optimizers._proposer import Proposer
from synalinks.optimizers._records import records_of
from synalinks.testing import ScriptedTransport

if TYPE_CHECKING:
    from collections.abc import Callable

    from worlds import World

Points = list[tuple[float, float]]
"""What was spent, and the true reward of what would be returned then."""


class Account:
    """A world as another package meets it: what it measures and asks for is counted.

    Args:
        world: The world.
        proposing: Its proposing model.
        price: What a proposal costs, in rollouts.
    """

    def __init__(self, world: World, proposing: Any, price: int) -> None:
        self.world, self._proposing, self._price = world, proposing, price
        self._n_rollouts = 0
        self._runner = asyncio.Runner()
        model = synalinks.LanguageModel(
            "simulated/proposer", transport=ScriptedTransport(proposing.answer)
        )
        self._brief = world.brief(model)
        self._proposer = Proposer(model)
        self.points: Points = [(0.0, world.truth(world.first()))]

    def spent(self) -> float:
        """Return the units spent."""
        return self._n_rollouts + self._price * self._proposing.n_requests

    def measure(self, candidate: Candidate, sample_ids: list[str]) -> list[Any]:
        """Run a candidate on samples; each is paid for, also a second time."""
        self._n_rollouts += len(sample_ids)
        return self.world.measure(candidate, sample_ids)

    def rewrite(self, candidate: Candidate, records: dict[str, Any]) -> dict[str, str]:
        """Return new texts by path, or the old ones if nothing usable came."""
        rewriting = self._runner.run(
            self._proposer.rewrite(self._brief, candidate, records)
        )
        values = rewriting.values or candidate.values
        return {path: values[path]["instructions"] for path in records}

    def note(self, candidate: Candidate) -> None:
        """Note what would be returned now."""
        self.points.append((self.spent(), self.world.truth(candidate)))


def candidate_of(texts: dict[str, str], examples: dict[str, Any] | None = None) -> Any:
    """Return texts and examples by path as a candidate."""
    shown = examples or {}
    return Candidate(
        values={
            path: {"instructions": text, "examples": shown.get(path, [])}
            for path, text in texts.items()
        }
    )


# -- gepa ------------------------------------------------------------------------------


class _Adapter:
    """What `gepa.optimize` asks of a system."""

    def __init__(self, account: Account, evaluation_batch: Any) -> None:
        self._account, self._evaluation_batch = account, evaluation_batch

    def evaluate(self, batch, candidate, capture_traces=False):
        """Return scores, and traces if they are asked for."""
        rollouts = self._account.measure(candidate_of(candidate), batch)
        return self._evaluation_batch(
            outputs=[None] * len(batch),
            scores=[one.reward for one in rollouts],
            trajectories=rollouts if capture_traces else None,
        )

    def make_reflective_dataset(self, candidate, eval_batch, components_to_update):
        """Return the records that this library's optimizers would show."""
        return {
            path: records_of(path, eval_batch.trajectories)
            for path in components_to_update
        }

    def propose_new_texts(self, candidate, reflective_dataset, components_to_update):
        """Let the proposing model of the world write."""
        records = {path: reflective_dataset[path] for path in components_to_update}
        return self._account.rewrite(candidate_of(candidate), records)


def drive_gepa(account: Account, budget: int) -> None:
    """Run `gepa.optimize` with its defaults."""
    import gepa  # noqa: PLC0415 - an extra

    def stop(state) -> bool:
        scores = state.program_full_scores_val_set
        best = max(range(len(scores)), key=scores.__getitem__)
        account.note(candidate_of(state.program_candidates[best]))
        return account.spent() >= budget

    world = account.world
    gepa.optimize(
        seed_candidate={
            path: value["instructions"] for path, value in world.first().values.items()
        },
        trainset=world.train,
        valset=world.validation,
        adapter=_Adapter(account, gepa.EvaluationBatch),
        stop_callbacks=stop,
        logger=_Silent(),
        seed=world.seed,
    )


class _Silent:
    def log(self, message: str) -> None:
        """Say nothing."""


# -- dspy ------------------------------------------------------------------------------


def drive_dspy_few_shot(account: Account, budget: int) -> None:
    """Run `dspy.BootstrapFewShotWithRandomSearch` with its defaults.

    It has no budget: what it does beyond is not counted.
    """
    import dspy  # noqa: PLC0415 - an extra

    world = account.world
    program = _dspy_program(dspy, account)
    scores: dict[str, dict[str, float]] = {}
    best: list[tuple[float, Any]] = []

    def metric(example, prediction, trace=None):
        reward, candidate = prediction.reward, prediction.candidate
        known = scores.setdefault(candidate.digest, {})
        known[example.sample] = reward
        done = [known.get(one) for one in world.validation]
        if None not in done:
            mean = sum(done) / len(done)
            if not best or mean > best[0][0]:
                best[:] = [(mean, candidate)]
            account.note(best[0][1])
        return reward if trace is None else reward >= 1.0

    def samples(ids):
        return [
            dspy.Example(sample=one, answer="").with_inputs("sample") for one in ids
        ]

    dspy.disable_logging()
    dspy.configure_cache(enable_disk_cache=False, enable_memory_cache=False)
    with dspy.context(lm=_new_dspy_model(dspy)):
        optimizer = dspy.BootstrapFewShotWithRandomSearch(metric, num_threads=1)
        optimizer.compile(
            program,
            trainset=samples(world.train),
            valset=samples(world.validation),
        )


def _dspy_program(dspy, account: Account) -> Any:
    first = account.world.first().values

    class Program(dspy.Module):
        """One `Predict` per module; the world says how well they do together."""

        def __init__(self):
            super().__init__()
            self.parts = [
                dspy.Predict(dspy.Signature("sample -> answer", one["instructions"]))
                for one in first.values()
            ]

        def forward(self, sample):
            """Call each module, and let the world score the sample."""
            for part in self.parts:
                answer = part(sample=sample)
            candidate = candidate_of(
                {
                    path: part.signature.instructions
                    for path, part in zip(first, self.parts, strict=True)
                },
                {
                    path: [{"inputs": {"sample": one["sample"]}} for one in part.demos]
                    for path, part in zip(first, self.parts, strict=True)
                },
            )
            (rollout,) = account.measure(candidate, [sample])
            return dspy.Prediction(
                answer=answer.answer, reward=rollout.reward, candidate=candidate
            )

    return Program()


def _new_dspy_model(dspy) -> Any:
    return dspy.utils.DummyLM({"": {"answer": "done"}}, follow_examples=False)


PEERS: dict[str, tuple[str, Callable[[Account, int], None]]] = {
    "gepa-package": ("gepa", drive_gepa),
    "dspy-few-shot": ("dspy", drive_dspy_few_shot),
}
"""By name of the column: the package, and what drives its optimizer."""


def drive_peer(name: str, account: Account, budget: int) -> Points:
    """Return what was spent, and the true reward of what would be returned then."""
    # Both draw progress bars for each evaluation.
    with (
        Path(os.devnull).open("w", encoding="utf-8") as nowhere,
        contextlib.redirect_stderr(nowhere),
        contextlib.redirect_stdout(nowhere),
    ):
        PEERS[name][1](account, budget)
    return account.points


def is_installed(name: str) -> bool:
    """Return whether the package of a column is there."""
    return find_spec(PEERS[name][0]) is not None
