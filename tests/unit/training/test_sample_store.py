"""Samples of streams are kept, numbered, checked, and not all in memory."""

import gc
import resource
import tracemalloc

import pytest
from parity import Answer, Query

from synalinks.data_models import JsonDataModel
from synalinks.errors import ConfigurationError, WriteError
from synalinks.training import _sample_store
from synalinks.training._sample_index import Column, SampleIndex
from synalinks.training._sample_store import SampleStore, StoredSamples
from synalinks.training._samples import (
    Feed,
    fingerprint,
    make_samples,
    renamed,
    store_stream,
)


def pair(number, text=""):
    """Return an input and its target."""
    return Query(query=f"n{number}é{text}"), Answer(answer=str(number))


def batches(n, size=2):
    """Yield batches of samples."""
    for start in range(0, n, size):
        pairs = [pair(k) for k in range(start, min(start + size, n))]
        yield tuple(list(side) for side in zip(*pairs, strict=True))


@pytest.fixture(params=["in memory", "on disk"])
def _place(request, monkeypatch):
    """Keep samples in memory, or have hardly any room there."""
    if request.param == "on disk":
        monkeypatch.setattr(_sample_store, "_MEMORY_BYTES", 100)
        monkeypatch.setattr(_sample_store, "_CHUNK_BYTES", 50)


@pytest.mark.usefixtures("_place")
def test_a_stream_gives_the_samples_that_a_list_gives():
    """Identities, content, slices and digests are the same wherever they are kept."""
    stored = make_samples(batches(7), None, role="train")
    x, y = zip(*map(pair, range(7)), strict=True)
    listed = make_samples(x, y, role="train")

    assert isinstance(stored, StoredSamples)
    assert [one.id for one in stored] == stored.ids() == [one.id for one in listed]
    assert [one.x for one in stored] == [one.x for one in listed]
    assert stored[-1].y.get("answer") == "6"
    assert stored[2].x.get_schema() == Query.get_schema()
    assert fingerprint(stored) == fingerprint(listed)
    assert [one.id for one in renamed(stored[5:], "val")] == ["val:0", "val:1"]
    assert fingerprint(renamed(stored[5:], "val")) == fingerprint(
        renamed(listed[5:], "val")
    )


@pytest.mark.usefixtures("_place")
def test_shuffled_batches_are_the_same():
    """The order of an epoch is decided by the seed, and not by where samples are."""
    stored = Feed(make_samples(batches(9), None, role="train"), batch_size=4)
    x, y = zip(*map(pair, range(9)), strict=True)
    listed = Feed(make_samples(x, y, role="train"), batch_size=4)

    for one, two in zip(
        stored.batches(seed=7, epoch=1), listed.batches(seed=7, epoch=1), strict=True
    ):
        assert [s.id for s in one.samples] == [s.id for s in two.samples]
        assert one.x == two.x
        assert one.y == two.y


def test_what_a_sample_may_be_is_kept():
    """Several inputs, missing targets and models of several schemas come back."""
    store = SampleStore()
    query, answer = (one.to_json_data_model() for one in pair(1))

    store.fill(iter([([query, answer], None), (answer, query)]))
    store.close()

    (first, second), target = store.read(0)
    assert (first, second, target) == (query, answer, None)
    assert isinstance(first, JsonDataModel)
    assert store.read(1) == (answer, query)


def test_a_sample_is_found_by_its_identity():
    """Stored and listed samples of several roles are one index."""
    train = make_samples(batches(4), None, role="train")
    index = SampleIndex([train[:3], make_samples(*zip(pair(9)), role="val")])

    assert index["train:2"][1].get("answer") == "2"
    assert index["val:0"][0].get("query") == "n9é"
    assert [*index] == ["train:0", "train:1", "train:2", "val:0"]
    assert len(index) == 4
    for absent in ("train:3", "train:x", "test:0"):
        assert index.sample(absent) is None
        assert absent not in index


def test_a_side_reads_as_a_list():
    """Inputs of stored samples can be walked, counted and cut."""
    column = Column(make_samples(batches(4), None, role="val"), "y")

    assert [one.get("answer") for one in column] == ["0", "1", "2", "3"]
    assert [one.get("answer") for one in column[2:]] == ["2", "3"]
    assert len(column) == 4


async def test_no_more_is_read_than_is_needed():
    """An endless generator serves, if it is said how much is enough."""

    def endless():
        number = 0
        while True:
            yield [pair(number)[0]], [pair(number)[1]]
            number += 1

    store = await store_stream(endless(), limit=5)

    assert len(store) == 5


async def test_a_full_disk_is_told(monkeypatch):
    """The error names the size and what to set."""
    monkeypatch.setattr(_sample_store, "_MEMORY_BYTES", 10)
    monkeypatch.setattr(_sample_store, "_CHUNK_BYTES", 10)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16, limits[1]))
    try:
        with pytest.raises(WriteError, match=r"bytes of samples do not fit .*`TMPDIR`"):
            await store_stream(batches(4))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def test_samples_of_a_stream_are_checked():
    """What is no data model is told with its number in the stream."""
    with pytest.raises(ConfigurationError, match=r"`x\[2\]` is no data model but 7"):
        make_samples(iter([([pair(0)[0], pair(1)[0]],), ([7],)]), None, role="train")
    with pytest.raises(ConfigurationError, match="`x` is empty"):
        make_samples(iter([]), None, role="train")


async def test_memory_stays_far_below_the_data():
    """Forty megabytes of samples are read, kept and walked in less than half of it."""
    text = "x" * 10_000

    def large():
        for number in range(4000):
            yield [pair(number, text)[0]], [pair(number)[1]]

    gc.collect()
    tracemalloc.start()
    try:
        store = await store_stream(large())
        samples = make_samples(store, None, role="train")
        seen = sum(len(one.x.get("query")) > 10_000 for one in samples)
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert seen == 4000
    assert peak < 25 * 2**20
    assert kept < 2 * 2**20
