"""Sign-in, sessions, accounts and roles."""

from __future__ import annotations

from functools import cached_property

from support.capabilities.access.accounts import ACCOUNT_PROPERTIES, SETTINGS, AccountsClient, AccountStores, People
from support.capabilities.access.client import ATTEMPTS, FIELDS, PAGES, TOKENS, AccessClient
from support.capabilities.access.roles import RolesClient
from support.capabilities.access.sessions import SessionStores
from support.capabilities.access.tokens import CREDENTIALS, TokenForge
from support.capabilities.declaration import Capability, Sweepable
from support.gherkin.parameter_types import ParameterType, one_of
from support.scenario.base_world import BaseWorld


class AccessAttributes(BaseWorld):
    """What `world` offers for accounts and sessions."""

    @cached_property
    def people(self) -> People:
        """The accounts of the personas."""
        return People(self.run.account, lambda: self.run.new_password)

    @cached_property
    def access(self) -> AccessClient:
        """Sign-in, sessions and the endpoints that need them."""
        forge = TokenForge(self.reach.signing_key)
        return AccessClient(self.http, self.people.account, self.run.sessions, self.cleanup, forge, self.suffix)

    @cached_property
    def accounts(self) -> AccountsClient:
        """Accounts that administrators manage."""
        return AccountsClient(self.http, self.access, self.cleanup, lambda: self.run.new_password, self.suffix)

    @cached_property
    def roles(self) -> RolesClient:
        """Calls of every operation in every role."""
        return RolesClient(self.http, self.access)

    @cached_property
    def sessions(self) -> SessionStores:
        """The stores of sessions."""
        return SessionStores(self.database, self.redis)

    @cached_property
    def account_stores(self) -> AccountStores:
        """The stores of accounts."""
        return AccountStores(self.database)


def _session_number(text: str) -> int:
    return {"first": 0, "second": 1}.get(text.strip(), -1)


ACCESS = Capability(
    name="access",
    epic="Login_and_roles",
    behaviours="ACC",
    parameter_types={
        "Endpoint": one_of(PAGES, "an endpoint that requires authentication"),
        "Credentials": one_of(CREDENTIALS, "the content of the Authorization header"),
        "Attempt": one_of(ATTEMPTS, "what a sign-in request contains"),
        "LoginField": one_of(FIELDS, "a field of the sign-in request"),
        "LiveToken": one_of(TOKENS, "the token of a live connection"),
        "Which": ParameterType(
            "(?:first |second )?",
            "which of the persona's sessions; without a word the latest",
            _session_number,
            ("first", "second"),
        ),
        "SessionState": ParameterType(
            "open|ended", "the state of a session", lambda text: text == "open", ("open", "ended")
        ),
        "Token": ParameterType(
            "access token|refresh token",
            "a token",
            lambda text: text.replace(" ", "_"),
            ("access token", "refresh token"),
        ),
        "Setting": one_of(SETTINGS, "a setting of an account"),
        "AccountProperty": one_of(ACCOUNT_PROPERTIES, "a property that two accounts share"),
    },
    remembered={"session": "Given Dana is signed in"},
    sweepable=(Sweepable("account", "/api/admin/users", "users", "/api/admin/users", "Omar", ("username", "email")),),
)
