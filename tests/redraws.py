"""An optimizer of one's own that measures what is a matter of chance several times."""

from synalinks.contracts import Trial
from synalinks.optimizers import Candidate, Optimizer


class Redraws(Optimizer):
    """Adds examples that are right in every draw, and judges by the mean of all draws.

    A step costs `n_draws` runs of the incumbent on the batch, and of the incumbent and
    its child on the samples that candidates are compared on.

    Args:
        n_draws: How often a candidate is run on a sample.
    """

    def __init__(self, *, n_draws: int = 3, **options):
        super().__init__(**options)
        self.n_draws = n_draws

    async def prepare(self, step):
        """Run the batch again: its first draw is there."""
        yield self._trials(self.incumbent, step.batch_ids)

    async def propose(self, step):
        """Return the program with some answers as examples that no draw got wrong."""
        means = self.ledger.rewards(self.incumbent, step.batch_ids)
        values = {path: dict(value) for path, value in self.incumbent.values.items()}
        for rollout in step.rollouts:
            if means.get(rollout.sample_id, 0.0) >= 0.5:
                for call in rollout.calls:
                    example = {"inputs": call.inputs, "outputs": call.outputs}
                    examples = values[call.variable_path]["examples"]
                    values[call.variable_path]["examples"] = [*examples, example]
        child = Candidate(
            values=values, origin="few_shot", parents=(self.incumbent.digest,)
        )
        return [child] if child.digest != self.incumbent.digest else []

    async def judge(self, step):
        """Choose by the mean difference over samples, each the mean of its draws."""
        rivals, ids = [self.incumbent, *self.proposals], step.scoring_ids
        yield [trial for one in rivals for trial in self._trials(one, ids)]
        self.choose(
            max(
                rivals, key=lambda one: self.ledger.mean_difference(one, rivals[0], ids)
            )
        )

    def _trials(self, candidate, sample_ids):
        ids = tuple(sample_ids)
        draws = range(self.n_draws)
        return [Trial(candidate=candidate, sample_ids=ids, draw=draw) for draw in draws]
