"""The resource types that researchers work with."""

from __future__ import annotations

from support.scenario.names import account_name
from support.scenario.resources import Action, ResourceType

PERMANENT = {"permanent": "true"}
_DELETE_PERMANENTLY = Action("DELETE", "?permanent=true", 204)
_RESTORE = Action("POST", "/restore", 200)

USER = ResourceType(
    name="user",
    path="/api/users",
    table="users",
    collection="users",
    name_field="username",
    defaults=lambda name: {"user_id": name, "username": name, "email": f"{name}@example.org"},
    batch=("/bulk", "users"),
    unique_name=account_name,
    delete_parameters=PERMANENT,
    outlives_account=True,
    actions={"permanently deletes": _DELETE_PERMANENTLY, "restores": _RESTORE},
)
SESSION = ResourceType(
    name="research session",
    path="/api/research/sessions",
    table="research_sessions",
    collection="sessions",
    name_field="ticker",
    owner_column="owner_id",
    defaults=lambda ticker: {"session_type": "stock_research", "ticker": ticker},
    change=("PATCH", "/data"),
    encrypted=frozenset({"notes"}),
    # "AAPL #2" is the second session on AAPL.
    unique_name=lambda name, suffix: name.partition(" #")[0],
    stored_name=str.upper,
    delete_parameters=PERMANENT,
    actions={"permanently deletes": _DELETE_PERMANENTLY, "restores": _RESTORE},
)
NOTIFICATION = ResourceType(
    name="notification",
    path="/api/notifications",
    table="notifications",
    collection="notifications",
    name_field="title",
    owner_column="user_id",
    defaults=lambda title: {"type": "info", "title": title, "message": f"About {title}"},
    actions={"acknowledges": Action("POST", "/read", 200, past="acknowledged")},
)
EVENT = ResourceType(
    name="event",
    path="/api/events",
    table="events",
    collection="events",
    name_field="type",
    owner_column="user_id",
    defaults=lambda type: {"type": type},
    unique_name=lambda name, suffix: name,
    deletable=False,
)
DOCUMENT = ResourceType(
    name="document",
    path="/api/documents",
    table="documents",
    collection="documents",
    name_field="source_id",
    owner_column="owner_id",
    defaults=lambda name: {"content": name, "source_type": "research_notes", "source_id": name},
    batch=("/batch", "documents"),
)
PORTFOLIO = ResourceType(
    name="portfolio",
    path="/api/portfolios",
    table="portfolios",
    collection="portfolios",
    name_field="name",
    owner_column="owner_id",
    defaults=lambda name: {"name": name},
    actions={"requests the returns of": Action("GET", "/returns", 200)},
)
POSITION = ResourceType(
    name="position",
    path="/api/portfolios/{parent}/positions",
    table="positions",
    collection="positions",
    name_field="ticker",
    parent="portfolio",
    defaults=lambda ticker: {"ticker": ticker, "shares": "100", "entry_price": "150.00"},
    unique_name=lambda name, suffix: name,
    stored_name=str.upper,
)
RESOURCE_TYPES = (USER, SESSION, NOTIFICATION, EVENT, DOCUMENT, PORTFOLIO, POSITION)
