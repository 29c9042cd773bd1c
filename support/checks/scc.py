"""A strict reader of Scenarist SCC caption files.

It decodes the byte pairs as a television does (CEA-608, 47 CFR 15.119) and shares no code with the library that may
have written the file.

Times. The time code of a line is the time at which its first byte pair is sent, and one pair is sent in each frame of
1001/30000 seconds. So a caption appears only after it has been loaded: at the frame after the one that carries its
EOC. A line whose time comes while the previous line is being sent waits for it.

Covered: pop-on captions of the first channel (CC1), the basic, special and both extended character sets, preamble
address codes, mid-row codes and tab offsets (colours, italics and underlines are read and ignored), backspace and
delete to end of row. An extended character replaces the character before it, as the standard requires.
Not covered, and rejected: roll-up and paint-on captions, text mode, flashing, background and foreground
attributes, character set selection, the other channels and extended data services.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import NamedTuple

HEADER = "Scenarist_SCC V1.0"

_FRAME = Fraction(1001, 30000)
_FRAMES_PER_SECOND = 30
_COLUMNS = 32
_ROWS_AT_ONCE = 4
_TIME_CODE = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9]):([0-5][0-9])([:;])([0-2][0-9])")

_SHIFT_TO_SECOND_CHANNEL = 0x08
_MISCELLANEOUS = 0x14
_RCL, _BACKSPACE, _DELETE_TO_END, _EDM, _ENM, _EOC = 0x20, 0x21, 0x24, 0x2C, 0x2E, 0x2F

_PAC_ROWS = {0x10: (11,), 0x11: (1, 2), 0x12: (3, 4), 0x13: (12, 13), 0x14: (14, 15), 0x15: (5, 6), 0x16: (7, 8)}
_PAC_ROWS |= {0x17: (9, 10)}

_BASIC = {chr(code): chr(code) for code in range(0x20, 0x7F)}
_BASIC |= {"*": "á", "\\": "é", "^": "í", "_": "ó", "`": "ú", "{": "ç", "|": "÷", "}": "Ñ", "~": "ñ", "\x7f": "█"}
# The tenth is the transparent space, read as a blank.
_SPECIAL = "®°½¿™¢£♪à èâêîôû"
_EXTENDED = {0x12: "ÁÉÓÚÜü‘¡*'—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»", 0x13: "ÃãÍÌìÒòÕõ{}\\^_¦~ÄäÖöß¥¤│ÅåØø┌┐└┘"}

_NOT_COVERED = {
    **{(0x10, low): "background attributes" for low in range(0x20, 0x30)},
    **{(0x14, low): "roll-up captions" for low in (0x25, 0x26, 0x27, 0x2D)},
    **{(0x14, low): "text mode" for low in (0x2A, 0x2B)},
    **{(0x15, low): "the second field" for low in range(0x20, 0x30)},
    **{(0x17, low): "character set selection" for low in range(0x24, 0x2B)},
    **{(0x17, low): "foreground attributes" for low in range(0x2D, 0x30)},
    (0x14, 0x28): "flashing",
    (0x14, 0x29): "paint-on captions",
}


class SccError(ValueError):
    """An error of the file; its message starts with the number of the line."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line = line


@dataclass(frozen=True)
class Cue:
    """The text on the screen from `start` to `end`, in seconds; rows are separated by a newline.

    `end` is None for a cue that is never removed.
    """

    start: float
    end: float | None
    text: str


def parse(text: str) -> list[Cue]:
    """Return the cues of a file in the order of their appearance. Raises SccError for the first error."""
    decoder = _Decoder()
    frame = 0
    for load in _loads(text):
        frame = max(frame, load.frame)
        for pair in load.pairs:
            frame += 1
            decoder.receive(pair, frame, load.line)
    return decoder.finish()


def gaps(cues: Sequence[Cue], seconds: float, tolerance: float) -> list[tuple[float, float]]:
    """Return the periods between 0 and `seconds` without a cue that last longer than `tolerance` seconds."""
    found = []
    covered = 0.0
    for cue in sorted(cues, key=lambda cue: cue.start):
        start = min(cue.start, seconds)
        if start - covered > tolerance:
            found.append((covered, start))
        covered = max(covered, seconds if cue.end is None else cue.end)
    if seconds - covered > tolerance:
        found.append((covered, seconds))
    return found


