"""Tools with effects in a training that dies and is gone on with."""

import contextlib
import json

import pytest

import synalinks
from synalinks.language_models import LMResponse
from synalinks.optimizers import Optimizer, Trial
from tests.builders import Query, run, scripted

pytestmark = pytest.mark.integration


class Crash(synalinks.callbacks.Callback):
    """Ends the run in the middle of an epoch."""

    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            msg = "power cut"
            raise OSError(msg)


def sending(request):
    """Send a mail about what is asked, then answer."""
    if request.messages[-1]["role"] == "tool":
        return "Done."
    text = json.loads(request.messages[-1]["content"])["query"]
    function = {"name": "send", "arguments": json.dumps({"text": text})}
    call = {"id": "1", "type": "function", "function": function}
    return LMResponse(tool_calls=[call])


class OneMoreEachStep(Optimizer):
    """Runs the first samples once more in each step, and proposes nothing."""

    async def prepare(self, step):
        """Ask for another draw."""
        ids = tuple(step.pool_ids[:2])
        yield [Trial(candidate=self.incumbent, sample_ids=ids, draw=step.index + 1)]

    async def propose(self, step):
        """Return nothing."""
        return []


def fitted(folder, sent, *callbacks, optimizer=None, save_freq="epoch"):
    """Train an agent that sends mails; return how many answers were paid for."""

    @synalinks.saving.register_synalinks_serializable(package="journaled_tools")
    async def send(text: str) -> int:
        """Send a mail.

        Args:
            text: What to say.
        """
        sent.append(text)
        return len(text)

    async def done(y_true, y_pred):
        return float(y_pred.get("messages")[-1]["content"] == "Done.")

    model, transport = scripted(sending)

    async def fit():
        agent = synalinks.FunctionCallingAgent(
            tools=[synalinks.Tool(send, journal=True)], language_model=model, name="a"
        )
        inputs = synalinks.Input(data_model=Query)
        program = synalinks.Program(
            inputs=inputs, outputs=await agent(inputs), name="sender"
        )
        program.compile(optimizer=optimizer or "random_few_shot", reward=done)
        backup = synalinks.callbacks.BackupAndRestore(
            folder, save_freq, delete_checkpoint=False
        )
        x = [Query(query=f"mail {n}") for n in range(6)]
        await program.fit(
            x=x,
            validation_data=(x[:1], None),
            batch_size=2,
            verbose=0,
            callbacks=[backup, *callbacks],
        )

    synalinks.clear_session()
    with contextlib.suppress(OSError):  # the power cut
        run(fit())
    return len(transport.requests)


@pytest.mark.filterwarnings("ignore::synalinks.errors.SynalinksWarning")
def test_no_mail_is_sent_twice(tmp_path):
    """What was sent and answered before the crash is neither sent nor paid again."""
    whole: list[str] = []
    n_paid = fitted(tmp_path / "whole", whole)

    sent: list[str] = []
    n_before = fitted(tmp_path / "cut", sent, Crash())
    n_sent_before = len(sent)
    n_after = fitted(tmp_path / "cut", sent)

    assert 0 < n_sent_before < len(whole)
    assert sorted(sent) == sorted(whole)
    assert n_before + n_after == n_paid


@pytest.mark.filterwarnings("ignore::synalinks.errors.SynalinksWarning")
def test_a_further_draw_sends_a_mail_of_its_own(tmp_path):
    """What a tool did for a draw is not taken for another, in whichever process."""

    def fit(folder, sent, *callbacks):
        fitted(folder, sent, *callbacks, optimizer=OneMoreEachStep(), save_freq=1)

    whole: list[str] = []
    fit(tmp_path / "whole", whole)
    sent: list[str] = []
    fit(tmp_path / "cut", sent, Crash())
    fit(tmp_path / "cut", sent)

    assert whole.count("mail 1") == 1 + 3  # the batch, and a draw in each step
    assert sorted(sent) == sorted(whole)
