"""Live updates: ``/ws/live`` sends subscribers the changes of VODs and tasks.

PostgreSQL announces each change with its commit, so subscribers receive committed changes in the order of the commits,
whichever process made them. They arrive through Redis, see ``announcer.py``: while it is away live updates pause, and
afterwards they start again with the current state.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Any
from uuid import UUID

from fastapi import APIRouter, WebSocket
from fastapi.concurrency import run_in_threadpool
from redis.asyncio import Redis
from redis.exceptions import RedisError
from starlette.status import WS_1008_POLICY_VIOLATION, WS_1013_TRY_AGAIN_LATER

from support.reference.access.service import User, authenticate
from support.reference.announcer import RESYNC, channel
from support.reference.errors import (
    AuthenticationFailed,
    NotFound,
    PlatformError,
    TooManyRequests,
    ValidationFailed,
    envelope,
    error_response,
)
from support.reference.services import Services
from support.reference.vod.service import VodService

logger = logging.getLogger(__name__)

ALL_TASKS = "tasks"

_RECONNECT_SECONDS = 0.2
_CONNECT_TIMEOUT_SECONDS = 0.3
_VOD, _TASK = "vod:", "task:"
_MAX_SUBSCRIPTIONS = 100
# Bursts of changes fit in; a client that does not read must not fill the memory.
_MAX_WAITING_MESSAGES = 1000
_NEVER = "~"  # sorts after every time

router = APIRouter()


class OutgoingMessages(asyncio.Queue[dict[str, Any]]):
    """The messages to send; ``overflowed`` is set when the client does not read them."""

    def __init__(self) -> None:
        super().__init__(_MAX_WAITING_MESSAGES)
        self.overflowed = asyncio.Event()

    def put_nowait(self, item: dict[str, Any]) -> None:
        """Add a message. Drops it if too many wait; the connection is closed then."""
        try:
            super().put_nowait(item)
        except asyncio.QueueFull:
            self.overflowed.set()


class Subscriber:
    """One connection: its subscriptions, and the messages to send to it."""

    def __init__(self, vods: VodService) -> None:
        self.outgoing = OutgoingMessages()
        self._vods = vods
        self._tasks = False
        # By subject the time of the state that was sent first: it contains every earlier change.
        self._since: dict[str, str] = {}
        # Published while the state was read.
        self._buffered: dict[str, list[dict[str, Any]]] = {}

    @property
    def subjects(self) -> list[str]:
        """The VODs that are subscribed."""
        return list(self._since)

    async def subscribe(self, subject: str) -> None:
        """Subscribe to a VOD, starting with its current state, or to all tasks.

        Raises ``PlatformError``.
        """
        if subject == ALL_TASKS:
            self._tasks = True
            self.outgoing.put_nowait({"subscribed": subject})
            return
        vod_id = _vod_id(subject)
        subject = f"{_VOD}{vod_id}"  # as events write it
        buffered = self._buffered.setdefault(subject, [])
        try:
            state = await run_in_threadpool(self._state, subject, vod_id)
        finally:
            self._buffered.pop(subject, None)
        self._since[subject] = state["at"]
        self.outgoing.put_nowait(state)
        for event in buffered:
            self.enqueue(event)

    def enqueue(self, event: dict[str, Any]) -> None:
        """Add an event to the outgoing messages, if its subject is subscribed."""
        subject = event["subject"]
        if subject in self._buffered:
            self._buffered[subject].append(event)
        elif event["at"] > self._since.get(subject, _NEVER) or (self._tasks and subject.startswith(_TASK)):
            self.outgoing.put_nowait(event)

    def _state(self, subject: str, vod_id: UUID) -> dict[str, Any]:
        vod = self._vods.get(vod_id)
        at = vod.updated_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        return {"event": "vod.state", "subject": subject, "status": vod.status, "progress": vod.progress, "at": at}


def _vod_id(subject: str) -> UUID:
    try:
        return UUID(subject.removeprefix(_VOD))
    except ValueError:
        raise NotFound("The subject was not found.") from None


class SubscriptionHub:
    """Forwards published changes to the subscribers of this process.

    It connects to Redis with the first subscriber.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._subscribers: set[Subscriber] = set()
        self._connected = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._resyncing: set[asyncio.Task[None]] = set()

    async def attach(self, subscriber: Subscriber) -> None:
        """Start to forward to a subscriber."""
        self._subscribers.add(subscriber)
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())

    def detach(self, subscriber: Subscriber) -> None:
        """Remove a subscriber."""
        self._subscribers.discard(subscriber)

    async def wait_until_connected(self) -> None:
        """Wait until changes are received, so that none after the state is missed."""
        with suppress(TimeoutError):  # reading the state then fails with the reason
            await asyncio.wait_for(self._connected.wait(), 1.0)

    async def _listen(self) -> None:
        address = self._services.settings.redis_url.get_secret_value()
        while True:
            try:
                # Without a timeout: there may be no change for hours.
                redis = Redis.from_url(address, socket_timeout=None, socket_connect_timeout=_CONNECT_TIMEOUT_SECONDS)
                async with redis, redis.pubsub() as changes:
                    await changes.subscribe(channel(redis))
                    async for message in changes.listen():
                        self._dispatch(message)
            except RedisError as error:
                logger.warning("live updates pause: %s", type(error).__name__)
            except Exception:  # an invalid message must not end all updates
                logger.exception("live updates pause")
            self._connected.clear()
            await asyncio.sleep(_RECONNECT_SECONDS)

    def _dispatch(self, message: dict[str, Any]) -> None:
        if message["type"] == "subscribe":
            self._connected.set()
            self._resync()
        elif message["data"] == RESYNC:
            self._resync()
        else:
            event = json.loads(message["data"])
            for subscriber in list(self._subscribers):
                subscriber.enqueue(event)

    def _resync(self) -> None:
        """Send all subscribers the current state, as changes may have been missed."""
        for subscriber in self._subscribers:
            for subject in subscriber.subjects:
                task = asyncio.create_task(_ignore_errors(subscriber.subscribe(subject)))
                self._resyncing.add(task)
                task.add_done_callback(self._resyncing.discard)


