"""Generated recordings: small valid RIFF/WAVE files that contain their own words.

The tests have no speech recognition. A recording therefore contains its words beside its (silent) sound, as RIFF
chunks that every WAVE reader skips:

- `spch`: UTF-8 JSON, a list of {"start", "end", "speaker", "text"} with times in seconds
- `pace`: uint32, little endian, milliseconds: total duration of the transcription
"""

import json
import random
import re
import struct
import unicodedata
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from uuid import uuid4
from zlib import crc32

CONDITIONS = ("clear", "silent", "corrupt", "cut off", "empty", "missing")
"""Conditions of a recording: `corrupt` is not valid RIFF, `cut off` ends before the length in its header."""

SLOW = "slow"
"""A clear recording whose transcription takes `SLOW_PACE` seconds, so that a scenario can act during it."""
SLOW_PACE = 2.0

_SAMPLES_PER_SECOND = 100
_SILENCE = b"\x80"
_PCM, _MONO, _BITS = 1, 1, 8
_CUE_SECONDS = (5.0, 10.0)


@dataclass(frozen=True)
class Segment:
    """The words of one speaker without a pause; times are seconds from the start of the recording."""

    start: float
    end: float
    speaker: str
    text: str


@dataclass(frozen=True)
class Recording:
    """A recording.

    `path` is relative to the media storage, with forward slashes; `duration` and `pace` (the duration of its
    transcription; None is as fast as possible) are in seconds. `segments` is empty without speech.
    """

    title: str
    path: str
    duration: float
    condition: str
    segments: tuple[Segment, ...]
    pace: float | None = None


def recording(
    title: str,
    *,
    duration: float,
    condition: str = "clear",
    path: str | None = None,
    pace: float | None = None,
    seed: str | None = None,
) -> Recording:
    """Return a recording; the same seed (by default the title) always gives the same words.

    Without `path` it is named after its title. ValueError for an unknown condition and a time that is not positive.
    """
    if condition not in CONDITIONS:
        raise ValueError(f'unknown condition "{condition}" of a recording. Known: {", ".join(CONDITIONS)}')
    if not duration > 0:
        raise ValueError(f"duration of a recording: expected more than 0 seconds, got {duration}")
    if pace is not None and not pace > 0:
        raise ValueError(f"duration of a transcription: expected more than 0 seconds, got {pace}")
    audible = condition in ("clear", "cut off")
    segments = council_meeting(duration, seed or title) if audible else ()
    return Recording(title, path or f"{file_stem(title)}.wav", duration, condition, segments, pace)


def council_meeting(duration: float, seed: str) -> tuple[Segment, ...]:
    """Return the segments of a council meeting: ASCII, from 0 to `duration` seconds without a gap.

    Each segment lasts 5 to 10 seconds; a meeting shorter than that is one segment.
    """
    generator = random.Random(seed)
    segments: list[Segment] = []
    start, speaker, text = 0.0, "", ""
    for end in _cuts(duration, generator):
        speaker = generator.choice([name for name in _SPEAKERS if name != speaker]) if segments else "Mayor"
        text = (
            _sentence(generator, speaker, unlike=text) if segments else "Good evening. The council will come to order."
        )
        segments.append(Segment(start, end, speaker, text))
        start = end
    return tuple(segments)


