"""Webhooks and their deliveries."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015_webhooks"
down_revision = "0012_status"

# Also when a webhook goes with its owner. A job that runs finds nothing to send, and ends.
_DELETE_JOBS = """
CREATE FUNCTION delete_webhook_jobs() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM procrastinate_jobs
    WHERE queue_name = 'webhooks' AND args->>'webhook_id' = OLD.id::text AND status <> 'doing';
    RETURN NULL;
END
$$
"""

# What a worker asks before it takes a delivery: which are waiting, which webhooks have their share of its places, which
# job is the first of its lock. The last index is for the trigger.
_JOB_INDEXES = (
    ("ix_procrastinate_jobs_webhooks_waiting", "id", "queue_name = 'webhooks' AND status = 'todo'"),
    ("ix_procrastinate_jobs_webhooks_running", "(args->>'webhook_id')", "queue_name = 'webhooks' AND status = 'doing'"),
    ("ix_procrastinate_jobs_webhooks_lock", "lock, id", "queue_name = 'webhooks' AND status IN ('todo', 'doing')"),
    ("ix_procrastinate_jobs_webhook_id", "(args->>'webhook_id')", "queue_name = 'webhooks' AND status <> 'doing'"),
)


def upgrade() -> None:
    op.create_table(
        "webhooks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("events", JSONB(), nullable=False),
        sa.Column("filter", JSONB()),
        sa.Column("max_per_hour", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("secret", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_webhooks"),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_webhooks_owner_id_users", ondelete="CASCADE"),
        sa.CheckConstraint("max_per_hour BETWEEN 1 AND 10000", name="ck_webhooks_max_per_hour"),
    )
    op.create_index("ix_webhooks_owner_id_created_at", "webhooks", ["owner_id", "created_at"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("event", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(128), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("tries", JSONB(), nullable=False),
        sa.Column("tries_left", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_webhook_deliveries"),
        sa.ForeignKeyConstraint(
            ["webhook_id"], ["webhooks.id"], name="fk_webhook_deliveries_webhook_id_webhooks", ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'delivered', 'failed', 'suppressed')", name="ck_webhook_deliveries_state"
        ),
        sa.CheckConstraint("(state = 'waiting') = (next_try_at IS NOT NULL)", name="ck_webhook_deliveries_next_try_at"),
        sa.CheckConstraint("(state = 'waiting') = (ended_at IS NULL)", name="ck_webhook_deliveries_ended_at"),
    )
    op.create_index("ix_webhook_deliveries_webhook_id_created_at", "webhook_deliveries", ["webhook_id", "created_at"])
    op.create_index("ix_webhook_deliveries_state", "webhook_deliveries", ["state"])
    op.create_index(
        "ix_webhook_deliveries_waiting",
        "webhook_deliveries",
        ["webhook_id", "subject", "seq"],
        postgresql_where=sa.text("state = 'waiting'"),
    )
    for name, column, condition in _JOB_INDEXES:
        op.create_index(name, "procrastinate_jobs", [sa.text(column)], postgresql_where=sa.text(condition))
    op.execute(_DELETE_JOBS)
    op.execute(
        "CREATE TRIGGER delete_webhook_jobs AFTER DELETE ON webhooks "
        "FOR EACH ROW EXECUTE FUNCTION delete_webhook_jobs()"
    )


def downgrade() -> None:
    for name, _, _ in _JOB_INDEXES:
        op.drop_index(name, "procrastinate_jobs")
    op.drop_table("webhook_deliveries")
    op.drop_table("webhooks")
    op.execute("DROP FUNCTION delete_webhook_jobs")
