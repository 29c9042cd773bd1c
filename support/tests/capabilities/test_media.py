"""Recordings made on the fly, judged by readers that know nothing of how they are made."""

import json
import struct
import subprocess
import sys
import wave
from itertools import pairwise
from pathlib import Path
from zlib import crc32

import pytest

from support.capabilities.vod.media import MediaClient
from support.drivers.storage import StorageDriver
from support.errors import FeatureError
from support.evidence.masking import Masker
from support.evidence.recorder import Recorder
from support.scenario.cleanup import Cleanup
from support.testdata.media import CONDITIONS, Recording, council_meeting, file_content, recording, write


def chunks_of(content: bytes) -> dict[bytes, bytes]:
    """Walk the RIFF as its standard says: size, content, pad byte to an even address, to the end that is declared."""
    name, size, form = struct.unpack_from("<4sI4s", content)
    assert (name, form) == (b"RIFF", b"WAVE")
    assert size == len(content) - 8
    found, at = {}, 12
    while at < len(content):
        name, size = struct.unpack_from("<4sI", content, at)
        assert at % 2 == 0
        found[name] = content[at + 8 : at + 8 + size]
        assert len(found[name]) == size
        at += 8 + size + size % 2
    assert at == len(content)
    return found


@pytest.mark.parametrize("duration", [0.01, 0.5, 3, 12.34, 300, 7200])
def test_python_opens_it_and_it_lasts_as_long_as_it_says(tmp_path: Path, duration: float) -> None:
    file = write(recording("City Council", duration=duration), tmp_path)
    with wave.open(str(file)) as sound:
        assert (sound.getnchannels(), sound.getsampwidth(), sound.getcomptype()) == (1, 1, "NONE")
        assert sound.getnframes() / sound.getframerate() == pytest.approx(duration)
        assert set(sound.readframes(sound.getnframes())) == {0x80}


def test_long_recordings_are_small() -> None:
    assert len(file_content(recording("City Council", duration=300, condition="silent"))) < 31_000
    assert len(file_content(recording("City Council", duration=7200))) < 1_000_000


@pytest.mark.parametrize("title", ["City Council", "Odd", "Even!", "Città · 7f3a12"])
@pytest.mark.parametrize("duration", [0.99, 60])
def test_the_words_are_in_their_chunk(title: str, duration: float) -> None:
    made = recording(title, duration=duration, pace=1.5)
    chunks = chunks_of(file_content(made))
    assert list(chunks) == [b"fmt ", b"spch", b"pace", b"data"]
    assert chunks[b"pace"] == (1500).to_bytes(4, "little")
    assert json.loads(chunks[b"spch"].decode()) == [
        {"start": said.start, "end": said.end, "speaker": said.speaker, "text": said.text} for said in made.segments
    ]


def test_a_recording_without_pace_says_nothing_of_it() -> None:
    assert b"pace" not in chunks_of(file_content(recording("City Council", duration=60)))


@pytest.mark.parametrize("duration", [5, 7.3, 10, 10.01, 11, 14.9, 15, 20.01, 61.07, 300, 7200])
def test_a_meeting_is_cut_into_five_to_ten_seconds_without_a_gap(duration: float) -> None:
    meeting = council_meeting(duration, "seed")
    assert (meeting[0].start, meeting[-1].end) == (0, duration)
    assert [said.end for said in meeting[:-1]] == [said.start for said in meeting[1:]]
    assert all(4.99 <= said.end - said.start <= 10.01 for said in meeting)


def test_a_short_meeting_is_one_segment() -> None:
    [said] = council_meeting(2.5, "seed")
    assert (said.start, said.end) == (0, 2.5)


def test_a_meeting_sounds_like_one() -> None:
    meeting = council_meeting(600, "City Council")
    texts = [said.text for said in meeting]
    assert all(text.isascii() and text.isprintable() and "{" not in text for text in texts)
    assert all(text != following for text, following in pairwise(texts))
    assert len(set(texts)) > 0.8 * len(texts)
    assert {said.speaker.split()[0] for said in meeting} == {"Mayor", "Clerk", "Councillor"}
    assert all(said.speaker != following.speaker for said, following in pairwise(meeting))


def test_the_same_seed_gives_the_same_words_in_another_process() -> None:
    made = file_content(recording("City Council", duration=60))
    script = (
        "import sys; from support.testdata.media import file_content, recording; "
        "sys.stdout.buffer.write(file_content(recording('City Council', duration=60)))"
    )
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, check=True).stdout == made
    assert file_content(recording("School Board", duration=60)) != made
    assert recording("School Board", duration=60, seed="City Council").segments == council_meeting(60, "City Council")


def test_a_silent_recording_has_sound_and_no_words() -> None:
    made = recording("City Council", duration=60, condition="silent")
    assert (made.segments, list(chunks_of(file_content(made)))) == ((), [b"fmt ", b"data"])


