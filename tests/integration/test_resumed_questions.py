"""Questions that callbacks, metrics and caches ask in a run are asked once."""

import asyncio

import pytest

import synalinks
from synalinks.callbacks import Callback
from synalinks.testing import ScriptedTransport
from synalinks.training import Evaluator
from tests.fault.killed_run import Verdict, data
from tests.resumed_runs import die, train

pytestmark = pytest.mark.integration

HOOKS = [
    "on_train_begin", "on_epoch_begin", "on_train_batch_begin", "before_update",
    "on_train_batch_end", "on_test_begin", "on_test_batch_end", "on_test_end",
    "on_eval", "on_epoch_end", "before_train_end", "on_train_end",
]  # fmt: skip


def run(coroutine):
    return asyncio.run(coroutine)


class Counting:
    """A provider that never answers twice alike, over all processes of a run."""

    def __init__(self):
        self.n = 0

    def model(self):
        return synalinks.LanguageModel(
            "openai/other", transport=ScriptedTransport(self._answer), retry=1
        )

    def _answer(self, request):
        self.n += 1
        return {"score": self.n / 1000}


async def ask(model, text):
    messages = [{"role": "user", "content": text}]
    return (await model.complete(messages, schema=Verdict.get_schema())).value["score"]


class Asks(Callback):
    """Asks in one hook, and remembers the answers."""

    def __init__(self, hook, provider):
        super().__init__()
        self.answers, model = [], provider.model()

        async def call(*_):
            self.answers.append(await ask(model, "How is it?"))

        setattr(self, hook, call)

    def state_dict(self):
        return {"answers": [*self.answers]}

    def load_state_dict(self, state):
        self.answers = [*state["answers"]]


@pytest.mark.parametrize(
    ("hook", "save_freq"),
    [*((hook, 1) for hook in HOOKS), ("on_eval", "epoch"), ("on_epoch_begin", "epoch")],
)
def test_what_a_hook_asks_is_asked_once(tmp_path, hook, save_freq):
    """Wherever the run died, also in the middle of an epoch with evaluations."""

    def changes(provider):
        asks = Asks(hook, provider)
        evaluators = [Evaluator("test", *data(200, 3), every="1ba")]
        return asks, {
            "save_freq": save_freq,
            "callbacks": [asks],
            "arguments": {"evaluators": evaluators},
        }

    whole_provider, provider = Counting(), Counting()
    asks, options = changes(whole_provider)
    whole = run(train(tmp_path / "whole", **options))

    for n in (3, 6):
        provider = Counting()
        folder = tmp_path / f"cut{n}"
        n_paid = run(die(folder, n=n, **changes(provider)[1]))
        asks_again, options = changes(provider)
        resumed = run(train(folder, **options))

        assert provider.n == whole_provider.n
        assert n_paid + resumed.n_requests == whole.n_requests
        assert resumed.same() == whole.same()
        if hook not in {"on_train_begin", "on_epoch_begin"}:  # called again
            assert asks_again.answers == asks.answers


@pytest.mark.parametrize("n", [2, 3, 5, 7])
def test_judged_metrics_of_evaluations_are_judged_once(tmp_path, n):
    """Each evaluation has a place of its own, though the questions are the same."""

    def changes(provider):
        model = provider.model()

        async def judged(y_true, y_pred):
            return await ask(model, f"{y_pred.get('answer')}, {y_true.get('answer')}?")

        metric = synalinks.metrics.MeanMetricWrapper(fn=judged, name="judged")
        test = Evaluator("test", *data(200, 3), every="1ba", metrics=[metric])
        return {"save_freq": 1, "arguments": {"evaluators": [test]}}

    whole_provider, provider = Counting(), Counting()
    whole = run(train(tmp_path / "whole", **changes(whole_provider)))
    run(die(tmp_path / "cut", n=n, **changes(provider)))
    resumed = run(train(tmp_path / "cut", **changes(provider)))

    assert provider.n == whole_provider.n
    assert set(resumed.history) == set(whole.history)


@pytest.mark.parametrize("save_freq", [1, "epoch"])
@pytest.mark.parametrize("n", [3, 5, 7])
def test_a_cache_in_memory_outlives_processes(tmp_path, n, save_freq):
    """What a dead process was answered is in the journal."""
    model = {"model": {"caching": True}, "save_freq": save_freq}
    whole = run(train(tmp_path / "whole", **model))

    n_paid = run(die(tmp_path / "cut", n=n, **model))
    resumed = run(train(tmp_path / "cut", **model))

    assert n_paid + resumed.n_requests == whole.n_requests
    assert resumed.same() == whole.same()
