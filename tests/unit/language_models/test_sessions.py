"""The HTTP sessions of event loops."""

import pytest

from synalinks.language_models._sessions import Sessions

PROXY = "http://proxy:3128"


@pytest.mark.parametrize(
    ("exempt", "url", "proxy"),
    [
        ("gpu:8000", "http://gpu:8000/v1", None),
        ("gpu:8000", "http://gpu:9000/v1", PROXY),
        ("gpu", "http://gpu:8000/v1", None),
        ("gpu:80", "http://gpu/v1", None),
        ("gpu:443", "https://gpu/v1", None),
        (".lab:8000", "http://gpu.lab:8000/v1", None),
        ("::1", "http://[::1]:8000/v1", None),
        ("other", "http://gpu:8000/v1", PROXY),
    ],
)
async def test_who_is_reached_without_a_proxy(exempt, url, proxy, monkeypatch):
    """Who is named in `NO_PROXY`, with a port for that one alone."""
    for name, value in [("http", PROXY), ("https", PROXY), ("no", exempt)]:
        monkeypatch.setenv(f"{name}_proxy", value)

    assert Sessions().proxy_for(url) == proxy
