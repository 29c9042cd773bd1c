"""Everything that a scenario exchanged, as one page of Markdown that Allure shows beside the scenario."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from support.evidence.items import ROWS_KEPT, Command, Exchange, Item, Query
from support.evidence.masking import Masker
from support.evidence.wording import body_of, cell, digest, media_type

_FENCES = re.compile(r"`{3,}")


@dataclass(frozen=True)
class Chapter:
    """One step and what it did; what it did several times with the same outcome is there once, with the number."""

    title: str
    items: Sequence[tuple[Item, int]]


def transcript(chapters: Sequence[Chapter], masker: Masker) -> str:
    """Write the page, masked."""
    return "\n".join(line for chapter in chapters if chapter.items for line in _chapter(chapter, masker))


def _chapter(chapter: Chapter, masker: Masker) -> Iterator[str]:
    yield f"## {masker.text(chapter.title)}\n"
    for item, times in chapter.items:
        yield f"**{digest(item, masker, times)}** ({item.elapsed * 1000:.0f} ms)\n"
        match item:
            case Exchange():
                yield from _exchange(item, masker)
            case Query():
                yield from _query(item, masker)
            case Command():
                pass  # its line says it all


def _exchange(exchange: Exchange, masker: Masker) -> Iterator[str]:
    request = [f"{exchange.method} {masker.url(exchange.url)}"]
    request += [f"{name}: {value}" for name, value in masker.headers(exchange.request_headers).items()]
    yield from _fenced(request, exchange.request_body, media_type(exchange.request_headers), masker)
    if exchange.status is not None:
        answer = [f"{exchange.status} {exchange.reason or ''}".rstrip()]
        answer += [f"{name}: {value}" for name, value in masker.headers(exchange.response_headers).items()]
        yield from _fenced(answer, exchange.response_body, media_type(exchange.response_headers), masker)


def _fenced(head: Sequence[str], body: bytes | None, kind: str, masker: Masker) -> Iterator[str]:
    shown = [*head, *(["", body_of(body, kind, masker)] if body else [])]
    text = "\n".join(shown)
    # A fence must be longer than any in the text.
    fence = "`" * max([3, *(len(found) + 1 for found in _FENCES.findall(text))])
    yield f"{fence}\n{text}\n{fence}\n"


def _query(query: Query, masker: Masker) -> Iterator[str]:
    if not query.rows:
        return
    yield _row(query.columns)
    yield _row("---" for _ in query.columns)
    for row in query.rows[:ROWS_KEPT]:
        yield _row(cell(column, value, masker) for column, value in zip(query.columns, row, strict=True))
    yield ""


def _row(cells: Iterator[str] | Sequence[str]) -> str:
    escaped = (re.sub(r"\s+", " ", text).replace("|", "\\|") for text in cells)
    return f"| {' | '.join(escaped)} |"
