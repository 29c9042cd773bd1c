"""Captions (SCC) and their summary, from a transcript.

SCC contains CEA-608 data with drop-frame time codes. A time code is the time at which the transmission of a caption
starts, before it is shown, one frame for each two bytes. The first caption can therefore be shown about half a second
after the start of the recording.
"""

import json
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from support.reference.vod.transcriber import Segment, Transcript

NO_SPEECH = "[No speech detected]"
LINES = 2
LINE_CHARACTERS = 32
CUES_PER_CHUNK = 5

_WORD_SECONDS = 1001 / 30000
"""Line 21 of the picture transmits one word (two bytes) in each frame of 29.97 a second."""

_CLEAR_WORDS = 3
_CONTROL_WORDS = 9
"""Start, clear and show, each sent twice, and one frame for rounding."""

_LINE_CONTROL_WORDS = 2
_MIN_SECONDS = 1.0

# The basic CEA-608 set is ASCII without these, plus a few accented letters. The extended set is not used: its
# characters erase the one before them, and SCCWriter sends nothing to be erased.
_BASIC = frozenset(map(chr, range(0x20, 0x7F))) - frozenset("*\\^_`{|}~") | frozenset("áéíóúçñÑ÷")
_REPLACEMENTS = str.maketrans(
    {
        "‘": "'", "’": "'", "`": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"', "–": "-", "—": "-", "_": "-",
        "{": "(", "}": ")", "|": "/", "\\": "/", "~": "-", "⁄": "/", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe",
        "Œ": "OE", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "€": "EUR", "£": "GBP",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Cue:
    """One caption: at most two lines of 32 characters, ``start`` and ``end`` in seconds."""

    start: float
    end: float
    speaker: str | None
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        """The lines joined with spaces."""
        return " ".join(self.lines)


def build_cues(transcript: Transcript) -> list[Cue]:
    """Divide a transcript into cues; the cues of a segment share its time by length.

    A silent recording has one cue, ``[No speech detected]``, from its start to its end.
    """
    if not transcript.segments:
        return [Cue(0.0, transcript.duration, None, (NO_SPEECH,))]
    return [cue for segment in transcript.segments for cue in _cues_of_segment(segment)]


def to_scc(cues: Sequence[Cue]) -> str:
    """Return the cues as the text of an SCC file."""
    # pycaption imports three HTML and CSS parsers, 0.15 s of each start of the platform.
    from pycaption import SCCWriter
    from pycaption.base import Caption, CaptionList, CaptionNode, CaptionSet

    def caption(cue: Cue) -> Caption:
        nodes = [CaptionNode.create_text(cue.lines[0])]
        for line in cue.lines[1:]:
            nodes += [CaptionNode.create_break(), CaptionNode.create_text(line)]
        return Caption(cue.start * 1_000_000, cue.end * 1_000_000, nodes)

    captions = CaptionList([caption(cue) for cue in _delay_unsendable(cues)])
    return str(SCCWriter(drop_frame=True).write(CaptionSet({"en-US": captions}))).rstrip() + "\n"


def build_summary(cues: Sequence[Cue]) -> list[dict[str, object]]:
    """Return chunks of five cues, with speaker and start of the first of each.

    ``{"speaker": str | None, "start": seconds, "text": str}``.
    """
    chunks = (cues[first : first + CUES_PER_CHUNK] for first in range(0, len(cues), CUES_PER_CHUNK))
    return [
        {"speaker": chunk[0].speaker, "start": chunk[0].start, "text": " ".join(cue.text for cue in chunk)}
        for chunk in chunks
    ]


def to_json(chunks: Iterable[dict[str, object]]) -> str:
    """Return the summary as the text of its file."""
    return json.dumps(list(chunks), ensure_ascii=False, indent=2) + "\n"


def _cues_of_segment(segment: Segment) -> list[Cue]:
    rows = _wrap_lines(_to_cea608(segment.text)) or ["?"]
    pages = [tuple(rows[first : first + LINES]) for first in range(0, len(rows), LINES)]
    weights = [sum(map(len, page)) for page in pages]
    per_character = (segment.end - segment.start) / sum(weights)
    starts = [round(segment.start + per_character * sum(weights[:index]), 3) for index in range(len(pages))]
    ends = [*starts[1:], segment.end]
    return [Cue(start, end, segment.speaker, page) for start, end, page in zip(starts, ends, pages, strict=True)]


def _wrap_lines(text: str) -> list[str]:
    """Return lines of at most 32 characters, evenly filled for a text of several cues."""
    widest = _wrap(text, LINE_CHARACTERS)
    if len(widest) <= LINES:
        return widest
    room = len(widest) + len(widest) % LINES
    narrower = (_wrap(text, width) for width in range(len(text) // room, LINE_CHARACTERS))
    return next((rows for rows in narrower if len(rows) <= room), widest)


def _wrap(text: str, width: int) -> list[str]:
    # textwrap leaves a space where a long word is cut exactly at the end of a line.
    return [row.rstrip() for row in textwrap.wrap(text, width)]


def _to_cea608(text: str) -> str:
    """Return the text in CEA-608's basic set: without accents, other characters as "?"."""
    shown = "".join(_character_to_cea608(character) for character in unicodedata.normalize("NFC", text))
    return " ".join(shown.split())


def _character_to_cea608(character: str) -> str:
    if character.isspace():
        return " "
    if character in _BASIC:
        return character
    decomposed = unicodedata.normalize("NFKD", character).translate(_REPLACEMENTS)
    base = "".join(part for part in decomposed if not unicodedata.combining(part))
    return "".join(part if part in _BASIC else "?" for part in base)


def _delay_unsendable(cues: Sequence[Cue]) -> list[Cue]:
    """Delay cues that cannot be transmitted in time.

    SCCWriter overlaps them instead, and a decoder then shows neither. A cue that is followed immediately by the next
    one stays until that replaces it.
    """
    shown: list[Cue] = []
    earliest = -_WORD_SECONDS  # the frame for rounding is not needed before the first
    for cue in cues:
        earliest = max(cue.start, earliest + _transmission_seconds(cue))
        shown.append(replace(cue, start=earliest, end=max(cue.end, earliest + _MIN_SECONDS)))
    for index, (cue, following) in enumerate(pairwise(shown)):
        if following.start - cue.end < _transmission_seconds(following) + _CLEAR_WORDS * _WORD_SECONDS:
            shown[index] = replace(cue, end=following.start)
    return shown


def _transmission_seconds(cue: Cue) -> float:
    words = sum(_LINE_CONTROL_WORDS + -(-len(line) // 2) for line in cue.lines)
    return (_CONTROL_WORDS + words) * _WORD_SECONDS
