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
from support.reference.jobs import live as jobs
from support.reference.services import Services
from support.reference.status.live import read_batch, read_state
from support.reference.vod.service import VodService

logger = logging.getLogger(__name__)

ALL_TASKS = "tasks"

_RECONNECT_SECONDS = 0.2
_CONNECT_TIMEOUT_SECONDS = 0.3
_TASK = "task:"
_JOB = "job:"
_ALL_JOBS = "jobs"
_STREAMS = {ALL_TASKS: _TASK, "statuses": "status:", _ALL_JOBS: _JOB}
_MAX_SUBSCRIPTIONS = 100
# Bursts of changes fit in; a client that does not read must not fill the memory.
_MAX_WAITING_MESSAGES = 1000
_NEVER = "~"  # sorts after every time

router = APIRouter()


State = dict[str, Any]


def _read_vod(services: Services, _user: User, vod_id: UUID) -> list[State]:
    vod = VodService(services).get(vod_id)
    at = vod.updated_at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    subject = f"vod:{vod_id}"
    return [{"event": "vod.state", "subject": subject, "status": vod.status, "progress": vod.progress, "at": at}]


_STATES: dict[str, Callable[[Services, User, UUID], list[State]]] = {
    "vod:": _read_vod,
    "status:": lambda services, _user, status_id: read_state(services, status_id),
    "batch:": lambda services, _user, batch_id: read_batch(services, batch_id),
    _JOB: jobs.read_state,
}
"""How the current states of a subject are read, by the prefix of its name."""


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

    def __init__(self, services: Services, user: User) -> None:
        self.outgoing = OutgoingMessages()
        self._services = services
        self._user = user
        self._streams: set[str] = set()
        self._subjects: dict[str, None] = {}
        # By resource the time of the state that was sent first: it contains every earlier change.
        self._since: dict[str, str] = {}
        # Published while the state was read.
        self._buffered: dict[str, list[tuple[State, str | None, str | None]]] = {}

    @property
    def subjects(self) -> list[str]:
        """The resources and batches that are subscribed."""
        return list(self._subjects)

    async def subscribe(self, subject: str) -> None:
        """Subscribe to a resource or a batch, starting with its current state, or to a stream.

        Raises ``PlatformError``.
        """
        if subject in _STREAMS:
            if subject == _ALL_JOBS:
                jobs.require_editor(self._user)
            self._streams.add(_STREAMS[subject])
            self.outgoing.put_nowait({"subscribed": subject})
            return
        prefix, resource_id = _resource(subject)
        subject = f"{prefix}{resource_id}"  # as events write it
        held = self._buffered.setdefault(subject, [])
        try:
            for state in await run_in_threadpool(_STATES[prefix], self._services, self._user, resource_id):
                self._since[state["subject"]] = state["at"]
                self.outgoing.put_nowait(state)
            self._subjects[subject] = None
        finally:
            self._buffered.pop(subject, None)
            for event, batch, owner in held:
                self.enqueue(event, batch, owner)

    def enqueue(self, event: State, batch: str | None = None, owner: str | None = None) -> None:
        """Add an event to the outgoing messages, if its subject is subscribed.

        ``batch`` is the subject of the batch it belongs to, ``owner`` the only user, beside administrators, who may see
        it.
        """
        if owner is not None and not jobs.may_see(self._user, owner):
            return
        subject = event["subject"]
        for name in (subject, batch):
            if name in self._buffered:
                self._buffered[name].append((event, batch, owner))
                return
        streamed = any(subject.startswith(prefix) for prefix in self._streams)
        if streamed or event["at"] > self._since.get(subject, _NEVER):
            self.outgoing.put_nowait(event)


def _is_known(subject: str) -> bool:
    return subject in _STREAMS or subject.startswith(tuple(_STATES))


def _resource(subject: str) -> tuple[str, UUID]:
    kind, _, resource_id = subject.partition(":")
    try:
        return f"{kind}:", UUID(resource_id)
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
            batch, owner = event.pop("batch", None), event.pop("owner", None)
            for subscriber in list(self._subscribers):
                subscriber.enqueue(event, batch, owner)

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
        user = await require_session()
    except AuthenticationFailed as error:
        await socket.send_denial_response(error_response(error))
        return
    await socket.accept()
    hub: SubscriptionHub = socket.app.state.hub
    subscriber = Subscriber(services, user)
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
        case {"subscribe": str(subject), **rest} if not rest and _is_known(subject):
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
