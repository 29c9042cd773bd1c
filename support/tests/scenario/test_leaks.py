"""The leak audit: it fails for everything that a scenario leaves in a store, once."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from support.checks.changes import State
from support.scenario import leaks
from support.scenario.leaks import LeakAudit, LeakedRecord


@pytest.fixture
def files(tmp_path: Path) -> Any:
    audit = object.__new__(LeakAudit)
    audit._run = cast("Any", SimpleNamespace(deployment=SimpleNamespace(media_root=tmp_path)))
    return audit._files


def test_files_of_every_folder_are_listed_with_their_size(files: Any, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "parks.wav").write_bytes(b"12345")
    (tmp_path / "city.wav").touch()
    assert files() == {("media file", "archive/parks.wav"): {"size": 5}, ("media file", "city.wav"): {"size": 0}}


def test_a_file_that_is_deleted_meanwhile_is_skipped(
    files: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kept.wav").touch()
    (tmp_path / "gone.wav").touch()
    stat = Path.stat

    def look(path: Path, **how: Any) -> Any:
        found = stat(path, **how)
        if path.name == "gone.wav":
            path.unlink()  # after is_file, which looks as well
        return found

    monkeypatch.setattr(Path, "stat", look)
    files()
    assert files() == {("media file", "kept.wav"): {"size": 0}}


class Audit(LeakAudit):
    """An audit of stores whose content the test sets."""

    def __init__(self) -> None:
        self.state: dict[tuple[str, str], dict[str, Any]] = {("vods", "1"): {"title": "x"}}
        self.shared: list[str] = []
        self._run = cast("Any", SimpleNamespace(sessions=SimpleNamespace(in_use=self.shared)))
        self._before = self._look()

    def _look(self) -> State:
        return {place: dict(record) for place, record in self.state.items()}


class TestCheck:
    @pytest.fixture
    def audit(self, monkeypatch: pytest.MonkeyPatch) -> Audit:
        monkeypatch.setattr(leaks, "SETTLING", 0.0)
        return Audit()

    def test_unchanged_stores_pass(self, audit: Audit) -> None:
        audit.check()

    @pytest.mark.parametrize(
        ("place", "record", "message"),
        [
            (("vods", "2"), {"title": "y"}, "vods 2 was created"),
            (("vods", "1"), {"title": "y"}, 'vods 1: title changed from "x" to "y"'),
            (("vods", "1"), None, "vods 1 was deleted"),
            (("media file", "a.wav"), {"size": 1}, "media file a.wav was created"),
            (("Redis", "vod:2"), {"value": "1"}, "Redis vod:2 was created"),
        ],
    )
    def test_a_record_that_appeared_changed_or_went_fails_once(
        self, audit: Audit, place: tuple[str, str], record: dict[str, Any] | None, message: str
    ) -> None:
        if record is None:
            del audit.state[place]
        else:
            audit.state[place] = record
        with pytest.raises(LeakedRecord, match=message):
            audit.check()
        audit.check()

    def test_a_shared_session_may_appear_but_not_change(self, audit: Audit) -> None:
        audit.shared.append("s1")
        audit.state["auth_sessions", "s1"] = {"revoked": False}
        audit.check()
        audit.state["auth_sessions", "s1"] = {"revoked": True}
        with pytest.raises(LeakedRecord, match="auth_sessions s1: revoked changed from false to true"):
            audit.check()

    def test_a_session_of_a_scenario_is_a_leak(self, audit: Audit) -> None:
        audit.state["auth_sessions", "s2"] = {"revoked": False}
        with pytest.raises(LeakedRecord, match="auth_sessions s2 was created"):
            audit.check()
