"""What the audit sees of the media storage, while a worker may still be taking files away."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from support.scenario.leaks import LeakAudit


@pytest.fixture
def files(tmp_path: Path) -> Any:
    audit = object.__new__(LeakAudit)
    audit._run = cast("Any", SimpleNamespace(deployment=SimpleNamespace(media_root=tmp_path)))
    return audit._files


def test_files_are_told_with_their_size_wherever_they_lie(files: Any, tmp_path: Path) -> None:
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / "parks.wav").write_bytes(b"12345")
    (tmp_path / "city.wav").touch()
    assert files() == {("media file", "archive/parks.wav"): {"size": 5}, ("media file", "city.wav"): {"size": 0}}


def test_a_file_that_goes_while_it_is_looked_at_is_gone(
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
