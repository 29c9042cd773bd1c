"""Whether captions and summary say what a recording says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from support.checks import scc
from support.checks.comparison import fail, require, require_equal
from support.testdata.media import Recording, Segment

# A caption is loaded before it is shown, two characters a frame: 1.5 s for two full rows. The first one therefore
# cannot be seen from the very beginning; later ones are loaded while the one before is still on the screen.
LOADING = 1.5  # seconds
# The next caption is made ready two frames before it comes, and each time code is rounded to a frame.
TOLERANCE = 5 / 30  # seconds
CUES_PER_CHUNK = 5


def read(title: str, text: str) -> list[scc.Cue]:
    """Return the cues of a caption file; fails with the line that is wrong or out of order where it is no valid SCC."""
    try:
        cues = scc.parse(text)
    except scc.SccError as error:
        raise fail(f'the captions of "{title}" should be a valid SCC file, but {error}') from error
    require(cues, f'the captions of "{title}" should hold at least one cue, but hold none')
    return cues


def require_drop_frame(title: str, text: str) -> None:
    """Require the time codes that stay with the clock: they have a semicolon before the frame."""
    codes = [line.partition("\t")[0] for line in text.splitlines()[1:] if line.strip()]
    wrong = next((code for code in codes if ";" not in code), None)
    require(
        wrong is None, f'the captions of "{title}" should have drop-frame time codes (HH:MM:SS;FF), but have {wrong}'
    )


def require_coverage(title: str, cues: Sequence[scc.Cue], seconds: float) -> None:
    """Require that something is shown all the time."""
    gaps = [
        (begin, end)
        for begin, end in scc.gaps(cues, seconds, TOLERANCE)
        if begin > 0 or end - begin > LOADING  # the first caption must be loaded before it can be seen
    ]
    told = ", ".join(f"{begin:.1f} to {end:.1f} s" for begin, end in gaps)
    require(not gaps, f'the captions of "{title}" should cover {seconds:g} s, but show nothing from {told}')


def require_faithful(title: str, cues: Sequence[scc.Cue], recording: Recording) -> None:
    """Require every word of the recording, in order, each segment's words while the segment lasts."""
    _require_words(title, cues, recording)
    for segment, its_cues in _by_segment(cues, recording.segments):
        first, last = its_cues[0], its_cues[-1]
        _require_time(f'the caption "{first.text}" of "{title}" should appear at', first.start, segment.start)
        stays = f'the caption "{last.text}" of "{title}" should stay until'
        if last.end is None:
            raise fail(f"{stays} {segment.end:.2f} s, but nothing takes it away")
        _require_time(stays, last.end, segment.end)


def _require_words(title: str, cues: Sequence[scc.Cue], recording: Recording) -> None:
    said = [word for segment in recording.segments for word in segment.text.split()]
    shown = [word for cue in cues for word in cue.text.split()]
    require_equal(f'the words of the captions of "{title}"', " ".join(shown), " ".join(said))


def _require_time(what: str, seen: float, wanted: float) -> None:
    tolerance = LOADING if wanted < LOADING else TOLERANCE
    require(abs(seen - wanted) <= tolerance, f"{what} {wanted:.2f} s, but it was {seen:.2f} s")


def _by_segment(cues: Sequence[scc.Cue], segments: Sequence[Segment]) -> Iterator[tuple[Segment, Sequence[scc.Cue]]]:
    """Yield each segment with the cues that show its words; the words are known to be the same."""
    rest = list(cues)
    for segment in segments:
        missing = len(segment.text.split())
        its_cues = []
        while missing > 0:
            its_cues.append(rest.pop(0))
            missing -= len(its_cues[-1].text.split())
        require(missing == 0, f'a cue should show one speaker, but "{its_cues[-1].text}" goes on with the next')
        yield segment, its_cues


def require_summary(
    title: str, chunks: Sequence[Mapping[str, Any]], cues: Sequence[scc.Cue], recording: Recording
) -> None:
    """Require a chunk for every five cues, with the speaker of its first cue, its begin and its words."""
    _require_words(title, cues, recording)
    wanted = [cues[begin : begin + CUES_PER_CHUNK] for begin in range(0, len(cues), CUES_PER_CHUNK)]
    require_equal(f'the number of chunks in the summary of "{title}"', len(chunks), len(wanted))
    speakers = {id(cue): segment.speaker for segment, its in _by_segment(cues, recording.segments) for cue in its}
    for chunk, its_cues in zip(chunks, wanted, strict=True):
        first = its_cues[0]
        require_equal(
            f'the words of a chunk of "{title}"',
            " ".join(chunk["text"].split()),
            " ".join(" ".join(c.text for c in its_cues).split()),
        )
        require_equal(f'the speaker of the chunk "{chunk["text"]}"', chunk["speaker"], speakers[id(first)])
        _require_time(f'the chunk "{chunk["text"]}" should start at', chunk["start"], first.start)