def file_content(recording: Recording) -> bytes:
    """Return the content of the recording's file. FileNotFoundError for the condition "missing"."""
    if recording.condition == "missing":
        raise FileNotFoundError(
            f'the recording of "{recording.title}" has the condition "missing", so it has no content'
        )
    if recording.condition == "empty":
        return b""
    complete = _riff(recording)
    if recording.condition == "corrupt":
        return bytes(byte ^ 0x5A for byte in complete)
    if recording.condition == "cut off":
        # At least two bytes, as the last may be padding.
        return complete[: -max(2, _sample_count(recording) // 2)]
    return complete


def write(recording: Recording, storage: Path) -> Path:
    """Write the recording to the media storage atomically and return its path.

    A recording with the condition "missing" is deleted. ValueError for a path outside the storage.
    """
    file = storage / recording.path
    if not file.resolve().is_relative_to(storage.resolve()):
        raise ValueError(f"path of a recording: expected one inside the media storage, got {recording.path!r}")
    if recording.condition == "missing":
        file.unlink(missing_ok=True)
        return file
    file.parent.mkdir(parents=True, exist_ok=True)
    unfinished = file.with_name(f".{uuid4().hex}.part")
    try:
        unfinished.write_bytes(file_content(recording))
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return file


def file_stem(title: str) -> str:
    """Return the title as a file name that every file system and every path rule accepts."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:100] or f"recording-{crc32(title.encode()):08x}"


def _sample_count(recording: Recording) -> int:
    return max(1, round(recording.duration * _SAMPLES_PER_SECOND))


def _riff(recording: Recording) -> bytes:
    """Return a WAVE file; the words precede the sound, so that a file cut off still starts like a valid one."""
    block = _MONO * _BITS // 8
    chunks = [
        _chunk(
            b"fmt ",
            struct.pack("<HHIIHH", _PCM, _MONO, _SAMPLES_PER_SECOND, _SAMPLES_PER_SECOND * block, block, _BITS),
        )
    ]
    if recording.segments:
        words = json.dumps([asdict(segment) for segment in recording.segments], ensure_ascii=False)
        chunks.append(_chunk(b"spch", words.encode()))
    if recording.pace is not None:
        chunks.append(_chunk(b"pace", struct.pack("<I", round(recording.pace * 1000))))
    chunks.append(_chunk(b"data", _SILENCE * _sample_count(recording)))
    return _chunk(b"RIFF", b"WAVE" + b"".join(chunks))


def _chunk(name: bytes, content: bytes) -> bytes:
    padding = b"\0" * (len(content) % 2)
    return name + struct.pack("<I", len(content)) + content + padding


def _cuts(duration: float, generator: random.Random) -> Iterator[float]:
    """Yield the ends of the segments, such that the rest can always be divided into segments of a valid length."""
    shortest, longest = _CUE_SECONDS
    pieces = max(1, ceil(duration / longest), round(duration / ((shortest + longest) / 2)))
    start = 0.0
    for pieces_after in range(pieces - 1, 0, -1):
        rest = duration - start
        lower = max(shortest, rest - longest * pieces_after)
        upper = min(longest, rest - shortest * pieces_after)
        start = round(start + generator.uniform(lower, upper), 2)
        yield start
    yield duration


_COUNCILLORS = ("Councillor Adams", "Councillor Brooks", "Councillor Chen", "Councillor Diaz", "Councillor Evans")
_SPEAKERS = ("Mayor", "Clerk", *_COUNCILLORS)

_TOPICS = (
    "the library budget",
    "the bridge on Mill Road",
    "the bus lane on Main Street",
    "the new playground",
    "the drainage report",
    "the farmers market",
    "the winter road salt contract",
    "the zoning of the old brewery",
    "the fire station roof",
    "the school crossing",
)
_FIGURES = ("twelve thousand dollars", "three weeks", "forty households", "two more inspectors", "a five year loan")
_LINES = {
    "Mayor": (
        "The next item is {topic}. {councillor}, you have the floor.",
        "Thank you, {councillor}. Is there a second to the motion on {topic}?",
        "We have heard enough about {topic}. Let us take a vote.",
        "All in favor say aye. The motion on {topic} carries.",
    ),
    "Clerk": (
        "For the record, {topic} was first discussed on the {day} of the month.",
        "We received {count} letters from residents about {topic}.",
        "The roll call on {topic}: {count} in favor, {other} opposed.",
        "Item {count}, {topic}, continued from the last meeting.",
    ),
    "Councillor": (
        "I move that we approve {topic} as it was presented tonight.",
        "My concern about {topic} is that it will take {figure}.",
        "Residents asked me about {topic} {count} times this week.",
        "I agree with {councillor}: {topic} cannot wait until spring.",
        "Could staff explain why {topic} needs {figure}?",
        "I would rather postpone {topic} until we have heard from {councillor}.",
    ),
}


def _sentence(generator: random.Random, speaker: str, *, unlike: str) -> str:
    """Return a sentence of this speaker other than the previous one."""
    text = unlike
    while text == unlike:
        text = generator.choice(_LINES[speaker.split()[0]]).format(
            topic=generator.choice(_TOPICS),
            figure=generator.choice(_FIGURES),
            councillor=generator.choice([name for name in _COUNCILLORS if name != speaker]),
            count=generator.randint(2, 40),
            other=generator.randint(1, 9),
            day=generator.choice(("3rd", "9th", "17th", "24th")),
        )
    return text[0].upper() + text[1:]
