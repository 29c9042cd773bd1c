"""What a route needs to accept ``Idempotency-Key``.

::

    @router.post("", status_code=201, responses=replayed(ThingResponse))
    def create(body: NewThing, user: Editor, once: Once) -> Response:
        return once(lambda session: ThingResponse.model_validate(service.create(session, body)))

The role is required by the route itself. ``once`` runs the function in a transaction and commits it with the key.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from pydantic import BaseModel, StringConstraints
from sqlalchemy.orm import Session

from support.reference.access.dependencies import CurrentUser
from support.reference.errors import error_responses
from support.reference.idempotency.service import FIELD, KeyedRequest, digest, run_once
from support.reference.services import Services, ServicesDep

_REPLAYED = "Idempotency-Replayed"

Key = Annotated[
    Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,64}$")] | None,
    Header(alias=FIELD, description="Identifies the request for its user for 24 hours."),
]


class OnceRunner:
    """Runs the creation of one request once for its key."""

    def __init__(self, services: Services, request: KeyedRequest | None) -> None:
        self._services = services
        self._request = request

    def __call__(self, create: Callable[[Session], BaseModel], *, status_code: int = 201) -> Response:
        """Return the response of ``create`` with ``status_code``, or the stored one with 200.

        Raises Conflict for a key of another request, and whatever ``create`` raises.
        """
        outcome = run_once(self._services, self._request, lambda session: create(session).model_dump_json())
        headers = {_REPLAYED: "true"} if outcome.replayed else {}
        return Response(
            outcome.body, 200 if outcome.replayed else status_code, headers=headers, media_type="application/json"
        )


async def once_runner(request: Request, user: CurrentUser, services: ServicesDep, key: Key = None) -> OnceRunner:
    """Create the runner of this request."""
    if key is None:
        return OnceRunner(services, None)
    body = await request.body()
    try:
        content = json.loads(body) if body else None
    except ValueError:  # the route rejects it
        content = None
    return OnceRunner(services, KeyedRequest(user.id, key, request.method, request.url.path, digest(content)))


Once = Annotated[OnceRunner, Depends(once_runner)]
"""A parameter of a handler: runs its creation once for each ``Idempotency-Key``."""


def replayed(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """Document the responses that a key adds to a route: the stored body with 200, and 409."""
    header = {_REPLAYED: {"schema": {"type": "string", "enum": ["true"]}, "description": "The body is a stored one."}}
    return {
        200: {"model": model, "description": "The stored response of the first request.", "headers": header},
        **error_responses(409),
    }
