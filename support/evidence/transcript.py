"""All exchanges of a scenario as one page of Markdown, an attachment of the scenario.

Each scenario has one, so it is small: headers that all requests or all responses share are at its end; long bodies and
lists of rows are cut, with a note.
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
# The page shows times and bodies elsewhere.
_SHOWN_ELSEWHERE = frozenset({"date", "content-length"})

_Headers = frozenset[tuple[str, str]]


@dataclass(frozen=True)
class Section:
    """One step and its items; repeated items are contained once, with their number."""

    title: str
    items: Sequence[tuple[Item, int]]


def transcript(sections: Sequence[Section], masker: Masker) -> str:
    """Return the page, masked."""
    exchanges = [item for section in sections for item, _ in section.items if isinstance(item, Exchange)]
    page = _Page(masker, _Common.of([one for one in exchanges if not isinstance(one, PartnerCall)]))
    return "\n".join(page.lines(sections))


@dataclass(frozen=True)
class _Common:
    """The headers that all requests, and all responses, of a page share."""

    sent: _Headers
    received: _Headers

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

    def lines(self, sections: Sequence[Section]) -> Iterator[str]:
        """Yield the lines of the page; shared headers come last, because they are seldom needed."""
        for section in sections:
            if section.items:
                yield from self._section(section)
        for what, headers in (("request", self.common.sent), ("response", self.common.received)):
            if headers:
                yield f"## Headers of every {what}\n"
                yield from _fenced([f"{name}: {value}" for name, value in self._headers(dict(sorted(headers)), ())])

    def _section(self, section: Section) -> Iterator[str]:
        yield f"## {self.masker.text(section.title)}\n"
        for item, times in section.items:
            yield f"**{digest(item, self.masker, times)}** ({item.elapsed * 1000:.0f} ms)\n"
            match item:
                case Exchange():
                    yield from self._exchange(item)
                case Query():
                    yield from self._query(item)
                case Wait() if len(item.changes) > 1:
                    rows = [(f"{at:.2f} s", self.masker.text(value)) for at, value in item.changes]
                    yield from _table(("after", "value"), rows)
                case Command() if len(response := self.masker.text(str(item.answer))) > LINE_LIMIT:
                    yield from _fenced([_cut(response, len(response))])
                case Wait() | Command():
                    pass  # the line above contains everything

    def _exchange(self, exchange: Exchange) -> Iterator[str]:
        head = f"{exchange.method} {self.masker.url(exchange.url)}"
        yield from self._message(head, exchange.request_headers, exchange.request_body, self.common.sent)
        if exchange.status is not None:
            head = f"{exchange.status} {exchange.reason or ''}".rstrip()
            yield from self._message(head, exchange.response_headers, exchange.response_body, self.common.received)

    def _message(self, head: str, headers: Mapping[str, str], body: bytes | None, common: _Headers) -> Iterator[str]:
        shown = [head, *(f"{name}: {value}" for name, value in self._headers(headers, common))]
        if body:
            shown += ["", _cut(body_of(body, media_type(headers), self.masker), len(body))]
        yield from _fenced(shown)

    def _headers(self, headers: Mapping[str, str], common: _Headers | tuple[()]) -> Iterator[tuple[str, str]]:
        for name, value in self.masker.headers(headers).items():
            if name.lower() not in _SHOWN_ELSEWHERE and (name, headers[name]) not in common:
                yield name, value

    def _query(self, query: Query) -> Iterator[str]:
        if query.rows:
            rows = [
                [cell(column, value, self.masker) for column, value in zip(query.columns, row, strict=True)]
                for row in query.rows[:ROWS_SHOWN]
            ]
            yield from _table(query.columns, rows)
            if query.total > ROWS_SHOWN:
                yield f"First {ROWS_SHOWN} of {query.total} rows.\n"


def _cut(text: str, size: int) -> str:
    return (
        text
        if len(text) <= BODY_SHOWN
        else f"{text[:BODY_SHOWN]}\n[cut: the first {BODY_SHOWN} characters of {size} bytes]"
    )


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
