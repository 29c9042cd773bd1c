"""Everything that a scenario exchanged, as one page of Markdown that Allure shows beside the scenario.

Each scenario has one, so it is kept small: what all requests or all answers have in common stands at its end; long
bodies and long lists of rows are cut, which it says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce

from support.evidence.items import Command, Exchange, Item, PartnerCall, Query, Wait
from support.evidence.masking import Masker
from support.evidence.rendering import LINE_LIMIT, body_of, cell, digest, media_type

BODY_SHOWN = 2048  # characters
ROWS_SHOWN = 10

_FENCES = re.compile(r"`{3,}")
# The page tells times and shows bodies.
_TOLD_ELSEWHERE = frozenset({"date", "content-length"})

_Headers = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """One step and what it did; what it did several times with the same outcome is there once, with the number."""

    title: str
    items: Sequence[tuple[Item, int]]


def transcript(chapters: Sequence[Section], masker: Masker) -> str:
    """Write the page, masked."""
    exchanges = [item for chapter in chapters for item, _ in chapter.items if isinstance(item, Exchange)]
    page = _Page(masker, _Common.of([one for one in exchanges if not isinstance(one, PartnerCall)]))
    return "\n".join(page.lines(chapters))


@dataclass(frozen=True)
class _Common:
    """The headers that all requests, and that all answers, of a page have."""

    sent: _Headers
    answered: _Headers

    @classmethod
    def of(cls, exchanges: Sequence[Exchange]) -> _Common:
        if len(exchanges) < 2:
            return cls(frozenset(), frozenset())
        return cls(
            _in_all([one.request_headers for one in exchanges]),
            _in_all([one.response_headers for one in exchanges if one.status is not None]),
        )


def _in_all(headers: Sequence[Mapping[str, str]]) -> _Headers:
    return reduce(frozenset.__and__, [frozenset(one.items()) for one in headers]) if headers else frozenset()


@dataclass(frozen=True)
class _Page:
    masker: Masker
    common: _Common

    def lines(self, chapters: Sequence[Section]) -> Iterator[str]:
        """Yield the page; what all have in common comes last, as it is seldom what is looked for."""
        for chapter in chapters:
            if chapter.items:
                yield from self._chapter(chapter)
        for what, headers in (("request", self.common.sent), ("answer", self.common.answered)):
            if headers:
                yield f"## Headers of every {what}\n"
                yield from _fenced([f"{name}: {value}" for name, value in self._headers(dict(sorted(headers)), ())])

    def _chapter(self, chapter: Section) -> Iterator[str]:
        yield f"## {self.masker.text(chapter.title)}\n"
        for item, times in chapter.items:
            yield f"**{digest(item, self.masker, times)}** ({item.elapsed * 1000:.0f} ms)\n"
            match item:
                case Exchange():
                    yield from self._exchange(item)
                case Query():
                    yield from self._query(item)
                case Wait() if len(item.changes) > 1:
                    rows = [(f"{at:.2f} s", self.masker.text(seen)) for at, seen in item.changes]
                    yield from _table(("after", "seen"), rows)
                case Command() if len(answer := self.masker.text(str(item.answer))) > LINE_LIMIT:
                    yield from _fenced([_beginning(answer, len(answer))])
                case Wait() | Command():
                    pass  # its line says it all

    def _exchange(self, exchange: Exchange) -> Iterator[str]:
        head = f"{exchange.method} {self.masker.url(exchange.url)}"
        yield from self._message(head, exchange.request_headers, exchange.request_body, self.common.sent)
        if exchange.status is not None:
            head = f"{exchange.status} {exchange.reason or ''}".rstrip()
            yield from self._message(head, exchange.response_headers, exchange.response_body, self.common.answered)

    def _message(self, head: str, headers: Mapping[str, str], body: bytes | None, common: _Headers) -> Iterator[str]:
        shown = [head, *(f"{name}: {value}" for name, value in self._headers(headers, common))]
        if body:
            shown += ["", _beginning(body_of(body, media_type(headers), self.masker), len(body))]
        yield from _fenced(shown)

    def _headers(self, headers: Mapping[str, str], common: _Headers | tuple[()]) -> Iterator[tuple[str, str]]:
        for name, value in self.masker.headers(headers).items():
            if name.lower() not in _TOLD_ELSEWHERE and (name, headers[name]) not in common:
                yield name, value

    def _query(self, query: Query) -> Iterator[str]:
        if query.rows:
            rows = [
                [cell(column, value, self.masker) for column, value in zip(query.columns, row, strict=True)]
                for row in query.rows[:ROWS_SHOWN]
            ]
            yield from _table(query.columns, rows)
            if query.total > ROWS_SHOWN:
                yield f"The first {ROWS_SHOWN} of {query.total} rows.\n"


def _beginning(text: str, size: int) -> str:
    return text if len(text) <= BODY_SHOWN else f"{text[:BODY_SHOWN]}\n[cut: the beginning of {size} bytes]"


def _fenced(lines: Sequence[str]) -> Iterator[str]:
    text = "\n".join(lines)
    # A fence must be longer than any in the text.
    fence = "`" * max([3, *(len(found) + 1 for found in _FENCES.findall(text))])
    yield f"{fence}\n{text}\n{fence}\n"


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    for row in (headings, ["---"] * len(headings), *rows):
        escaped = (re.sub(r"\s+", " ", text).replace("|", "\\|") for text in row)
        yield f"| {' | '.join(escaped)} |"
    yield ""
