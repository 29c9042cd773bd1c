"""URL patterns for tickets: `@allure.issue:BUG-17` becomes a link to the tracker.

Patterns are in `[tool.acceptance.links]` of pyproject.toml or in `[links]` of a target file, which takes precedence:

    issue = "https://tracker.example/browse/{}"
    tms = "https://tests.example/case/{}"
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.errors import UsageError

TYPES = ("issue", "tms", "link")


def link_patterns(pyproject: Path, target: Mapping[str, str]) -> dict[str, str]:
    """Return the URL patterns of the project, replaced by those of the target, by link type. Raises UsageError."""
    try:
        content = tomllib.loads(pyproject.read_text(encoding="utf-8"))
    except FileNotFoundError:
        content = {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{pyproject.name}: unreadable: {error}") from error
    project = content.get("tool", {}).get("acceptance", {}).get("links", {})
    patterns = {**project, **target}
    for name, pattern in patterns.items():
        if problem := problem_of(name, pattern):
            raise UsageError(f"[links] {name}: {problem}")
    return patterns


def problem_of(name: str, pattern: object) -> str:
    """Return what is wrong with a pattern; empty if it is valid."""
    if name not in TYPES:
        return f"unknown link type. Known: {', '.join(TYPES)}"
    if not isinstance(pattern, str) or not pattern.startswith(("https://", "http://")) or pattern.count("{}") != 1:
        example = "https://tracker.example/browse/{}"
        return f"expected a URL with one {{}} for the ticket, such as {example}, got {pattern!r}"
    return ""


def expanded(links: Sequence[Mapping[str, Any]], patterns: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return links with full URLs: those that only name a ticket get the URL of their type's pattern."""
    return [{**link, "url": url_of(str(link["url"]), str(link.get("type", "link")), patterns)} for link in links]


def url_of(ticket: str, type: str, patterns: Mapping[str, str]) -> str:
    """Return the URL of a ticket; a URL, or a ticket without a pattern, is returned as it is."""
    if ticket.startswith(("https://", "http://")) or type not in patterns:
        return ticket
    return patterns[type].replace("{}", ticket)
