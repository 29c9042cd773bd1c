"""The methods of each path: any other one is 405, with all supported ones in ``Allow``.

The framework decides route by route. It would name the methods of one route only, and take a fixed last part such as
``list`` in ``/api/vod/list`` for an id of the path beside it, where only that one has the method.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.routing import compile_path
from starlette.types import ASGIApp, Receive, Scope, Send

from support.reference.errors import MethodNotAllowed, error_response


@dataclass
class _Path:
    """One path template with the methods of all its routes."""

    route: RouteContext
    pattern: re.Pattern[str]
    methods: set[str] = field(default_factory=set)


class AllowedMethodsMiddleware:
    """Reject a method that no route of the requested path has."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._paths: Sequence[_Path] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection (ASGI)."""
        if scope["type"] == "http":
            if self._paths is None:
                self._paths = _read_paths(scope["app"])
            path = next((path for path in self._paths if path.pattern.match(scope["path"])), None)
            if path is not None and scope["method"] not in path.methods:
                scope["route"] = path.route  # metrics count the rejected request under its path
                allow = ", ".join(sorted(path.methods))
                await error_response(MethodNotAllowed(headers={"Allow": allow}))(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _read_paths(app: FastAPI) -> list[_Path]:
    """Return the paths of the application, fixed parts before parameters."""
    paths: dict[str, _Path] = {}
    for route in iter_route_contexts(app.routes):
        if route.path is None or not route.methods:  # a WebSocket
            continue
        path = paths.setdefault(route.path, _Path(route, compile_path(route.path)[0]))
        path.methods |= route.methods
    return [paths[template] for template in sorted(paths, key=_parameters)]


def _parameters(template: str) -> list[bool]:
    return [part.startswith("{") for part in template.split("/")]
