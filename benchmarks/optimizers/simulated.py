"""Compare optimizers on simulated worlds: true reward against LM calls.

    python benchmarks/optimizers/simulated.py [--worlds 16] [--budget 3000] [--price 5]
        [--families development|held-out|all] [--only NAME,...] [--jobs 2]
        [--reference NAME]

Names are those of `contenders.py`, and with the packages of other projects installed
(`pip install --group peers`) `gepa-package` and `dspy-few-shot`.
Costs are rollouts plus proposals at `--price` rollouts each. The true reward is the
exact expected test score of the program that would be returned; optimizers never see
it. All differences are paired by world, with two standard errors.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from contenders import CONTENDERS, REFERENCE
from peers import PEERS, Account, Points, drive_peer, is_installed
from worlds import DEVELOPMENT, HELD_OUT, ProposingModel, World

import synalinks
from synalinks.optimizers import StepView
from synalinks.testing import ScriptedTransport

N_POINTS = 30
MAX_IDLE_STEPS = 40


async def drive(contender, world: World, budget: int, price: int) -> Points:
    """Return what was spent, and the true reward of what would be returned then."""
    proposing = ProposingModel(world)
    model = synalinks.LanguageModel(
        "simulated/proposer", transport=ScriptedTransport(proposing.answer)
    )
    optimizer = contender.make()
    samples = dict.fromkeys([*world.train, *world.validation], (None, None))
    optimizer.start(
        world.first(), world.family.name, samples=samples, brief=world.brief(model)
    )
    curve: Points = [(0.0, world.truth(optimizer.incumbent))]
    n_rollouts, n_idle = 0, 0

    def spent() -> float:
        return n_rollouts + price * proposing.n_requests

    def measure(candidate, sample_ids, draw=0) -> None:
        nonlocal n_rollouts
        missing = optimizer.ledger.missing(candidate, sample_ids, draw)
        optimizer.tell(candidate, world.measure(candidate, missing, draw))
        n_rollouts += len(missing)

    order = list(world.train)
    while spent() < budget and n_idle < MAX_IDLE_STEPS:
        before = spent()
        start = optimizer.iterations * contender.batch_size % len(order)
        batch = order[start : start + contender.batch_size]
        measure(optimizer.incumbent, batch)
        view = StepView(
            index=optimizer.iterations,
            rollouts=[optimizer.ledger.get(optimizer.incumbent, one) for one in batch],
            scoring_ids=world.validation,
            minibatch_size=contender.minibatch_size,
            seed=world.seed,
            pool_ids=world.train,
        )
        async for trials in optimizer.search(view):
            for trial in trials:
                measure(trial.candidate, trial.sample_ids, trial.draw)
        optimizer.decide()
        n_idle = n_idle + 1 if spent() == before else 0
        if spent() <= budget:
            curve.append((spent(), world.truth(optimizer.incumbent)))
    return curve


def at_even_steps(points: Points, budget: int) -> list[float]:
    """Return the reward at even steps of the budget."""
    return [
        next(value for at, value in reversed(points) if at <= budget * i / N_POINTS)
        for i in range(N_POINTS + 1)
    ]


def run_one(job) -> tuple[str, str, int, list[float]]:
    """Run one contender on one world, in a process of its own."""
    name, family, seed, budget, price = job
    world = World(family, seed)
    if name in PEERS:
        account = Account(world, ProposingModel(world), price)
        points = drive_peer(name, account, budget)
    else:
        contender = next(one for one in CONTENDERS if one.name == name)
        points = asyncio.run(drive(contender, world, budget, price))
    return name, family.name, seed, at_even_steps(points, budget)


def interval(values: list[float]) -> str:
    """Return mean and two standard errors."""
    mean = statistics.fmean(values)
    error = statistics.stdev(values) / len(values) ** 0.5 if len(values) > 1 else 0.0
    return f"{mean:+.3f} ± {2 * error:.3f}"


def report(families, names, curves, n_worlds, reference) -> None:
    """Print one table per family."""
    for family in families:
        first = statistics.fmean(
            curves[reference, family.name, seed][0] for seed in range(n_worlds)
        )
        print(f"\n## {family.name} (untrained {first:.3f})\n")
        print(
            f"| optimizer | final | area | final vs {reference} | area vs {reference} |"
        )
        print("|---|---|---|---|---|")
        for name in names:
            own = [curves[name, family.name, seed] for seed in range(n_worlds)]
            other = [curves[reference, family.name, seed] for seed in range(n_worlds)]
            finals = [a[-1] - b[-1] for a, b in zip(own, other, strict=True)]
            areas = [
                statistics.fmean(a) - statistics.fmean(b)
                for a, b in zip(own, other, strict=True)
            ]
            final = statistics.fmean(one[-1] for one in own)
            area = statistics.fmean(statistics.fmean(one) for one in own)
            print(
                f"| {name} | {final:.3f} | {area:.3f} | {interval(finals)} "
                f"| {interval(areas)} |",
                flush=True,
            )


def columns(only: str, reference: str) -> list[str]:
    """Return the names of what is compared, the reference first."""
    asked = [one for one in only.split(",") if one]
    usual = [one.name for one in CONTENDERS if not one.is_extra]
    names = list(dict.fromkeys([reference, *(asked or [*usual, *PEERS])]))
    missing = [one for one in names if one in PEERS and not is_installed(one)]
    for name in missing:
        print(f"{name}: skipped, `{PEERS[name][0]}` is not installed (group `peers`).")
    unknown = set(names) - {*PEERS, *(one.name for one in CONTENDERS)}
    if unknown or reference in missing:
        sys.exit(f"There are no such columns: {sorted(unknown) or [reference]}.")
    return [one for one in names if one not in missing]


def main() -> None:
    """Run all jobs and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=16)
    parser.add_argument("--budget", type=int, default=3000)
    parser.add_argument("--price", type=int, default=5)
    parser.add_argument("--families", default="development")
    parser.add_argument("--only", default="")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--reference", default=REFERENCE)
    options = parser.parse_args()
    chosen = {
        "development": DEVELOPMENT,
        "held-out": HELD_OUT,
        "all": (*DEVELOPMENT, *HELD_OUT),
    }
    families = chosen[options.families]
    names = columns(options.only, options.reference)
    jobs = [
        (name, family, seed, options.budget, options.price)
        for name in names
        for family in families
        for seed in range(options.worlds)
    ]
    with ProcessPoolExecutor(options.jobs) as pool:
        results = list(pool.map(run_one, jobs, chunksize=1))
    curves = {(name, family, seed): curve for name, family, seed, curve in results}
    print(
        f"{options.worlds} worlds per family, {options.budget} units, a proposal "
        f"priced at {options.price} rollouts"
    )
    report(families, names, curves, options.worlds, options.reference)


if __name__ == "__main__":
    main()
