"""A model that talks to a broken server, and what both must agree on."""

import asyncio
import time
from dataclasses import dataclass, field

import pytest

from synalinks.language_models import LanguageModel
from synalinks.testing import ChatServer
from tests.fault import killing

MESSAGES = [{"role": "user", "content": "Was it good?"}]
SCHEMA = {
    "type": "object",
    "title": "Answer",
    "properties": {"label": {"type": "string", "enum": ["good", "bad"]}},
    "required": ["label"],
}
GOOD = {"label": "good"}
N_ATTEMPTS = 3


@dataclass
class Exchange:
    """A server and a model that asks it, with short times."""

    server: ChatServer
    model: LanguageModel
    seconds: float = 0.0
    error: BaseException | None = None
    answers: list = field(default_factory=list)

    def ask(self, n_calls=1, schema=SCHEMA, *, equal=False, **params):
        """Make calls at once; note answers, the first error and the time taken."""

        async def one(index):
            # Else nothing can be shared between calls.
            text = f"{MESSAGES[0]['content']} ({0 if equal else index})"
            completion = await self.model.complete(
                [{"role": "user", "content": text}], schema=schema, **params
            )
            self.answers.append(completion)

        async def all_of_them():
            calls = [one(index) for index in range(n_calls)]
            return await asyncio.gather(*calls, return_exceptions=True)  # noqa: TID251 - errors side by side

        started = time.perf_counter()
        results = asyncio.run(all_of_them())
        self.seconds = time.perf_counter() - started
        errors = [result for result in results if result is not None]
        self.error = errors[0] if errors else None
        return self

    @property
    def n_requests(self):
        """Requests that the server saw, which must be those that the model counted."""
        assert len(self.server.requests) == self.model.cumulated_attempts
        return len(self.server.requests)


@pytest.fixture(scope="package")
def starter():
    """Return what starts runs that are killed."""
    found = killing.Starter()
    yield found
    found.stop()


@pytest.fixture(scope="package")
def chat_server():
    """Return the server that they ask."""
    with killing.server() as found:
        yield found


@pytest.fixture(scope="package")
def undisturbed(starter, chat_server, tmp_path_factory):
    """Return a function that gives how the run ends that nobody kills."""
    wholes = {}

    def run(**arguments):
        key = tuple(arguments.items())
        if key not in wholes:
            wholes[key] = killing.run_to_the_end(
                starter, chat_server, tmp_path_factory.mktemp("whole") / "run", [],
                **arguments,
            )  # fmt: skip
        return wholes[key]

    return run


@pytest.fixture(params=["direct", "litellm"])
def transport(request):
    return request.param


@pytest.fixture
def serve():
    """Return a function that starts a server which is stopped after the test."""
    servers = []

    def start(*args, **options):
        server = ChatServer(*args, **options)
        server.start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def warm():
    """Return a function that lets a transport do what is slow the first time."""
    done = set()

    def warm_up(transport):
        if transport in done:
            return
        done.add(transport)
        with ChatServer("ok") as server:
            model = LanguageModel(
                "openai/warm", api_base=server.url, api_key="-", transport=transport
            )
            asyncio.run(model.complete(MESSAGES))

    return warm_up


@pytest.fixture
def exchange(serve, transport, warm):
    """Return a function that makes a server and a model which asks it."""
    warm(transport)

    def make(answer=GOOD, *, faults=(), server=None, **options):
        server_options = server or {}
        served = serve(answer, faults=faults, **server_options)
        times = {"timeout": 20, "retry": N_ATTEMPTS, "retry_max_wait": 0.05}
        model = LanguageModel(
            options.pop("model", "openai/gpt-4o-mini"),
            transport=transport,
            **{"api_base": served.url, "api_key": "a-key", **times, **options},
        )
        return Exchange(served, model)

    return make
