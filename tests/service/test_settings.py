"""Settings: where each value comes from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.errors import TabwibError
from service.settings import ENVIRONMENT, Settings


def test_defaults_listen_on_loopback_only() -> None:
    assert Settings.gather({}) == Settings(Path("artifacts/current"), "127.0.0.1", 8000, 1)


def test_every_field_can_be_set_by_the_environment() -> None:
    environ = {"TABWIB_ARTIFACT": "/models/a", "TABWIB_HOST": "0.0.0.0", "TABWIB_PORT": "9001", "TABWIB_WORKERS": "3"}
    assert Settings.gather(environ) == Settings(Path("/models/a"), "0.0.0.0", 9001, 3)


def test_further_settings_and_secrets() -> None:
    environ = {"TABWIB_MODELS": "sports, archive-2025,", "TABWIB_LOG_REQUESTS": "no", "TABWIB_ADMIN_TOKEN": "x" * 16}
    settings = Settings.gather(environ)
    assert (settings.models, settings.log_requests, settings.admin_token) == (
        ("sports", "archive-2025"),
        False,
        "x" * 16,
    )
    assert "x" * 16 not in repr(settings)


def test_models_lie_beside_the_artifact() -> None:
    folders = Settings(artifact=Path("/models/current"), models=("sports",)).folders
    assert list(folders.items()) == [("current", Path("/models/current")), ("sports", Path("/models/sports"))]


def test_a_flag_goes_before_the_environment() -> None:
    environ = {"TABWIB_PORT": "9001", "TABWIB_WORKERS": "3"}
    settings = Settings.gather(environ, {"port": "9002", "workers": None})
    assert (settings.port, settings.workers) == (9002, 3)


def test_a_flag_saves_from_a_variable_that_cannot_be_read() -> None:
    assert Settings.gather({"TABWIB_PORT": "http"}, {"port": "9002"}).port == 9002


def test_an_empty_variable_counts_as_not_set() -> None:
    assert Settings.gather(dict.fromkeys(ENVIRONMENT.values(), "")) == Settings()


@pytest.mark.parametrize(
    ("environ", "flags", "named"),
    [
        pytest.param({"TABWIB_PORT": "http"}, {}, "TABWIB_PORT", id="variable-not-a-number"),
        pytest.param({}, {"workers": "two"}, "--workers", id="flag-not-a-number"),
        pytest.param({}, {"port": "8.5"}, "--port", id="fraction"),
        pytest.param({}, {"port": "0"}, "port 0", id="port-below"),
        pytest.param({}, {"port": "65536"}, "port 65536", id="port-above"),
        pytest.param({}, {"workers": "0"}, "workers 0", id="no-worker"),
        pytest.param({}, {"workers": "257"}, "workers 257", id="too-many-workers"),
        pytest.param({}, {"artifact": ""}, "--artifact", id="empty-artifact"),
        pytest.param({}, {"host": " "}, "host", id="blank-host"),
        pytest.param({}, {"log_requests": "maybe"}, "--log-requests", id="neither-yes-nor-no"),
        pytest.param({}, {"models": "../secrets"}, "models", id="model-that-climbs-out"),
        pytest.param({}, {"models": "a/b"}, "models", id="model-in-a-folder"),
        pytest.param({"TABWIB_RATE_LIMIT": "often"}, {}, "TABWIB_RATE_LIMIT", id="not-a-rate"),
        pytest.param({}, {"rate_limit": "9/minute;1/second"}, "--rate-limit", id="two-rates"),
        pytest.param({}, {"rate_limit": "0/minute"}, "--rate-limit", id="nobody-may-ask"),
        pytest.param({}, {"keys": "/nowhere/keys.jsonl"}, "--keys", id="no-file-of-keys"),
        pytest.param({}, {"proxies": "-1"}, "proxies -1", id="fewer-than-no-proxy"),
        pytest.param({}, {"proxies": "11"}, "proxies 11", id="too-many-proxies"),
        pytest.param({}, {"cors_origins": "*"}, "cors_origins", id="every-site"),
        pytest.param({}, {"cors_origins": "https://news.example/"}, "cors_origins", id="not-an-origin"),
        pytest.param({}, {"cors_origins": "https://News.example"}, "cors_origins", id="as-no-browser-writes-it"),
        pytest.param({"TABWIB_ADMIN_TOKEN": "short"}, {}, "admin token", id="token-that-can-be-guessed"),
        pytest.param({"TABWIB_ADMIN_TOKEN": "ع" * 20}, {}, "admin token", id="token-no-header-can-hold"),
    ],
)
def test_a_wrong_value_is_refused_by_its_name(environ: dict[str, str], flags: dict[str, str], named: str) -> None:
    with pytest.raises(TabwibError, match=named):
        Settings.gather(environ, flags)


@pytest.mark.parametrize(("port", "workers"), [(1, 1), (65535, 256)])
def test_the_ends_of_the_ranges_are_allowed(port: int, workers: int) -> None:
    settings = Settings(port=port, workers=workers)
    assert (settings.port, settings.workers) == (port, workers)
