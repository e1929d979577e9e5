"""A key goes to the provider and nowhere else, whatever goes wrong."""

import asyncio
import json
import logging
import traceback
import warnings

import pytest

import synalinks
from synalinks import errors
from synalinks._internal import context
from synalinks._internal.journal import Journal
from synalinks.callbacks import Callback, CSVLogger, ProgramCheckpoint
from synalinks.language_models import LanguageModel
from synalinks.testing import Drop, Fault, Raw, Status
from tests.fault.test_lm_runs import Label, Review, data

pytestmark = pytest.mark.fault

CANARY = "canaryVALUE31337x"
# Where a key may be given: each row is arguments of the model and the environment.
WAYS = {
    "argument": ({"api_key": CANARY}, {}),
    "environment": ({}, {"OPENAI_API_KEY": CANARY}),
    "header": (
        {"api_key": "-", "extra_headers": {"Authorization": f"Bearer {CANARY}"}},
        {},
    ),
    "own header": ({"api_key": "-", "extra_headers": {"X-My-Key": CANARY}}, {}),
    "user of the url": ({}, {"url": ("//", f"//me:{CANARY}@")}),
    "query of the url": ({"api_key": "-"}, {"url": ("/v1", f"/v1?key={CANARY}")}),
    "parameter": ({"api_key": "-", "client_secret": CANARY}, {}),
    "inner parameter": (
        {"api_key": "-", "extra_body": {"routes": [{"api_key": CANARY}]}},
        {},
    ),
    "other variable": ({"api_key": "-"}, {"MY_GATEWAY_TOKEN": CANARY}),
}
SAID = f"Incorrect API key provided: {CANARY}. You sent Bearer {CANARY}."
# Providers repeat what they were sent: in errors, in HTML, even in answers.
FAULTS = {
    "refused": [Fault(Status(status=401, message=SAID))],
    "forbidden": [Fault(Status(status=403, message=SAID))],
    "bad request": [Fault(Status(status=400, message=SAID))],
    "server error": [Fault(Status(status=500, message=SAID))],
    "html": [Fault(Raw(body=f"<html>{SAID}</html>"))],
    "dropped": [Fault(Drop())],
    "some": [Fault(Status(status=503, message=SAID), rate=0.3)],
    "late refusal": [Fault(Status(status=401, message=SAID), at=range(10, 10**6))],
}


# What these ways add is tested with the faults that show it.
LATER = ("query of the url", "parameter", "inner parameter")
CASES = [
    (way, fault)
    for way in WAYS
    for fault in FAULTS
    if way not in LATER or fault in {"refused", "some"}
]


class Everything(Callback):
    """Keeps the text of all that callbacks are told."""

    def __init__(self):
        self.told = []

    def on_train_batch_end(self, batch, logs=None):
        self.told.append(repr(logs))

    def on_epoch_end(self, epoch, logs=None):
        self.told.append(repr(logs))

    def on_run_error(self, error, logs=None):
        self.told.append(everything_in(error))


def everything_in(error, depth=0):
    """Return all texts of an error: its chain, its attributes, its traceback."""
    if error is None or depth > 10:
        return ""
    texts = [str(error), repr(error), repr(vars(error)), repr(error.args)]
    texts += traceback.format_exception(error)
    # What `raise ... from None` cut off is shown by nobody; see the last test.
    context = None if error.__suppress_context__ else error.__context__
    links = [error.__cause__, context, *getattr(error, "exceptions", ())]
    texts += [everything_in(link, depth + 1) for link in links]
    return "\n".join(texts)


def make_model(server, transport, folder, arguments):
    """Return a model with short times and a folder for answers."""
    return LanguageModel(
        "openai/gpt-4o-mini",
        transport=transport,
        retry=2,
        retry_max_wait=0.01,
        timeout=5,
        cache_dir=None if folder is None else str(folder / "answers"),
        **{"api_base": server.url, **arguments},
    )


async def make_program(model):
    """Return a compiled program of one generator."""
    inputs = synalinks.Input(data_model=Review)
    outputs = await synalinks.Generator(data_model=Label, language_model=model)(inputs)
    program = synalinks.Program(inputs=inputs, outputs=outputs)
    program.compile(
        optimizer=synalinks.optimizers.RandomFewShot(), reward="exact_match"
    )
    return program


