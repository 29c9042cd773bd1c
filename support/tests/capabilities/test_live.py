"""Who follows what live: a check that asks for what nobody subscribed to is a mistake of the feature."""

import json
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from support.capabilities.access.client import AccessClient
from support.capabilities.vod.live import LiveClient
from support.drivers.websocket import WebSocketDriver
from support.errors import FeatureError
from support.gherkin.personas import PERSONAS, Persona
from support.scenario.cleanup import Cleanup
from support.targets.settings import Limits

VERA = PERSONAS["Vera"]


@dataclass
class Message:
    json: dict[str, Any]


@dataclass
class Connection:
    """Confirms what is subscribed to, as the platform does."""

    messages: list[Message] = field(default_factory=list)

    def send(self, text: str) -> None:
        subject = json.loads(text)["subscribe"]
        self.messages.append(Message({"subscribed": subject} if subject == "tasks" else {"subject": subject}))

    def close(self) -> None: ...


class Tokens:
    def token(self, persona: Persona) -> str:
        return f"token-of-{persona.name}"


@pytest.mark.parametrize("subject", ["tasks", "vod:1"])
def test_who_follows_something_is_known(subject: str) -> None:
    live = LiveClient(
        lambda actor, path, token: cast(WebSocketDriver, Connection()),
        cast(AccessClient, Tokens()),
        Cleanup(),
        Limits(),
    )
    live.follow(subject, by=VERA)
    live.require_follower(subject, "City Council", by=VERA)
    with pytest.raises(FeatureError, match='Vera does not follow "Town Hall" live: write Given Vera follows "Town H'):
        live.require_follower("vod:2", "Town Hall", by=VERA)
