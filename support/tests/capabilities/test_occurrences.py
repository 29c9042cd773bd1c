import base64
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.fernet import Fernet

from support.capabilities.privacy.occurrences import OccurrenceStores
from support.drivers.redis import RedisDriver
from support.evidence.masking import Masker
from support.evidence.recorder import Recorder

WORDS = "aardvark-7f3a12"


class Stores:
    """Rows, keys and files as the drivers tell them."""

    def __init__(self, field: object = "", key: str = "", value: str = "", path: str = "", file: bytes = b"") -> None:
        self.field, self.key, self.value, self.path, self.file = field, key, value, path, file

    def rows(self, statement: str) -> list[dict[str, Any]]:
        if "information_schema" in statement:
            return [{"table_schema": "public", "table_name": "diary"}]
        return [{"store": "diary", "record": {"entry": self.field}}]

    def keys(self, pattern: str) -> list[str]:
        return [self.key] if self.key else []

    def typed(self, key: str) -> tuple[str, object]:
        return "hash", {"field": self.value}

    def files(self) -> list[tuple[str, bytes]]:
        return [(self.path, self.file)] if self.path else []


def found(stores: Any) -> list[str]:
    return [str(trace) for trace in OccurrenceStores(stores, stores, stores).of(WORDS)]


@pytest.mark.parametrize(
    "field",
    [
        WORDS,
        f"before {WORDS} after",
        {"deep": [{"er": WORDS}]},
        "\\x" + WORDS.encode().hex(),
        *(base64.b64encode(b"x" * offset + WORDS.encode() + b"y" * 4).decode() for offset in range(4)),
        base64.urlsafe_b64encode(WORDS.encode()).decode(),
    ],
)
def test_words_are_found_however_they_are_written(field: object) -> None:
    assert found(Stores(field=field)) == ["diary (entry)"]


def test_words_are_found_in_keys_values_names_and_files() -> None:
    assert found(Stores(key=f"cache:{WORDS}")) == ["Redis (cache)"]
    assert found(Stores(key="cache:1", value=WORDS)) == ["Redis (cache)"]
    assert found(Stores(path=f"{WORDS}.wav")) == [f"storage ({WORDS}.wav)"]
    assert found(Stores(path="1.wav", file=WORDS.encode())) == ["storage (1.wav)"]


def test_redis_is_searched_where_nothing_may_be_written_too() -> None:
    store = SimpleNamespace(scan_iter=lambda *_, **__: ["cache:1"], type=lambda key: "string", get=lambda key: WORDS)
    redis = RedisDriver(store, Recorder(Masker()))  # type: ignore[arg-type]
    stores: Any = Stores()
    assert [str(trace) for trace in OccurrenceStores(stores, redis, stores).of(WORDS)] == ["Redis (cache)"]


@pytest.mark.parametrize("field", ["aardvark", "7f3a12", None, 5, {"a": []}])
def test_other_words_are_not(field: object) -> None:
    assert found(Stores(field=field)) == []


def test_sealed_words_are_not() -> None:
    assert found(Stores(field=Fernet(Fernet.generate_key()).encrypt(WORDS.encode()).decode())) == []
