"""The behaviours that the features cover: `behaviours.toml`, by id."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from support.errors import UsageError
from support.gherkin.tags import ID

FILE = Path(__file__).parent / "behaviours.toml"
PATH = f"support/gherkin/{FILE.name}"


@cache
def behaviours() -> Mapping[str, str]:
    """Return the description of each behaviour by its id, such as "VOD-040", in the order of the file."""
    content = _content()
    return {f"{family}-{number}": text for family in content["families"] for number, text in content[family].items()}


@cache
def families() -> Mapping[str, str]:
    """Return the subject of each family of behaviours by its letters, such as "VOD"."""
    return _content()["families"]


def ids_of(tags: Iterable[object]) -> list[str]:
    """Return the behaviour ids among tags: normally one."""
    return [str(tag).removeprefix(ID) for tag in tags if str(tag).startswith(ID)]


@cache
def _content() -> Mapping[str, Mapping[str, str]]:
    return parse_behaviours(FILE.read_text(encoding="utf-8"))


def parse_behaviours(text: str) -> Mapping[str, Mapping[str, str]]:
    """Return the content of a behaviours file. Raises UsageError with the reason if it is invalid."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{PATH}: invalid TOML, each number is used once: {error}.") from error
    families = content.get("families", {})
    for family in content:
        if family != "families" and family not in families:
            raise UsageError(f"{PATH}: [{family}] has no line in [families]. Add one with its subject.")
    for family in families:
        numbers = content.get(family)
        if not isinstance(numbers, dict) or not all(isinstance(text, str) for text in numbers.values()):
            raise UsageError(f'{PATH}: [{family}] is invalid. Expected one text for each number, 001 = "...".')
    return content
