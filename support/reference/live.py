"""Live updates: ``/ws/live`` tells subscribers what changes, without being asked again.

Every change of a VOD or a task is announced by PostgreSQL itself with the commit, so subscribers see what is true, in
the order in which it became true, whichever process changed it. It comes here by Redis, see ``announcer.py``: while
that is away live updates pause, and afterwards begin again with the present state.
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
_NEVER = "~"  # after every time

router = APIRouter()


class OutgoingMessages(asyncio.Queue[dict[str, Any]]):
    """The messages that wait to be sent; ``overflowed`` is set when the client does not read them."""

    def __init__(self) -> None:
        super().__init__(_MAX_WAITING_MESSAGES)
        self.overflowed = asyncio.Event()

    def put_nowait(self, item: dict[str, Any]) -> None:
        """Add a message; it is dropped when too many wait, and the connection is closed then."""
        try:
            super().put_nowait(item)
        except asyncio.QueueFull:
            self.overflowed.set()


class Subscriber:
    """One connection: what it follows, and what waits to be sent to it."""

    def __init__(self, vods: VodService) -> None:
        self.outgoing = OutgoingMessages()
        self._vods = vods
        self._tasks = False
        # By subject the time of the state that was sent first: whatever was announced before is in it.
        self._since: dict[str, str] = {}
        # Announced while the state was being read.
        self._buffered: dict[str, list[dict[str, Any]]] = {}

    @property
    def subjects(self) -> list[str]:
        """The VODs that are followed."""
        return list(self._since)

    async def subscribe(self, subject: str) -> None:
        """Follow a VOD, beginning with its present state, or all tasks. Raises ``PlatformError``."""
        if subject == ALL_TASKS:
            self._tasks = True
            self.outgoing.put_nowait({"subscribed": subject})
            return
        vod_id = _vod_id(subject)
        subject = f"{_VOD}{vod_id}"  # as announcements write it
        held = self._buffered.setdefault(subject, [])
        try:
            state = await run_in_threadpool(self._state, subject, vod_id)
        finally:
            self._buffered.pop(subject, None)
        self._since[subject] = state["at"]
        self.outgoing.put_nowait(state)
        for event in held:
            self.enqueue(event)

    def enqueue(self, event: dict[str, Any]) -> None:
        """Take an event, if it is about what is followed."""
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
    """Passes on to the subscribers of this process what is announced. Connects with the first of them."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._subscribers: set[Subscriber] = set()
        self._connected = asyncio.Event()
        self._listening: asyncio.Task[None] | None = None
        self._resyncing: set[asyncio.Task[None]] = set()

    async def attach(self, subscriber: Subscriber) -> None:
        """Begin to pass on to a subscriber."""
        self._subscribers.add(subscriber)
        if self._listening is None:
            self._listening = asyncio.create_task(self._listen())

    def detach(self, subscriber: Subscriber) -> None:
        """Forget a subscriber that left."""
        self._subscribers.discard(subscriber)

    async def wait_until_connected(self) -> None:
        """Wait until announcements are heard, so that no change falls between a state and the events after it."""
        with suppress(TimeoutError):  # the state cannot be read then either, which says what is wrong
            await asyncio.wait_for(self._connected.wait(), 1.0)

    async def _listen(self) -> None:
        address = self._services.settings.redis_url.get_secret_value()
        while True:
            try:
                # Without a limit for answers: nothing may happen for hours.
                redis = Redis.from_url(address, socket_timeout=None, socket_connect_timeout=_CONNECT_TIMEOUT_SECONDS)
                async with redis, redis.pubsub() as announcements:
                    await announcements.subscribe(channel(redis))
                    async for message in announcements.listen():
                        self._dispatch(message)
            except RedisError as error:
                logger.warning("live updates pause: %s", type(error).__name__)
            except Exception:  # whoever reaches Redis can publish anything; it must not end everybody's updates
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
        """Announcements may have been missed, so everybody begins with the present state again."""
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
    """ResponseModel ``{"subscribe": "vod:<id>"}``, ``{"subscribe": "tasks"}`` and ``{"ping": "..."}``; send events.

    Whose session, or token, has ended is sent nothing more: the connection is closed instead.
    """
    services: Services = socket.app.state.services
    require_session = partial(run_in_threadpool, authenticate, services, socket.query_params.get("token", ""))
    try:
        await require_session()
    except AuthenticationFailed as refusal:
        await socket.send_denial_response(error_response(refusal))
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
    """Refuse a path that has no WebSocket, as any unknown path."""
    await socket.send_denial_response(error_response(NotFound()))


async def _send(socket: WebSocket, subscriber: Subscriber, require_session: Callable[[], Awaitable[User]]) -> None:
    """Send what waits, as long as the session goes on; close the connection instead when it has ended."""
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
