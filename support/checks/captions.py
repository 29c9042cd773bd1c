"""Check captions and summaries against the words of a recording."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from support.checks import scc
from support.checks.comparison import fail, require, require_equal
from support.testdata.media import Recording, Segment

# A caption is loaded before it is displayed, two characters a frame: 1.5 s for two full rows. The first one therefore
# cannot appear at 0 s; later ones are loaded while the previous one is displayed.
LOADING = 1.5  # seconds
# The next caption is prepared two frames before it appears, and each time code is rounded to a frame.
TOLERANCE = 5 / 30  # seconds
CUES_PER_CHUNK = 5


def read(title: str, text: str) -> list[scc.Cue]:
    """Return the cues of a caption file; fails with the first invalid line."""
    try:
        cues = scc.parse(text)
    except scc.SccError as error:
        raise fail(f'captions of "{title}": expected a valid SCC file, got an error in {error}') from error
    require(cues, f'cues of the captions of "{title}": expected at least 1, got 0')
    return cues


def require_drop_frame(title: str, text: str) -> None:
    """Require drop-frame time codes, which have a semicolon before the frame."""
    codes = [line.partition("\t")[0] for line in text.splitlines()[1:] if line.strip()]
    other = next((code for code in codes if ";" not in code), None)
    require(other is None, f'time codes of "{title}": expected drop-frame (HH:MM:SS;FF), got {other}')


def require_coverage(title: str, cues: Sequence[scc.Cue], seconds: float) -> None:
    """Require that some caption is displayed at any time; `seconds` is the duration of the recording."""
    gaps = [
        (start, end)
        for start, end in scc.gaps(cues, seconds, TOLERANCE)
        if start > 0 or end - start > LOADING  # the first caption must be loaded before it can be displayed
    ]
    periods = ", ".join(f"{start:.1f} to {end:.1f} s" for start, end in gaps)
    require(not gaps, f'captions of "{title}": expected {seconds:g} s without a gap, got gaps from {periods}')


def require_faithful(title: str, cues: Sequence[scc.Cue], recording: Recording) -> None:
    """Require every word of the recording, in order, each during its segment."""
    _require_words(title, cues, recording)
    for segment, its_cues in _by_segment(cues, recording.segments):
        first, last = its_cues[0], its_cues[-1]
        _require_time(f'start of the caption "{first.text}" of "{title}"', first.start, segment.start)
        end = f'end of the caption "{last.text}" of "{title}"'
        if last.end is None:
            raise fail(f"{end}: expected {segment.end:.2f} s, got none")
        _require_time(end, last.end, segment.end)


def _require_words(title: str, cues: Sequence[scc.Cue], recording: Recording) -> None:
    spoken = [word for segment in recording.segments for word in segment.text.split()]
    captioned = [word for cue in cues for word in cue.text.split()]
    require_equal(f'words of the captions of "{title}"', " ".join(captioned), " ".join(spoken))


def _require_time(subject: str, actual: float, expected: float) -> None:
    tolerance = LOADING if expected < LOADING else TOLERANCE
    require(abs(actual - expected) <= tolerance, f"{subject}: expected {expected:.2f} s, got {actual:.2f} s")


def _by_segment(cues: Sequence[scc.Cue], segments: Sequence[Segment]) -> Iterator[tuple[Segment, Sequence[scc.Cue]]]:
    """Yield each segment with the cues of its words; words of cues and segments must be the same."""
    rest = list(cues)
    for segment in segments:
        missing = len(segment.text.split())
        its_cues = []
        while missing > 0:
            its_cues.append(rest.pop(0))
            missing -= len(its_cues[-1].text.split())
        require(missing == 0, f'speakers of the cue "{its_cues[-1].text}": expected 1, got words of the next')
        yield segment, its_cues


def require_summary(
    title: str, chunks: Sequence[Mapping[str, Any]], cues: Sequence[scc.Cue], recording: Recording
) -> None:
    """Require a chunk for every five cues, with the speaker of its first cue, its start and its words."""
    _require_words(title, cues, recording)
    expected = [cues[start : start + CUES_PER_CHUNK] for start in range(0, len(cues), CUES_PER_CHUNK)]
    require_equal(f'number of chunks in the summary of "{title}"', len(chunks), len(expected))
    speakers = {id(cue): segment.speaker for segment, its in _by_segment(cues, recording.segments) for cue in its}
    for chunk, its_cues in zip(chunks, expected, strict=True):
        first = its_cues[0]
        require_equal(
            f'words of a chunk of "{title}"',
            " ".join(chunk["text"].split()),
            " ".join(" ".join(c.text for c in its_cues).split()),
        )
        require_equal(f'speaker of the chunk "{chunk["text"]}"', chunk["speaker"], speakers[id(first)])
        _require_time(f'start of the chunk "{chunk["text"]}"', chunk["start"], first.start)
