"""Addresses of MLflow: checked, and made independent of the working folder."""

from pathlib import Path

import pytest

import synalinks
from synalinks.errors import ConfigurationError
from synalinks.tracking import resolve_uri
from synalinks.tracking._address import without_password


def test_default(monkeypatch):
    """Without an address it is a database in the working folder."""
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)

    assert resolve_uri(None) == f"sqlite:///{Path.cwd()}/mlflow.db"


def test_environment(monkeypatch):
    """The address of the environment is used, unless one is given."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://host:5000")

    assert resolve_uri(None) == "http://host:5000"
    assert resolve_uri("https://other") == "https://other"


@pytest.mark.parametrize("uri", ["./mlruns", "mlruns", "file:///tmp/mlruns", "ftp://x"])
def test_folders_are_refused(uri):
    """A folder is refused, with what to use instead."""
    with pytest.raises(ConfigurationError, match=r"sqlite:///mlflow\.db"):
        synalinks.enable_observability(uri)

    assert not synalinks.is_observability_enabled()


@pytest.mark.parametrize("rate", [-0.1, 1.1])
def test_sampling_rate(rate):
    """A rate outside of 0 to 1 is refused."""
    with pytest.raises(ConfigurationError, match="from 0 to 1"):
        synalinks.enable_observability(sampling_rate=rate)


def test_the_switch():
    """What is on can be asked for, and `clear_session` switches it off."""
    synalinks.enable_observability("http://127.0.0.1:1", "e")

    assert synalinks.is_observability_enabled()
    assert synalinks.mlflow_tracking_uri() == "http://127.0.0.1:1"
    assert synalinks.mlflow_experiment_name() == "e"
    synalinks.clear_session()
    assert not synalinks.is_observability_enabled()
    assert synalinks.mlflow_tracking_uri() is None


@pytest.mark.parametrize(
    ("uri", "shown"),
    [
        ("postgresql://ada:secret@host/mlflow", "postgresql://host/mlflow"),
        ("https://token@host:5000/a@b", "https://host:5000/a@b"),
        ("sqlite:////home/a@b/mlflow.db", "sqlite:////home/a@b/mlflow.db"),
    ],
)
def test_addresses_are_shown_without_passwords(uri, shown):
    """What stands before the host is between the user and the server."""
    assert without_password(uri) == shown
