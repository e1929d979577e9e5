"""Names of fields: numeric suffixes, plurals, titles."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Container

_NUMBERED = re.compile(r"^(.+)_\d+$", re.DOTALL)
_LAST_WORD = re.compile(r"[A-Za-z]+$")
# "bus", "analysis" and "address" are singular, though they end in s.
_SINGULAR_ENDINGS = ("us", "is", "ss")


def base_name(key: str) -> str:
    """Return a key without its numeric suffix: `query` for `query_2`.

    Args:
        key: Name of a field.
    """
    numbered = _NUMBERED.match(key)
    return numbered[1] if numbered else key


def free_name(key: str, taken: Container[str]) -> str:
    """Return a key, or the first of `base_1`, `base_2`, ... that is not taken.

    Args:
        key: The name that is wanted.
        taken: The names that are not free.
    """
    if key not in taken:
        return key
    base, count = base_name(key), 1
    while f"{base}_{count}" in taken:
        count += 1
    return f"{base}_{count}"


def title_of(key: str) -> str:
    """Return the title that pydantic makes for a field: `User Name` for `user_name`.

    Args:
        key: Name of a field.
    """
    return key.title().replace("_", " ").strip()


@lru_cache(maxsize=4096)
def plural(name: str) -> str:
    """Return the English plural of the last word of a name; a plural stays as it is.

    Args:
        name: Name of a field, without numeric suffix.
    """
    if singular(name) is not None:
        return name
    return _with_last_word(name, _pluralized)


@lru_cache(maxsize=4096)
def singular(name: str) -> str | None:
    """Return the English singular of a plural name, None for any other name.

    Args:
        name: Name of a field, without numeric suffix.
    """
    if name.lower().endswith(_SINGULAR_ENDINGS) or not _LAST_WORD.search(name):
        return None
    found = _with_last_word(name, _singularized)
    # What is no plural is sometimes taken for one; the way back tells.
    is_plural = found != name and _with_last_word(found, _pluralized) == name
    return found if is_plural else None


def _pluralized(word: str) -> str:
    return _inflections().plural_noun(word)


def _singularized(word: str) -> str:
    return _inflections().singular_noun(word) or word


def _with_last_word(name: str, inflect: Any) -> str:
    found = _LAST_WORD.search(name)
    if found is None:
        return f"{name}s"
    word = found[0]
    inflected: str = inflect(word.lower())
    if word.isupper() and len(word) > 1:
        inflected = inflected.upper()
    return name[: found.start()] + word[0] + inflected[1:]


@cache
def _inflections() -> Any:
    import inflect

    return inflect.engine()
