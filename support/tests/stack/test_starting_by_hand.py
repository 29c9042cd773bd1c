"""Who starts the reference platform by hand is told what is wrong, and never shown a secret."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from support.stack.postgres import PostgresServer

SETTINGS = {
    "PLATFORM_DATABASE_URL": "postgresql+psycopg://nobody@/nowhere",
    "PLATFORM_REDIS_URL": "redis://127.0.0.1:1",
    "PLATFORM_MEDIA_ROOT": "/nowhere",
    "PLATFORM_SIGNING_KEY": secrets.token_urlsafe(48),
    "PLATFORM_NOTES_KEY": Fernet.generate_key().decode(),
    "PLATFORM_CREDENTIALS_KEY": Fernet.generate_key().decode(),
    "PLATFORM_PORT": "1",
    "PLATFORM_CABLECAST_URL": "http://127.0.0.1:1",
    "PLATFORM_CABLECAST_USERNAME": "nobody",
    "PLATFORM_CABLECAST_PASSWORD": "nothing",
    "PLATFORM_PRICES_URL": "http://127.0.0.1:1",
    "PLATFORM_RECORDS_URL": "http://127.0.0.1:1",
}
DATABASE, REDIS = "postgresql+psycopg://", "redis://"


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("WORKERS", "[", "must be a list in JSON."),
        (
            "WORKERS",
            '[{"name": "worker", "queues": ["imports"]}]',
            "must have a worker for each queue; none reads bulk, default, platform, probes",
        ),
        ("WORKERS", '[{"name": "worker"}, {"name": "worker"}]', "must name each worker once"),
        ("WORKERS", '[{"name": "worker", "places": 33}]', "Input should be less than or equal to 32"),
        ("NOTES_KEY", None, "is not set."),
        ("NOTES_KEY", "secret", "must be a Fernet key"),
        ("NOTES_KEY", "A" * 43 + "=", "must be a random key of your own"),
        ("CREDENTIALS_KEY", None, "is not set."),
        ("CREDENTIALS_KEY", "secret", "must be a Fernet key"),
        ("CREDENTIALS_KEY", "A" * 43 + "=", "must be a random key of your own"),
        ("OUTBOUND_ALLOWED_HOSTS", '["localhost"]', "must be a JSON list of host:port"),
        ("SIGNING_KEY", None, "is not set."),
        ("SIGNING_KEY", "secret", "must have at least 32 characters"),
        ("SIGNING_KEY", "change-me-0123456789-abcdefghijklmnop", "must be a random key of your own, not a placeholder"),
        ("SIGNING_KEY", "A" * 40, "must be a random key of your own, not a placeholder"),
        ("DATABASE_URL", f"{DATABASE}a:pa:ss@h:x/d", "must be an address; in its user name and password write %3A"),
        ("DATABASE_URL", f"{DATABASE}a:p@ss@h:5432/d", "must be an address; in its user name and password write %3A"),
        ("REDIS_URL", f"{REDIS}a:p/ss@h:6379", "must be an address; in its user name and password write %3A"),
        ("HOST", "nowhere.invalid", "must be an address of this machine"),
        ("LOG_DIR", "/nowhere/at/all", "must be a directory that can be written to"),
        ("PORT", "0", "Input should be greater than or equal to 1"),
    ],
)
def test_a_setting_that_is_wrong_is_told_in_one_sentence(name: str, value: str | None, sentence: str) -> None:
    variable = f"PLATFORM_{name}"
    ended = _migrate("up", {**SETTINGS, variable: value})
    assert ended.returncode == 2
    assert ended.stderr.startswith(f"{variable} {sentence if value is None else f'is not valid: {sentence}'}")
    assert ended.stderr.count("\n") == 1
    assert value is None or value not in ended.stderr
    assert "ss@" not in ended.stderr


def test_migrating_moves_the_schema_forth_and_back(postgres: PostgresServer) -> None:
    """Also to a revision that it is beyond: `0004_vod` knows no documents, the newest does."""
    seen = []
    for target in ("0003_queue", "up", "0004_vod", "down"):
        ended = _migrate(target, {**SETTINGS, "PLATFORM_DATABASE_URL": postgres.url})
        assert ended.returncode == 0, ended.stderr
        seen.append(_tables(postgres))
    queue, newest, vod, nothing = seen
    assert {"documents", "vods"} & queue == set()
    assert {"documents", "vods"} <= newest
    assert {"documents", "vods"} & vod == {"vods"}
    assert not nothing & newest - {"alembic_version"}


def test_an_unknown_migration_is_refused(postgres: PostgresServer) -> None:
    ended = _migrate("0004_vods", {**SETTINGS, "PLATFORM_DATABASE_URL": postgres.url})
    assert ended.returncode == 2
    assert ended.stderr == "unknown migration '0004_vods': use up, down, or the name of a revision.\n"


def _tables(postgres: PostgresServer) -> set[str]:
    with postgres.connect() as connection:
        return {name for (name,) in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")}


def _migrate(target: str, settings: dict[str, str | None]) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PLATFORM_")}
    return subprocess.run(
        [sys.executable, "-m", "support.reference", "migrate", target],
        env={**inherited, **{name: value for name, value in settings.items() if value is not None}},
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