def test_a_corrupt_recording_is_no_riff(tmp_path: Path) -> None:
    made = recording("City Council", duration=60, condition="corrupt")
    with pytest.raises(wave.Error, match="RIFF"), wave.open(str(write(made, tmp_path))):
        pass
    assert b"City" not in file_content(made)
    assert made.segments == ()


@pytest.mark.parametrize("duration", [0.01, 1, 60, 61.01])
def test_a_recording_cut_off_is_shorter_than_its_header_says(tmp_path: Path, duration: float) -> None:
    content = file_content(recording("City Council", duration=duration, condition="cut off"))
    whole = file_content(recording("City Council", duration=duration))
    assert whole.startswith(content)
    start = content.index(b"data") + 8
    declared = int.from_bytes(content[start - 4 : start], "little")
    assert len(content) - start < declared


def test_an_empty_recording_is_a_file_of_nothing(tmp_path: Path) -> None:
    file = write(recording("City Council", duration=60, condition="empty"), tmp_path)
    assert file.read_bytes() == b""


def test_a_missing_recording_is_no_file_even_if_there_was_one(tmp_path: Path) -> None:
    made = recording("City Council", duration=60, condition="missing")
    write(recording("City Council", duration=60), tmp_path)
    assert write(made, tmp_path) == tmp_path / "city-council.wav"
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(
        FileNotFoundError, match='the recording of "City Council" has the condition "missing", so it has no content'
    ):
        file_content(made)


def test_an_unknown_condition_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ValueError) as raised:
        recording("City Council", duration=60, condition="mumbled")
    assert str(raised.value) == (
        'unknown condition "mumbled" of a recording. Known: clear, silent, corrupt, cut off, empty, missing'
    )


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_known_condition_can_be_written(tmp_path: Path, condition: str) -> None:
    file = write(recording("City Council", duration=10, condition=condition), tmp_path)
    assert file.exists() == (condition != "missing")


@pytest.mark.parametrize("times", [{"duration": 0}, {"duration": float("nan")}, {"duration": 1, "pace": 0}])
def test_times_that_make_no_sense_are_refused(times: dict[str, float]) -> None:
    with pytest.raises(
        ValueError, match=r"^duration of a (recording|transcription): expected more than 0 seconds, got (0|nan)$"
    ):
        recording("City Council", **times)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "title, path",
    [
        ("City Council · 7f3a12", "city-council-7f3a12.wav"),
        ("Città: $(rm -rf) & more/..", "citta-rm-rf-more.wav"),
        ("מועצה", f"recording-{crc32('מועצה'.encode()):08x}.wav"),
    ],
)
def test_a_file_is_called_after_its_title(title: str, path: str) -> None:
    assert recording(title, duration=1).path == path


def test_a_recording_is_written_whole_into_its_folder(tmp_path: Path) -> None:
    made = recording("City Council", duration=60, path="2026/11/council.mp4")
    other = recording("School Board", duration=10, path=made.path)
    with write(other, tmp_path).open("rb") as open_before:
        file = write(made, tmp_path)
        assert open_before.read() == file_content(other)
    assert file == tmp_path / "2026" / "11" / "council.mp4"
    assert file.read_bytes() == file_content(made)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [file]


def test_a_write_that_fails_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "city-council.wav").mkdir()
    with pytest.raises(OSError):
        write(recording("City Council", duration=10), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["city-council.wav"]


@pytest.mark.parametrize("path", ["../elsewhere.wav", "/etc/elsewhere.wav"])
def test_a_recording_does_not_leave_the_storage(tmp_path: Path, path: str) -> None:
    with pytest.raises(ValueError, match="path of a recording: expected one inside the media storage, got "):
        write(Recording("Escape", path, 1, "clear", ()), tmp_path / "media")
    assert list(tmp_path.iterdir()) == []


def test_what_a_scenario_stores_is_called_after_it_and_goes_with_it(tmp_path: Path) -> None:
    cleanup, storage = Cleanup(), StorageDriver(tmp_path, Recorder(Masker()))
    media = MediaClient(lambda: storage, cleanup, lambda title: f"{title} · x7", "x7")
    made = media.store("City Council", condition="slow")
    assert (made.title, made.path, made.condition, made.pace) == (
        "City Council · x7",
        "city-council-x7.wav",
        "clear",
        2,
    )
    assert made.segments == media.recording("City Council", path="elsewhere.wav").segments
    assert [path.name for path in tmp_path.iterdir()] == [made.path]
    cleanup.run()
    assert not list(tmp_path.iterdir())


def test_nothing_is_put_in_the_place_of_a_storage_that_is_away(tmp_path: Path) -> None:
    away = tmp_path / "media"
    storage = StorageDriver(away, Recorder(Masker()))
    media = MediaClient(lambda: storage, Cleanup(), str, "x7")
    for put in (lambda: media.store("City Council"), lambda: storage.write("notes.txt", "")):
        with pytest.raises(FeatureError, match=r"^the media storage is unavailable: "):
            put()
    assert not away.exists()
