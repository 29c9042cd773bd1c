"""Live updates: who follows what, and what they were told without asking."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any

from support.capabilities.access.client import AccessClient
from support.checks.comparison import fail
from support.drivers.http import Response
from support.drivers.websocket import Connect, HandshakeRejected, WebSocketDriver
from support.errors import FeatureError
from support.gherkin.personas import Persona
from support.polling import Timeline, consistently, eventually
from support.scenario.cleanup import Cleanup
from support.targets.settings import Limits

PATH = "/ws/live"
TASKS = "tasks"

Event = dict[str, Any]


class LiveClient:
    """The live connections of one scenario, one for each persona; all are closed at its end."""

    def __init__(self, connect: Connect, access: AccessClient, cleanup: Cleanup, limits: Limits) -> None:
        self._connect = connect
        self._access = access
        self._cleanup = cleanup
        self._limits = limits
        self._connections: dict[str, WebSocketDriver] = {}

    def attempt(self, token: str | None, *, by: Persona) -> Response:
        """Try to connect with this token, and return how the platform refuses; fails where it does not."""
        try:
            self._open(by, token)
        except HandshakeRejected as refusal:
            return refusal.response
        raise fail(f"{by.name}'s live connection should be refused, but is open")

    def follow(self, subject: str, *, by: Persona) -> None:
        """Subscribe, and wait until that is confirmed: what happens from now on will be told."""
        before = len(self.events(by=by)) if by.name in self._connections else 0
        self.say(json.dumps({"subscribe": subject}), by=by)
        eventually(
            f"{by.name}'s subscription of {subject}",
            lambda: self.events(by=by)[before:],
            lambda events: any(confirms(event, subject) for event in events),
            expected="a confirmation",
            within=self._limits.response,
        )

    def say(self, text: str, *, by: Persona) -> None:
        """Send a message as it is."""
        connection = self._connections.get(by.name) or self._open(by, self._access.token(by))
        connection.send(text)

    def leave(self, *, by: Persona) -> None:
        """Close the persona's connection."""
        self._open_one(by).close()
        del self._connections[by.name]

    def events(self, *, by: Persona) -> list[Event]:
        """Return all that the persona was told since she connected."""
        return [message.json for message in self._open_one(by).messages]

    def require_follower(self, subject: str, title: str, *, by: Persona) -> None:
        """Raise FeatureMistake where the persona never subscribed to a subject: nobody would tell her of it."""
        if not any(confirms(event, subject) for event in self.events(by=by)):
            raise FeatureError(
                f'{by.name} does not follow "{title}" live: write Given {by.name} follows "{title}" live'
            )

    def alive(self, *, by: Persona) -> bool:
        """Whether the connection answers a ping of the protocol, and one of the platform's own."""
        word = f"{by.name} is there"
        pong = self._open_one(by).ping(self._limits.response)
        self.say(json.dumps({"ping": word}), by=by)
        self.await_event(lambda event: event == {"pong": word}, "the pong", by=by, within=self._limits.connect)
        return pong

    def await_event(
        self, wanted: Callable[[Event], bool], wish: str, *, by: Persona, within: float | None = None
    ) -> Event:
        """Wait until the persona is told something that is wanted, and return the last such event."""
        eventually(
            f"what {by.name} sees live",
            lambda: self.events(by=by),
            lambda events: any(map(wanted, events)),
            expected=wish,
            within=within or self._limits.job,
            show=describe_events,
        )
        return [event for event in self.events(by=by) if wanted(event)][-1]

    def watch_silence(self, seconds: float, *, by: Persona) -> Timeline[list[Event]]:
        """Watch for so many seconds that nothing is told but the confirmations of subscriptions.

        The connection must stay open: over a closed one nothing comes whatever the platform does.
        """
        watched = consistently(
            f"what {by.name} sees live",
            lambda: [event for event in self.events(by=by) if "subscribed" not in event and not is_state(event)],
            lambda events: not events,
            expected="nothing",
            during=seconds,
            show=describe_events,
        )
        self._open_one(by).require_open()
        return watched

    def _open_one(self, by: Persona) -> WebSocketDriver:
        if by.name not in self._connections:
            raise FeatureError(f"{by.name} should have a live connection, but follows nothing in this scenario")
        return self._connections[by.name]

    def _open(self, by: Persona, token: str | None) -> WebSocketDriver:
        connection = self._connect(by.name, PATH, token)
        self._cleanup.add(f"close {by.name}'s live connection", connection.close)
        self._connections[by.name] = connection
        return connection


def confirms(event: Event, subject: str) -> bool:
    """Whether the event tells that a subject is followed."""
    return subject in (event.get("subject"), event.get("subscribed"))


def is_state(event: Event) -> bool:
    """Whether the event tells the state at the begin of a subscription."""
    return str(event.get("event", "")).endswith(".state")


def describe_events(events: Sequence[Event]) -> str:
    """Return the events in a few words."""
    return ", ".join(map(_told, events)) or "nothing"


def _told(event: Event) -> str:
    if "event" in event:
        return f"{event['event']} {event['status']} {event['progress']}"
    return f"error {event['error'].get('type')}" if "error" in event else ", ".join(event)


def about(events: Sequence[Event], subject: str) -> list[Event]:
    """Return the events on one subject, in the order they came."""
    return [event for event in events if event.get("subject") == subject]


def statuses(events: Sequence[Event]) -> list[str]:
    """Return the states that the events tell, without repetitions."""
    return [status for status, _ in groupby(str(event["status"]) for event in events)]
