"""Speech recognition: the words that are spoken in a recording.

``Transcriber`` is the interface of any speech recogniser. ``SpokenChunkTranscriber`` is that of this platform: it reads
recordings that contain their words, so that the same recording always has the same captions.
"""

import json
import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Protocol

STEPS = 10
"""The number of progress reports."""

_MAX_METADATA_CHUNK_BYTES = 16 * 1024 * 1024
"""Words and pace are read into memory, where a damaged size must not take all of it."""

_TOLERANCE_SECONDS = 1.0
"""How far the last word may be after the end of the samples."""


class MediaError(Exception):
    """The recording cannot be transcribed; the message is the reason for an editor."""


class MediaUnreadable(MediaError):
    """The file is not RIFF/WAVE, damaged, or cut off."""

    def __init__(self) -> None:
        super().__init__("the media cannot be read")


class MediaMissing(MediaError):
    """The storage is available, the file does not exist."""

    def __init__(self) -> None:
        super().__init__("the media file is missing")


class MediaEmpty(MediaError):
    """The file has no bytes, or no samples."""

    def __init__(self) -> None:
        super().__init__("the media file is empty")


@dataclass(frozen=True)
class Segment:
    """One utterance; ``start`` < ``end`` are seconds from the start of the recording."""

    start: float
    end: float
    speaker: str
    text: str


@dataclass(frozen=True)
class Transcript:
    """The segments of a recording, none if it is silent; ``duration`` is in seconds."""

    duration: float
    segments: tuple[Segment, ...]


class Transcriber(Protocol):
    """A speech recogniser."""

    def transcribe(self, media: Path, progress: Callable[[int], None]) -> Transcript:
        """Transcribe ``media``, calling ``progress`` with a growing percentage (1..100).

        Raises ``MediaError`` for a recording that cannot be transcribed, ``OSError`` if the file cannot be opened.
        """


@dataclass(frozen=True)
class _Wave:
    """The content of a RIFF/WAVE file; ``pace`` is how long its transcription takes (seconds)."""

    duration: float
    segments: tuple[Segment, ...]
    pace: float


class SpokenChunkTranscriber:
    """Reads RIFF/WAVE recordings that contain their words.

    The content of the file decides, not its ending. It reads two chunks of its own:

    - ``spch``: UTF-8 JSON ``[{"start": 0.0, "end": 4.5, "speaker": "Mayor", "text": "Good evening."}]``, in seconds. A
      recording without it, or with an empty list, is silent.
    - ``pace``: uint32, little endian, milliseconds that the transcription takes; 0 without it.

    ``pause`` waits for a number of seconds; it may raise to stop the transcription.
    """

    def __init__(self, pause: Callable[[float], object]) -> None:
        self._pause = pause

    def transcribe(self, media: Path, progress: Callable[[int], None]) -> Transcript:
        """Transcribe a recording, see ``Transcriber``."""
        with media.open("rb") as file:
            wave = _read_wave(file)
        for step in range(1, STEPS + 1):
            self._pause(wave.pace / STEPS)
            progress(100 * step // STEPS)
        return Transcript(wave.duration, wave.segments)


def _read_wave(file: BinaryIO) -> _Wave:
    size = file.seek(0, 2)
    if size == 0:
        raise MediaEmpty
    file.seek(0)
    magic, riff_size, form = _unpack("<4sI4s", file.read(12))
    if magic != b"RIFF" or form != b"WAVE" or 8 + riff_size > size:
        raise MediaUnreadable
    chunks = _chunks(file, end=8 + riff_size)
    if b"fmt " not in chunks or b"data" not in chunks:
        raise MediaUnreadable
    _, _, _, byte_rate, _, _ = _unpack("<HHIIHH", _read_chunk(file, chunks[b"fmt "])[:16])
    if byte_rate == 0:
        raise MediaUnreadable
    sample_bytes = chunks[b"data"][1]
    if sample_bytes == 0:
        raise MediaEmpty
    duration = sample_bytes / byte_rate
    segments = _segments(_read_chunk(file, chunks[b"spch"])) if b"spch" in chunks else ()
    if any(segment.end > duration + _TOLERANCE_SECONDS for segment in segments):
        raise MediaUnreadable
    pace = _unpack("<I", _read_chunk(file, chunks[b"pace"]))[0] / 1000 if b"pace" in chunks else 0.0
    return _Wave(duration, segments, pace)


def _chunks(file: BinaryIO, end: int) -> dict[bytes, tuple[int, int]]:
    """Return offset and size of the first chunk of each id; samples are not read."""
    chunks: dict[bytes, tuple[int, int]] = {}
    offset = 12
    while offset < end:
        file.seek(offset)
        name, size = _unpack("<4sI", file.read(8))
        if offset + 8 + size > end:
            raise MediaUnreadable
        chunks.setdefault(name, (offset + 8, size))
        offset += 8 + size + size % 2
    return chunks


def _read_chunk(file: BinaryIO, place: tuple[int, int]) -> bytes:
    offset, size = place
    if size > _MAX_METADATA_CHUNK_BYTES:
        raise MediaUnreadable
    file.seek(offset)
    return file.read(size)


def _unpack(layout: str, data: bytes) -> tuple[Any, ...]:
    try:
        return struct.unpack(layout, data)
    except struct.error:
        raise MediaUnreadable from None


def _segments(words: bytes) -> tuple[Segment, ...]:
    try:
        items = json.loads(words.decode("utf-8"))
    except (ValueError, RecursionError):
        raise MediaUnreadable from None
    if not isinstance(items, list):
        raise MediaUnreadable
    return tuple(sorted((_segment(item) for item in items), key=lambda segment: segment.start))


def _segment(item: object) -> Segment:
    if not isinstance(item, dict) or item.keys() != {"start", "end", "speaker", "text"}:
        raise MediaUnreadable
    start, end = _seconds(item["start"]), _seconds(item["end"])
    speaker, text = item["speaker"], item["text"]
    if not start < end or not _is_storable_text(speaker) or not _is_storable_text(text):
        raise MediaUnreadable
    return Segment(start, end, speaker, text)


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise MediaUnreadable
    try:
        seconds = float(value)
    except OverflowError:
        raise MediaUnreadable from None
    if not math.isfinite(seconds) or seconds < 0:
        raise MediaUnreadable
    return seconds


def _is_storable_text(value: object) -> bool:
    """Return whether the database and a UTF-8 file can store the value."""
    return isinstance(value, str) and bool(value.strip()) and "\0" not in value and _is_encodable(value)


def _is_encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True
