"""Optimizers driven by ask and tell, without a program: a function gives rewards."""

import json

import synalinks
from synalinks.contracts import (
    CallRecord,
    Candidate,
    ProgramBrief,
    Rollout,
    Usage,
    VariableBrief,
)
from synalinks.optimizers import StepView
from synalinks.testing import ScriptedTransport

PATHS = ("a/state", "b/state")
SCHEMA = {
    "type": "object",
    "properties": {"instructions": {"type": "string"}},
    "required": ["instructions"],
}


class Driver:
    """Takes steps with an optimizer.

    Args:
        optimizer: The optimizer.
        reward: Reward of a candidate on a sample id.
        n_train: How many training samples there are.
        n_validation: How many validation samples.
    """

    def __init__(self, optimizer, reward, *, n_train=24, n_validation=12):
        self.optimizer, self._reward = optimizer, reward
        self.train = [f"train:{i}" for i in range(n_train)]
        self.validation = [f"val:{i}" for i in range(n_validation)]
        self.asked = []
        """The modules that each proposal was to rewrite."""
        self.cells = []
        """Candidate and sample of each rollout."""
        self.seed = Candidate(
            values={path: {"instructions": "x", "examples": []} for path in PATHS}
        )
        transport = ScriptedTransport(self._propose)
        brief = ProgramBrief(
            variables={
                path: VariableBrief(path=path, schema=SCHEMA, module_name=path[0])
                for path in PATHS
            },
            language_model=synalinks.LanguageModel("openai/ask", transport=transport),
        )
        samples = dict.fromkeys([*self.train, *self.validation], (None, None))
        optimizer.start(self.seed, "data", samples=samples, brief=brief)

    def _propose(self, request):
        asked = json.loads(request.messages[1]["content"])["modules"]
        self.asked.append(list(asked))
        return {
            **(
                {"thinking": "Hm."}
                if "thinking" in request.schema["properties"]
                else {}
            ),
            **{
                name: {"instructions": f"{one['current']['instructions']} {n}"}
                for n, (name, one) in enumerate(asked.items(), len(self.asked))
            },
        }

    async def steps(self, n_steps, batch_size=4):
        """Take steps; return the events that are noted meanwhile."""
        log = self.optimizer.log.events
        n_before = len(log)
        for _ in range(n_steps):
            batch = self.train[:batch_size]
            self.measure(self.optimizer.incumbent, batch)
            cells = [
                self.optimizer.ledger.get(self.optimizer.incumbent, b) for b in batch
            ]
            async for trials in self.optimizer.search(self.view(cells)):
                for one in trials:
                    self.measure(one.candidate, one.sample_ids, one.draw)
            self.optimizer.decide()
        return log[n_before:]

    def view(self, rollouts=(), attempt=0):
        """Return what the optimizer sees of its next step."""
        return StepView(
            index=self.optimizer.iterations,
            rollouts=rollouts,
            scoring_ids=self.validation,
            minibatch_size=4,
            seed=0,
            attempt=attempt,
            pool_ids=self.train,
        )

    def measure(self, candidate, sample_ids, draw=0):
        """Run a candidate on the samples that it was not run on in this draw."""
        missing = self.optimizer.ledger.missing(candidate, sample_ids, draw)
        self.cells += [(candidate.digest, one) for one in missing]
        rollouts = [self._rollout(candidate, one, draw) for one in missing]
        self.optimizer.tell(candidate, rollouts)

    def _rollout(self, candidate, sample_id, draw):
        calls = tuple(
            CallRecord(
                sample_id=sample_id,
                module_path=path[0],
                variable_path=path,
                index=index,
                inputs={"sample": sample_id},
                outputs={"answer": "?"},
                usage=Usage(calls=1),
            )
            for index, path in enumerate(PATHS)
        )
        reward = self._reward(candidate, sample_id)
        return Rollout(
            sample_id=sample_id, draw=draw, inputs=None, calls=calls, reward=reward
        )


def texts_of(candidate):
    """Return the instructions of a candidate's modules."""
    return [candidate.values[path]["instructions"] for path in PATHS]
