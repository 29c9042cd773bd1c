"""The people of the features: names with a fixed meaning, known to every reader and every step."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """The rights of an account: viewer < editor < manager < administrator, and researcher beside editor."""

    VIEWER = "viewer"
    EDITOR = "editor"
    MANAGER = "manager"
    RESEARCHER = "researcher"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True)
class Persona:
    """Somebody a feature speaks of. `role` is None for who has no account at all.

    A newcomer's account is as old as the scenario and goes with it, and all of theirs with the account.
    """

    name: str
    role: Role | None
    meaning: str
    temporary: bool = False


PERSONAS = {
    persona.name: persona
    for persona in (
        Persona("Dana", Role.EDITOR, "an editor: registers recordings, has them captioned and publishes them"),
        Persona("Erin", Role.EDITOR, "a second editor: for what two editors do at the same time"),
        Persona("Mona", Role.MANAGER, "a manager: may do what editors may, and decides about deliveries"),
        Persona("Omar", Role.ADMINISTRATOR, "an administrator: manages accounts and watches operations"),
        Persona("Ravi", Role.RESEARCHER, "a researcher: owns research sessions"),
        Persona(
            "Nora", Role.RESEARCHER, "a researcher who joins in the scenario, and leaves at its end", temporary=True
        ),
        Persona("Vera", Role.VIEWER, "a viewer: watches what is published, changes nothing"),
        Persona("Mallory", None, "an intruder: has no account, tries anyway"),
    )
}

ADMINISTRATOR = PERSONAS["Omar"]
PERMANENT = tuple(name for name, persona in PERSONAS.items() if persona.role is not None and not persona.temporary)
"""Who has an account at a target before any scenario begins."""

UNAUTHENTICATED = "an unauthenticated client"
"""What features call a client that sends no token."""

PRONOUNS = {
    "subject": ("she", "he", "they"),
    "object": ("her", "him", "them"),
    "owner": ("her", "his", "their"),
}
"""Words for who acted last."""


def personas_in(texts: Iterable[str]) -> set[str]:
    """Return the names of the personas of whom texts speak."""
    return {word for text in texts for word in re.findall(r"\w+", text) if word in PERSONAS}


@dataclass(frozen=True)
class Account:
    """How a persona signs in at the target."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Account({self.username!r}, password masked)"
