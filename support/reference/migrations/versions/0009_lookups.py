"""Indexes for the deletion of VODs and the cancellation of tasks."""

import sqlalchemy as sa
from alembic import op

revision = "0009_lookups"
down_revision = "0008_audit_stays"


def upgrade() -> None:
    for argument in ("vod_id", "task_id"):
        op.create_index(f"ix_procrastinate_jobs_{argument}", "procrastinate_jobs", [sa.text(f"(args->>'{argument}')")])
    op.create_index("ix_vods_captions_path", "vods", ["captions_path"])
    # By content: data may be larger than an entry of a B-tree, and most notifications have none.
    op.create_index(
        "ix_notifications_data",
        "notifications",
        ["data"],
        postgresql_using="gin",
        postgresql_ops={"data": "jsonb_path_ops"},
        postgresql_with={"fastupdate": "off"},  # new notifications are found as fast as others
    )


def downgrade() -> None:
    op.drop_index("ix_notifications_data", "notifications")
    op.drop_index("ix_vods_captions_path", "vods")
    for argument in ("task_id", "vod_id"):
        op.drop_index(f"ix_procrastinate_jobs_{argument}", "procrastinate_jobs")
