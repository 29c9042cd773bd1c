"""The API process: uvicorn on the platform's port."""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable

import uvicorn
from fastapi import FastAPI

from support.reference.settings import Settings

EXIT_PORT_IN_USE = 4

_BACKLOG = 1024
_MAX_WEBSOCKET_MESSAGE_BYTES = 64 * 1024
# Longer than clients keep idle connections, so that no request is sent on a connection that is being closed.
_KEEP_ALIVE_SECONDS = 75
_SHUTDOWN_GRACE_SECONDS = 2


class NotifyingServer(uvicorn.Server):
    """A server that reports when it accepts connections."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to accept connections, and report it."""
        await super().startup(sockets)
        self._ready()


def run(app: FastAPI, settings: Settings, ready: Callable[[], None]) -> None:
    """Serve until SIGTERM. Exits with EXIT_PORT_IN_USE when another process listens on the port."""
    listener = _listener(settings.host, settings.port)
    config = uvicorn.Config(
        app,
        access_log=False,
        lifespan="off",
        log_config=None,
        server_header=False,
        ws_max_size=_MAX_WEBSOCKET_MESSAGE_BYTES,
        timeout_graceful_shutdown=_SHUTDOWN_GRACE_SECONDS,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
    )
    NotifyingServer(config, ready).run(sockets=[listener])


def _listener(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio disables Nagle's algorithm, which delays responses by 40 ms, only if the protocol is given.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    # Also allows a port that the caller reserves with a bound socket that does not listen.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError:
        sys.exit(EXIT_PORT_IN_USE)
    return listener
