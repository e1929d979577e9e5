"""Runs of every optimizer that others kill; the rest of a run is `killed_run`."""

import synalinks
from synalinks import optimizers
from tests.fault import killed_run
from tests.fault.killed_run import number_of
from tests.redraws import Redraws


class Crossing(optimizers.EvolutionaryOptimizer):
    """Lets the model write half of its children, and joins texts for the others."""

    async def mutate(self, parent, path, step):
        """Ask for other instructions."""
        records = self.records(path, step.rollouts)
        request = optimizers.RewriteRequest(parent=parent, materials={path: records})
        return (await self.rewrite([request]))[0]

    async def crossover(self, parent, other, path, step):
        """Take the examples of one, and the words of both."""
        words = f"{parent.values[path]['instructions']} {step.index}"
        value = {**other.values[path], "instructions": words}
        return optimizers.Candidate(
            values={**parent.values, path: value},
            origin="crossover",
            parents=(parent.digest, other.digest),
        )


MAKERS = {
    "random_few_shot": optimizers.RandomFewShot,
    "bootstrap_few_shot": lambda: optimizers.BootstrapFewShot(n_candidates=2),
    "auto": lambda: optimizers.get("auto"),
    "several_children": lambda: optimizers.OutOfBagRacing(
        n_children=3, pool="train+val"
    ),
    "gepa": lambda: optimizers.GEPA(use_merge=True),
    "omega": lambda: optimizers.OMEGA(population_size=2, merging_rate=0.3),
    "mipro": lambda: optimizers.MIPRO(
        n_instructions=3, n_example_sets=2, full_evaluation_every=2
    ),
    "mipro_tpe": lambda: optimizers.MIPRO(
        n_instructions=3, n_example_sets=2, full_evaluation_every=2, sampler="tpe"
    ),
    "chain": lambda: optimizers.Chain(
        ["bootstrap_few_shot", "auto", "gepa"], steps_per_turn=2
    ),
    "evolutionary": lambda: Crossing(merging_rate=0.5),
    "redraws": Redraws,
}


def answer(request):
    """Answer as `killed_run` does, and write what optimizers ask for.

    The text depends on all that was asked: who reads other records writes another one.
    """
    asked = (request.schema or {}).get("properties", {})
    if asked.keys() & {"answer", "score"}:
        return killed_run.answer(request)
    number = number_of(str([one["content"] for one in request.messages]))
    text = f"Say what {number % 99} says."
    return {
        name: "Hm." if name == "thinking" else {"instructions": text} for name in asked
    }


async def warm_up():
    """Do what is slow the first time, optuna included."""
    await killed_run.warm_up()
    sampler = optimizers.MIPRO(sampler="tpe")._sampler
    sampler.suggest({"a": 2}, [({"a": 0}, 0.5)], synalinks._internal.rng.stream(0))


if __name__ == "__main__":
    for name, make in MAKERS.items():
        killed_run.OPTIMIZERS[name] = lambda _, make=make: make()
    killed_run.start_runs(warm_up)