async def _ignore_errors(subscribing: Any) -> None:
    with suppress(PlatformError):
        await subscribing


@router.websocket("/ws/live")
async def live(socket: WebSocket) -> None:
    """Handle ``{"subscribe": "vod:<id>"}``, ``{"subscribe": "tasks"}`` and ``{"ping": "..."}``.

    After the session has ended, nothing more is sent, and the connection is closed.
    """
    services: Services = socket.app.state.services
    require_session = partial(run_in_threadpool, authenticate, services, socket.query_params.get("token", ""))
    try:
        await require_session()
    except AuthenticationFailed as error:
        await socket.send_denial_response(error_response(error))
        return
    await socket.accept()
    hub: SubscriptionHub = socket.app.state.hub
    subscriber = Subscriber(VodService(services))
    await hub.attach(subscriber)
    sending = asyncio.create_task(_send(socket, subscriber, require_session))
    closing = asyncio.create_task(_close_on_overflow(socket, subscriber, sending))
    try:
        while (message := await socket.receive())["type"] != "websocket.disconnect":
            try:
                await _handle_message(message, hub, subscriber)
            except PlatformError as error:
                subscriber.outgoing.put_nowait(envelope(error))
    finally:
        hub.detach(subscriber)
        sending.cancel()
        closing.cancel()


@router.websocket("/{path:path}")
async def unknown_path(socket: WebSocket) -> None:
    """Reject a WebSocket on another path like any unknown path."""
    await socket.send_denial_response(error_response(NotFound()))


async def _send(socket: WebSocket, subscriber: Subscriber, require_session: Callable[[], Awaitable[User]]) -> None:
    """Send the outgoing messages while the session is open, then close the connection."""
    with suppress(RuntimeError):  # the connection is closing
        while True:
            message = await subscriber.outgoing.get()
            try:
                await require_session()
            except PlatformError as error:
                ended = isinstance(error, AuthenticationFailed)
                await socket.close(WS_1008_POLICY_VIOLATION if ended else WS_1013_TRY_AGAIN_LATER)
                return
            await socket.send_json(message)


async def _close_on_overflow(socket: WebSocket, subscriber: Subscriber, sending: asyncio.Task[None]) -> None:
    await subscriber.outgoing.overflowed.wait()
    sending.cancel()
    with suppress(RuntimeError):  # the connection is closing
        await socket.close(WS_1008_POLICY_VIOLATION, "too many messages wait to be read")


async def _handle_message(message: Any, hub: SubscriptionHub, subscriber: Subscriber) -> None:
    match _parse_message(message):
        case {"subscribe": str(subject), **rest} if not rest and (subject == ALL_TASKS or subject.startswith(_VOD)):
            if len(subscriber.subjects) >= _MAX_SUBSCRIPTIONS:
                raise TooManyRequests("The connection has too many subscriptions.")
            await hub.wait_until_connected()
            await subscriber.subscribe(subject)
        case {"ping": str(text), **rest} if not rest:
            subscriber.outgoing.put_nowait({"pong": text})
        case _:
            raise ValidationFailed("Unknown message.")


def _parse_message(message: Any) -> Any:
    try:
        return json.loads(message.get("text") or "")
    except (ValueError, RecursionError):
        raise ValidationFailed("The message is not valid JSON.") from None
