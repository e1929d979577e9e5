"""The ledger of an optimizer has every call that was paid for."""

import re

import pytest

import synalinks
from synalinks.callbacks import LambdaCallback
from synalinks.optimizers import GEPA, OMEGA, Optimizer, OutOfBagRacing
from synalinks.testing import ScriptedTransport

pytestmark = pytest.mark.filterwarnings("ignore::synalinks.errors.SynalinksWarning")


class Question(synalinks.DataModel):
    text: str


class Answer(synalinks.DataModel):
    answer: str


def data(start, stop):
    numbers = range(start, stop)
    answers = [Answer(answer="odd" if n % 2 else "even") for n in numbers]
    return [Question(text=f"number {n}") for n in numbers], answers


def answer(request):
    """Answer some samples, and every proposal, with what does not fit its schema."""
    if "answer" not in request.schema["properties"]:
        return {"nonsense": 1}
    asked = " ".join(one["content"] for one in request.messages[1:] or request.messages)
    number = int(re.search(r"number (\d+)", asked)[1])
    return {"nonsense": 1} if number % 3 == 0 else {"answer": "even"}


class Asking(Optimizer):
    """Asks a model itself, in its own way."""

    async def propose(self, step):
        """Ask, and make nothing of it."""
        await self.brief.language_model.complete(
            [{"role": "user", "content": "number 1"}],
            schema=Answer.get_schema(),
        )
        return []


async def trained(optimizer, callbacks=(), **options):
    """Train a program that first calls a module which learns nothing.

    Returns:
        The usage in the optimizer's ledger, the model, and its transport.
    """
    synalinks.clear_session()
    transport = ScriptedTransport(answer)
    model = synalinks.LanguageModel("openai/scripted", transport=transport, retry=2)
    question = synalinks.Input(data_model=Question)
    draft = await synalinks.Generator(
        data_model=Answer,
        language_model=model,
        return_inputs=True,
        trainable=False,
        name="draft",
    )(question)
    output = await synalinks.Generator(
        data_model=Answer, language_model=model, name="final"
    )(draft)
    program = synalinks.Program(inputs=question, outputs=output, name="p")
    program.compile(optimizer=optimizer, reward=synalinks.rewards.ExactMatch())
    await program.fit(
        *data(0, 24),
        validation_data=data(24, 32),
        batch_size=8,
        verbose=0,
        callbacks=list(callbacks),
        **options,
    )
    return optimizer.ledger.usage(), model, transport


@pytest.mark.parametrize("make", [OutOfBagRacing, GEPA, OMEGA, Asking])
async def test_answers_of_no_use_are_paid_for(make):
    """Refused answers, modules that learn nothing, and calls of propose are counted."""
    usage, model, transport = await trained(make())

    assert usage.calls == model.cumulated_calls == len(transport.requests)
    assert usage.tokens == model.cumulated_tokens


async def test_answers_of_no_use_are_counted_once_by_a_run_that_goes_on(tmp_path):
    """A refused answer that the journal has is counted, and not paid for again."""
    whole, _, wire = await trained(OutOfBagRacing())
    died = LambdaCallback(on_train_batch_end=_die)
    with pytest.raises(RuntimeError, match="power cut"):
        await trained(OutOfBagRacing(), [died], resume=tmp_path / "run")

    rest, model, again = await trained(OutOfBagRacing(), resume=tmp_path / "run")

    assert rest.calls == model.cumulated_calls == whole.calls
    assert 0 < len(again.requests) < len(wire.requests)


def _die(batch, logs=None):
    if batch == 1:
        raise RuntimeError("power cut")
