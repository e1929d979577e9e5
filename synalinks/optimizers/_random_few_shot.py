"""`RandomFewShot`: random search over sets of few-shot examples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synalinks.contracts import Candidate
from synalinks.optimizers._greedy import GreedyOptimizer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from synalinks.optimizers._step_view import StepView


class RandomFewShot(GreedyOptimizer):
    """Try random sets of the program's own good predictions as few-shot examples.

    At each step one set of examples is drawn for one of the variables and raced against
    the incumbent; it replaces it only if it does better on all samples of the race.
    Instructions are left alone. Proposing costs no LM calls; a race costs at most
    twice as many as there are validation samples, and most end after `minibatch_size`.

    Source: random search over demonstrations, Khattab et al. 2023 ("DSPy: Compiling
    Declarative Language Model Calls into Self-Improving Pipelines"), section 4.

    All arguments are those of `GreedyOptimizer`.
    """

    async def propose(self, step: StepView) -> Sequence[Candidate]:
        """Draw a set of examples for one variable.

        Args:
            step: The step's scored rollouts and settings.

        Returns:
            One candidate; none as long as there is no good prediction.
        """
        self.collect(step.rollouts)
        paths = [one for one in self.collected_paths() if one in self.incumbent.values]
        if not paths:
            return []
        random = step.random("examples")
        path = random.choice(paths)
        examples = self.sample_best_predictions(path, random)
        if not examples:
            return []
        value = {**self.incumbent.values[path], "examples": examples}
        return [
            Candidate(
                values={**self.incumbent.values, path: value},
                origin="few_shot",
                parents=(self.incumbent.digest,),
            )
        ]
