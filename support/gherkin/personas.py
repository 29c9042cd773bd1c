"""Personas: names with a fixed role, known to every reader and every step."""

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
    """A person in features. `role` is None for a persona without an account.

    The account of a `temporary` persona is created in a scenario and deleted at its end with everything it owns.
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
"""The personas who have an account at a target before any scenario starts."""

UNAUTHENTICATED = "an unauthenticated client"
"""The name of a client that sends no token."""

PRONOUNS = {
    "subject": ("she", "he", "they"),
    "object": ("her", "him", "them"),
    "owner": ("her", "his", "their"),
}
"""Pronouns for the persona who acted last."""


def personas_in(texts: Iterable[str]) -> set[str]:
    """Return the names of the personas in these texts."""
    return {word for text in texts for word in re.findall(r"\w+", text) if word in PERSONAS}


@dataclass(frozen=True)
class Account:
    """Credentials of a persona at the target."""

    username: str
    password: str

    def __repr__(self) -> str:
        return f"Account({self.username!r}, password masked)"
