"""People who join in a scenario."""

from __future__ import annotations

from collections.abc import Callable

from support.cleanup import Cleanup
from support.clients.things import USER, ThingsClient
from support.mistakes import FeatureMistake
from support.personas import ADMINISTRATOR, Account, Persona


class People:
    """Who has an account in this scenario: those of the target, and those who have joined."""

    def __init__(self, standing: Callable[[Persona], Account], new_password: Callable[[], str]) -> None:
        """Find accounts of the target with `standing`; `new_password` is that of every account that a run makes.

        A password for each would be one more secret to look for in all that is written down.
        """
        self._standing = standing
        self._new_password = new_password
        self._joined: dict[str, Account] = {}
        self._ids: dict[str, str] = {}

    def account(self, persona: Persona) -> Account:
        """Return the persona's account; fails with a sentence where there is none."""
        if persona.newcomer and persona.name not in self._joined:
            raise FeatureMistake(
                f"{persona.name} has no account before she joins: Given {persona.name} has a new account"
            )
        return self._joined.get(persona.name) or self._standing(persona)

    def join(self, persona: Persona, mark: str, records: ThingsClient, cleanup: Cleanup) -> None:
        """Have the administrator make an account for a newcomer; it is removed at the end, if it is still there."""
        if not persona.newcomer or persona.role is None:
            raise FeatureMistake(f"{persona.name} has been here all along: only newcomers join")
        if persona.name in self._joined:
            raise FeatureMistake(f"{persona.name} has joined already in this scenario")
        account = Account(f"{persona.name.lower()}-{mark}", self._new_password())
        profile = {"password": account.password, "role": persona.role.value}
        made = records.create(USER, account.username, profile, by=ADMINISTRATOR).expect(201).document
        path = f"{USER.path}/{made['id']}"
        cleanup.add(f"remove the account of {persona.name}", records.removal(USER, path, by=ADMINISTRATOR))
        self._joined[persona.name] = account
        self._ids[persona.name] = str(made["id"])

    def id(self, persona: Persona) -> str:
        """Return the id of who has joined."""
        if persona.name not in self._ids:
            raise FeatureMistake(f"{persona.name} should have joined in this scenario, but has not")
        return self._ids[persona.name]
