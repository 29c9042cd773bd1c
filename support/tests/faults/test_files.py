"""Files that do not open until they are back."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.faults.files import BlockingFiles


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "media"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "meeting.scc").write_text("captions")
    (folder / "meeting.wav").write_bytes(b"x" * 1_000_000)
    return folder


@pytest.fixture
def files(root: Path, tmp_path: Path) -> Iterator[BlockingFiles]:
    files = BlockingFiles(root, tmp_path / "aside")
    files.block()
    yield files
    files.unblock()


def test_who_opens_a_file_waits_and_reads_it_once_it_is_back(files: BlockingFiles, root: Path) -> None:
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append((root / "deep" / "meeting.scc").read_text()), daemon=True)
    reader.start()
    reader.join(0.1)
    assert read == []
    files.unblock()
    reader.join(5)
    assert read == ["captions"]


def test_files_come_back_as_they_were_and_new_ones_stay(files: BlockingFiles, root: Path, tmp_path: Path) -> None:
    (root / "new.wav").write_text("new")
    files.unblock()
    assert (root / "meeting.wav").stat().st_size == 1_000_000
    assert (root / "deep" / "meeting.scc").read_text() == "captions"
    assert (root / "new.wav").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["media"]


def test_what_was_deleted_meanwhile_stays_away(files: BlockingFiles, root: Path) -> None:
    (root / "meeting.wav").unlink()
    files.unblock()
    assert not (root / "meeting.wav").exists()


def test_mending_twice_does_no_harm(files: BlockingFiles) -> None:
    files.unblock()
    files.unblock()
