"""The cache of prompts."""

from synalinks.modules._prompt import PromptCache


def test_a_prompt_is_made_once_for_the_same_objects():
    """Equal objects that are not the same may have another prompt."""
    cache, made = PromptCache(), []

    def make(text):
        def run():
            made.append(text)
            return text

        return run

    parts = (["a"], "b")

    assert [cache.get(parts, make("one")) for _ in range(3)] == ["one"] * 3
    assert cache.get((["a"], "b"), make("two")) == "two"
    assert made == ["one", "two"]


def test_the_cache_stays_small():
    """The oldest prompts are forgotten, and made again when they are needed."""
    cache = PromptCache()
    parts = [([number],) for number in range(1000)]

    for number, part in enumerate(parts):
        assert cache.get(part, lambda number=number: str(number)) == str(number)

    assert len(cache._texts) <= PromptCache._MAX_PROMPTS
    assert cache.get(parts[0], lambda: "again") == "again"
    assert cache.get(parts[-1], lambda: "again") == "999"
