"""The platform does not start without a key of its own for private notes."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

SETTINGS = {
    "PLATFORM_DATABASE_URL": "postgresql+psycopg://nobody@/nowhere",
    "PLATFORM_REDIS_URL": "redis://127.0.0.1:1",
    "PLATFORM_MEDIA_ROOT": "/nowhere",
    "PLATFORM_SIGNING_KEY": secrets.token_urlsafe(48),
    "PLATFORM_PORT": "1",
    "PLATFORM_CABLECAST_URL": "http://127.0.0.1:1",
    "PLATFORM_CABLECAST_USERNAME": "nobody",
    "PLATFORM_CABLECAST_PASSWORD": "nothing",
    "PLATFORM_PRICES_URL": "http://127.0.0.1:1",
}


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        (None, "PLATFORM_NOTES_KEY is not set."),
        ("secret", "PLATFORM_NOTES_KEY is not valid: must be a Fernet key"),
        ("A" * 43 + "=", "PLATFORM_NOTES_KEY is not valid: must be a random key of your own"),
    ],
)
def test_the_platform_refuses_to_start(key: str | None, sentence: str) -> None:
    ended = _start({} if key is None else {"PLATFORM_NOTES_KEY": key}, "up")
    assert ended.returncode == 2
    assert ended.stderr.startswith(sentence)
    assert key is None or key not in ended.stderr


def test_a_key_of_its_own_is_accepted() -> None:
    ended = _start({"PLATFORM_NOTES_KEY": Fernet.generate_key().decode(), "PLATFORM_PORT": "0"}, "up")
    assert ended.stderr.startswith("PLATFORM_PORT is not valid")


def _start(settings: dict[str, str], target: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PLATFORM_")}
    return subprocess.run(
        [sys.executable, "-m", "support.reference", "migrate", target],
        env={**inherited, **SETTINGS, **settings},
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
