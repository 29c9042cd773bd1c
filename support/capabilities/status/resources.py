"""Statuses as resources: where they are in the API and in the database."""

from __future__ import annotations

from support.scenario.resources import Action, ResourceType

STATUS_TYPE = ResourceType(
    name="status",
    path="/api/status",
    table="processing_status",
    collection="statuses",
    name_field="external_id",
    id_field="status_id",
    outlives_account=True,
    defaults=lambda name: {"external_id": name},
    change=("PUT", ""),
    batch=("/batch", "statuses"),
    actions={"retries": Action("POST", "/retry", 200, past="retried")},
)
