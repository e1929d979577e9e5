"""However the bytes of a stream are split, the same answer comes of them."""

import itertools
import json

from hypothesis import given
from hypothesis import strategies as st

from synalinks.language_models import LMRequest
from synalinks.language_models._chunk import Assembly, LMChunk
from synalinks.language_models._chunk_reader import ChunkReader
from synalinks.language_models._sse import EventParser

REQUEST = LMRequest(model="openai/x", messages=[])
# No line ends of any kind inside a line.
TEXTS = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]))
NOISE = st.one_of(
    TEXTS.map(lambda text: f": {text}"),
    st.sampled_from(["event: message", "id: 7", "retry: 10", ":", "unknown"]),
)


@st.composite
def streams(draw):
    """Return the data of some events, and bytes that carry them."""
    events = draw(st.lists(st.lists(TEXTS, min_size=1, max_size=3), max_size=4))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = draw(st.sampled_from(["", "\ufeff"]))
    for lines in events:
        for line in lines:
            for noise in draw(st.lists(NOISE, max_size=2)):
                text += noise + end
            space = "" if line and not line.startswith(" ") else " "
            text += f"data:{space}{line}{end}"
        text += end
    return ["\n".join(lines) for lines in events], text.encode()


@st.composite
def pieces(draw, content):
    """Return bytes cut at any places."""
    places = draw(st.lists(st.integers(0, len(content)), max_size=12))
    ends = [0, *sorted(places), len(content)]
    return [content[a:b] for a, b in itertools.pairwise(ends)]


@given(st.data())
def test_any_split_gives_the_same_events(data):
    """Bytes may be cut inside a line end, and inside a character."""
    events, content = data.draw(streams())
    parser = EventParser()

    got = [
        event for piece in data.draw(pieces(content)) for event in parser.feed(piece)
    ]

    assert [*got, *parser.close()] == events


DELTAS = st.one_of(
    st.fixed_dictionaries({"content": st.text(max_size=8)}),
    st.fixed_dictionaries({"reasoning_content": st.text(max_size=8)}),
    st.builds(
        lambda index, arguments: {
            "tool_calls": [{"index": index, "function": {"arguments": arguments}}]
        },
        st.integers(0, 2),
        st.text(max_size=5),
    ),
)


@given(st.lists(DELTAS, max_size=8), st.data())
def test_any_split_gives_the_same_answer(deltas, data):
    """Chunks, and what they add up to, do not depend on how bytes arrive."""
    choices = [{"delta": delta} for delta in deltas]
    choices.append({"delta": {}, "finish_reason": "stop"})
    payloads = [{"choices": [choice]} for choice in choices]
    payloads.append({"choices": [], "usage": {"prompt_tokens": 3}})
    lines = [f"data: {json.dumps(payload)}\n\n" for payload in payloads]
    content = "".join([*lines, "data: [DONE]\n\n", "data: rubbish\n\n"]).encode()

    whole = chunks_of([content])
    split = chunks_of(data.draw(pieces(content)))

    assert split == whole
    answer = assembled(split)
    told = "".join(delta.get("content", "") for delta in deltas)
    assert (answer.content or "") == told
    assert answer.usage.prompt_tokens == 3


@given(st.lists(st.text(min_size=1), max_size=6))
def test_chunks_add_up(texts):
    """The pieces of a text are the text."""
    chunks = [*(LMChunk(content=text) for text in texts), LMChunk(finish_reason="stop")]

    assert (assembled(chunks).content or "") == "".join(texts)


def chunks_of(parts):
    reader = ChunkReader(REQUEST)
    chunks = [chunk for part in parts for chunk in reader.feed(part)]
    assert reader.is_done
    return chunks


def assembled(chunks):
    assembly = Assembly(REQUEST)
    for chunk in chunks:
        assembly.add(chunk)
    return assembly.response()
