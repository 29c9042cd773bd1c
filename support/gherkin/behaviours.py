"""The catalogue of behaviours that the features show: `behaviours.toml`, by id."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from support.errors import UsageError
from support.gherkin.tags import ID

FILE = Path(__file__).parent / "behaviours.toml"


@cache
def behaviours() -> Mapping[str, str]:
    """Return each behaviour's sentence by its id, such as "VOD-040", in the catalogue's order."""
    content = _content()
    return {f"{family}-{number}": text for family in content["families"] for number, text in content[family].items()}


@cache
def families() -> Mapping[str, str]:
    """Return what each family of behaviours is about, by the letters that its ids begin with."""
    return _content()["families"]


def ids_of(tags: Iterable[object]) -> list[str]:
    """Return the ids that tags name: normally one."""
    return [str(tag).removeprefix(ID) for tag in tags if str(tag).startswith(ID)]


@cache
def _content() -> Mapping[str, Mapping[str, str]]:
    return checked(FILE.read_text(encoding="utf-8"))


def checked(text: str) -> Mapping[str, Mapping[str, str]]:
    """Return a catalogue's content. Raises UsageError with what is wrong with it."""
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"support/gherkin/{FILE.name} cannot be read, each number is used once: {error}.") from error
    families = content.get("families", {})
    for family in content:
        if family != "families" and family not in families:
            raise UsageError(
                f"support/gherkin/{FILE.name} is wrong: [{family}] needs a line in [families], what it is about."
            )
    for family in families:
        behaviours = content.get(family)
        if not isinstance(behaviours, dict) or not all(isinstance(told, str) for told in behaviours.values()):
            raise UsageError(
                f'support/gherkin/{FILE.name} is wrong: [{family}] holds one sentence for each number, 001 = "...".'
            )
    return content