class _Load(NamedTuple):
    """One line: byte pairs (parity checked and removed) and the frame in which the first is sent."""

    line: int
    frame: int
    pairs: list[tuple[int, int]]


def _loads(text: str) -> Iterator[_Load]:
    """Yield the data lines; each line and their order is checked."""
    header, *lines = re.split(r"\r\n|\r|\n", text)
    if header != HEADER:
        raise SccError(1, f'expected "{HEADER}", got "{header}"')
    previous, previous_separator = -1, ""
    for number, content in enumerate(lines, start=2):
        if not content.strip():
            continue
        code, tab, data = content.partition("\t")
        if not tab:
            raise SccError(number, "expected a time code, a tab and data")
        frame, separator = _frame_number(code, number)
        if previous_separator not in ("", separator):
            raise SccError(number, f"time code {code} mixes drop-frame (;) and non-drop-frame (:) in one file")
        if frame <= previous:
            raise SccError(number, f"time code {code} is out of order: it is not after the previous one")
        previous, previous_separator = frame, separator
        yield _Load(number, frame, [_pair(word, number) for word in _words(data, number)])


def _words(data: str, line: int) -> list[str]:
    if not data.strip():
        raise SccError(line, "there is no data after the time code")
    return data.split()


def _frame_number(code: str, line: int) -> tuple[int, str]:
    """Return the number of frames from 00:00:00 to a time code, and its separator.

    Both formats run at 29.97 frames a second. Drop-frame skips the numbers 00 and 01 at the start of each minute but
    every tenth, to agree with the clock.
    """
    found = _TIME_CODE.fullmatch(code)
    if found is None:
        raise SccError(line, f'invalid time code "{code}" (expected HH:MM:SS:FF, or HH:MM:SS;FF for drop-frame)')
    hours, minute, second, separator, frame = found.groups()
    minutes = int(hours) * 60 + int(minute)
    number = (minutes * 60 + int(second)) * _FRAMES_PER_SECOND + int(frame)
    if separator == ":":
        return number, separator
    if minutes % 10 and int(second) == 0 and int(frame) < 2:
        raise SccError(line, f"time code {code} does not exist: drop-frame skips it")
    return number - 2 * (minutes - minutes // 10), separator


def _pair(word: str, line: int) -> tuple[int, int]:
    if not re.fullmatch("[0-9a-fA-F]{4}", word):
        raise SccError(line, f'"{word}" is not four hexadecimal digits')
    high, low = bytes.fromhex(word)
    for byte in (high, low):
        if byte.bit_count() % 2 == 0:
            raise SccError(line, f"byte {byte:02x} of word {word} has even parity, expected odd parity")
    return high & 0x7F, low & 0x7F


@dataclass
class _Memory:
    """Characters by row (1 to 15) and column (0 to 31)."""

    rows: dict[int, dict[int, str]] = field(default_factory=dict)

    def text(self) -> str:
        return "\n".join(line for _, line in self.lines())

    def lines(self) -> list[tuple[int, str]]:
        written = [
            (row, "".join(cells.get(column, " ") for column in range(_COLUMNS)).strip())
            for row, cells in sorted(self.rows.items())
        ]
        return [(row, line) for row, line in written if line]


class _Decoder:
    """A decoder in pop-on mode: one memory is displayed while the other is loaded."""

    def __init__(self) -> None:
        self._cues: list[Cue] = []
        self._displayed = _Memory()
        self._displayed_since = 0
        self._loading = _Memory()
        self._started_in: int | None = None
        self._row, self._column = 15, 0
        self._may_be_repeated: tuple[int, int] | None = None
        self._line = 1

    def receive(self, pair: tuple[int, int], frame: int, line: int) -> None:
        """Process a byte pair; its effect is visible from `frame` on."""
        if line != self._line:
            self._line, self._may_be_repeated = line, None
        high, low = pair
        if 0x10 <= high < 0x20:
            self._receive_control(high, low, frame)
            return
        self._may_be_repeated = None
        for byte in pair:
            if byte:
                self._write_basic(byte, pair)

    def finish(self) -> list[Cue]:
        if self._started_in is not None and self._loading.lines():
            raise SccError(self._started_in, "the caption that starts here is never displayed: EOC (942f) is missing")
        self._clear_screen(None)
        return self._cues

    def _receive_control(self, high: int, low: int, frame: int) -> None:
        """Execute a control code. Each may be sent twice for safety; the repetition is ignored."""
        if self._may_be_repeated == (high, low):
            self._may_be_repeated = None
            return
        self._may_be_repeated = high, low
        if high & _SHIFT_TO_SECOND_CHANNEL:
            raise self._rejected(high, low, "belongs to another channel than CC1, which is not covered")
        if (high, low) in _NOT_COVERED:
            raise self._rejected(high, low, f"belongs to {_NOT_COVERED[high, low]}, which is not covered")
        if high == _MISCELLANEOUS and low < 0x40:
            self._execute(low, frame)
        else:
            self._place_or_write(high, low)

    def _execute(self, command: int, frame: int) -> None:
        if command == _RCL:
            self._started_in = self._started_in or self._line
        elif command == _ENM:
            self._loading = _Memory()
        elif command == _EDM:
            self._clear_screen(frame)
        elif command == _EOC:
            self._display(frame)
        elif command in (_BACKSPACE, _DELETE_TO_END):
            self._require_caption()
            self._erase(to_end=command == _DELETE_TO_END)
        else:
            raise self._rejected(_MISCELLANEOUS, command, "is unknown")

    def _place_or_write(self, high: int, low: int) -> None:
        self._require_caption()
        if low >= 0x40 and low // 0x20 - 2 < len(_PAC_ROWS[high]):
            self._row = _PAC_ROWS[high][low // 0x20 - 2]
            self._column = (low & 0x0E) * 2 if low & 0x10 else 0
        elif high == 0x17 and 0x21 <= low <= 0x23:
            self._column += low - 0x20
        elif high == 0x11 and 0x20 <= low < 0x30:
            self._write(" ")
        elif high == 0x11 and 0x30 <= low < 0x40:
            self._write(_SPECIAL[low - 0x30])
        elif high in _EXTENDED and 0x20 <= low < 0x40:
            self._erase(to_end=False)
            self._write(_EXTENDED[high][low - 0x20])
        else:
            raise self._rejected(high, low, "is unknown")

    def _write_basic(self, byte: int, pair: tuple[int, int]) -> None:
        if byte < 0x20:
            raise self._rejected(*pair, "is neither text nor a control code of captions")
        self._require_caption()
        self._write(_BASIC[chr(byte)])

    def _write(self, character: str) -> None:
        if self._column >= _COLUMNS:
            raise SccError(self._line, f"row {self._row} has more than {_COLUMNS} characters")
        self._loading.rows.setdefault(self._row, {})[self._column] = character
        self._column += 1

    def _erase(self, *, to_end: bool) -> None:
        """Delete the character before the cursor, or everything from the cursor to the end of the row."""
        cells = self._loading.rows.get(self._row, {})
        if to_end:
            for column in range(self._column, _COLUMNS):
                cells.pop(column, None)
        elif self._column:
            self._column -= 1
            cells.pop(self._column, None)

    def _display(self, frame: int) -> None:
        if self._started_in is None:
            raise SccError(self._line, "a caption is displayed (EOC, 942f) that was never started (RCL, 9420)")
        if len(self._loading.lines()) > _ROWS_AT_ONCE:
            raise SccError(self._line, f"the caption has more than {_ROWS_AT_ONCE} rows")
        previous = self._displayed
        self._clear_screen(frame)
        self._displayed, self._loading = self._loading, previous
        self._displayed_since = frame
        self._started_in = None

    def _clear_screen(self, frame: int | None) -> None:
        if text := self._displayed.text():
            self._cues.append(Cue(_seconds(self._displayed_since), None if frame is None else _seconds(frame), text))
        self._displayed = _Memory()

    def _require_caption(self) -> None:
        if self._started_in is None:
            raise SccError(self._line, "text without the start of a pop-on caption (RCL, 9420)")

    def _rejected(self, high: int, low: int, why: str) -> SccError:
        return SccError(self._line, f"code {_with_parity(high):02x}{_with_parity(low):02x} {why}")


def _seconds(frame: int) -> float:
    return float(frame * _FRAME)


def _with_parity(byte: int) -> int:
    return byte if byte.bit_count() % 2 else byte | 0x80