async def train(program, model, callbacks):
    """Train; return what can be read from it."""
    try:
        history = await program.fit(
            *data(16),
            validation_data=data(4),
            epochs=1,
            batch_size=8,
            callbacks=callbacks,
            verbose=1,
        )
        return repr(history.history)
    except errors.SynalinksError as error:
        return everything_in(error)
    finally:
        await model.aclose()


def shown(program, model):
    """Return what a user may print of a program and a model."""
    program.summary()
    texts = [repr(model), str(model), repr(program), repr(model.cumulated_details)]
    texts += [json.dumps(one.get_config(), default=repr) for one in (model, program)]
    return texts


def check_files(folder):
    """Fail if any file under a folder has the key."""
    written = [path for path in folder.rglob("*") if path.is_file()]
    assert {"program.json", "after.json", "log.csv"} <= {path.name for path in written}
    assert [path for path in written if CANARY.encode() in path.read_bytes()] == []


def run(server, transport, folder, arguments, callbacks):
    """Train and save a program, and return all texts."""
    model = make_model(server, transport, folder, arguments)
    program = asyncio.run(make_program(model))
    texts = shown(program, model)
    program.save(folder / "program.json")
    journal = Journal(folder / "journal")
    journal.open()
    with context.bound(context.journal, journal):
        texts.append(asyncio.run(train(program, model, callbacks)))
    journal.close()
    program.save(folder / "after.json")
    program.save_variables(folder / "after.variables.json")
    return texts + shown(program, model)


@pytest.mark.parametrize(("way", "fault"), CASES)
def test_a_key_is_nowhere_to_be_found(way, fault, request, serve, transport, tmp_path):
    """No file, log, warning, print, config, repr or error has it; the server does."""
    monkeypatch, caplog, capfd = map(
        request.getfixturevalue, ("monkeypatch", "caplog", "capfd")
    )
    caplog.set_level(logging.INFO)
    caplog.set_level(logging.DEBUG, logger="synalinks")
    caplog.set_level(logging.DEBUG, logger="asyncio")
    caplog.set_level(logging.DEBUG, logger="aiohttp")
    arguments, environment = WAYS[way]
    server = serve({"label": "good"}, faults=FAULTS[fault])
    arguments = dict(arguments)
    for name, value in environment.items():
        if name == "url":
            arguments["api_base"] = server.url.replace(*value)
        else:
            monkeypatch.setenv(name, value)
    folder = tmp_path / "run"
    callback = Everything()

    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        callbacks = [
            callback,
            CSVLogger(folder / "log.csv"),
            ProgramCheckpoint(folder / "best.json", monitor="reward"),
        ]
        texts = run(server, transport, folder, arguments, callbacks)

    printed = capfd.readouterr()
    texts += [printed.out, printed.err, caplog.text, *callback.told]
    texts += [repr(record.__dict__) for record in caplog.records]
    texts += [str(one.message) for one in caught]
    if "parameter" not in way:  # those are sent in the body, which a server may log
        texts.append(json.dumps(server.log.to_json()))
    found = [text for text in texts if CANARY in text]
    assert not found, found[0][max(0, found[0].index(CANARY) - 300) :][:600]
    check_files(tmp_path)
    # HTTP clients refuse to send a user and a bearer token both, and those inside
    # litellm put the path behind the query.
    assert server.requests or "of the url" in way


def test_the_canary_would_be_found(caplog):
    """The search sees what is hidden in chains, attributes and records."""
    inner = ValueError("x")
    inner.body = CANARY
    outer = RuntimeError("y")
    outer.__cause__ = inner

    assert CANARY in everything_in(outer)
    logging.getLogger("some").warning("key %s", CANARY)
    assert CANARY in caplog.text


def test_no_error_holds_another_with_the_key(serve, transport):
    """Not even what `from None` hides has the key: tools that report errors look."""
    server = serve(Status(status=401, message=SAID))
    model = make_model(server, transport, None, {"api_key": CANARY})

    with pytest.raises(errors.AuthenticationError) as caught:
        asyncio.run(model.complete([{"role": "user", "content": "x"}]))

    link = caught.value
    while link is not None:
        assert CANARY not in str(link) + repr(vars(link))
        link = link.__cause__ or link.__context__
