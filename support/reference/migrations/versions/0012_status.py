"""Status tracking: statuses, their history, events and updates in bulk."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012_status"
down_revision = "0011_idempotency"

_STATES = (
    "'queued', 'starting', 'metadata_extraction', 'transcript_extraction', 'language_detection', "
    "'summary_generation', 'keyword_extraction', 'timestamped_segments', 'finalizing', 'retry_pending', "
    "'completed', 'failed', 'cancelled'"
)
_PRIORITIES = "'low', 'normal', 'high', 'urgent'"
_CHANGES = "'status_update', 'progress_update', 'error_occurred', 'manual_intervention', 'system_event'"
_EVENTS = (
    "'status.created', 'status.changed', 'status.progress', 'status.error', 'status.retry_scheduled', "
    "'status.heartbeat_missed', 'status.completed', 'status.failed', 'status.cancelled'"
)

# Changes are announced by the platform: one transaction may change a status several times. Created and deleted statuses
# are announced here, because the deletion of a VOD deletes statuses too.
_ANNOUNCE = """
CREATE FUNCTION announce_status() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed processing_status := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    moment timestamptz := CASE WHEN TG_OP = 'DELETE'
        THEN greatest(clock_timestamp(), OLD.updated_at + interval '1 microsecond') ELSE NEW.created_at END;
BEGIN
    PERFORM pg_notify('live', json_build_object(
        'event', CASE TG_OP WHEN 'DELETE' THEN 'status.deleted' ELSE 'status.created' END,
        'subject', 'status:' || changed.status_id,
        'status', changed.status,
        'progress', changed.progress_percentage,
        'at', to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'batch', 'batch:' || changed.batch_id)::text);
    RETURN NULL;
END
$$
"""
_TRIGGER = (
    "CREATE TRIGGER announce_status AFTER INSERT OR DELETE ON processing_status "
    "FOR EACH ROW EXECUTE FUNCTION announce_status()"
)

# The outcome is in the receipt; the job that applied it has no reader. Deferred, because Procrastinate's own triggers
# refer to it until the end of the transaction.
_DROP_JOBS = """
CREATE FUNCTION drop_job_of_status_updates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM procrastinate_jobs WHERE id = NEW.id;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER drop_job_of_status_updates AFTER UPDATE OF status ON procrastinate_jobs
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.task_name = 'status.apply_updates' AND NEW.status NOT IN ('todo', 'doing'))
    EXECUTE FUNCTION drop_job_of_status_updates()
"""


def _time(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    _create_statuses()
    _create_history()
    _create_events()
    _create_updates()
    op.execute("CREATE SEQUENCE status_event_numbers AS bigint CACHE 1")
    # One row: when the silence of statuses was last checked.
    op.execute(
        "CREATE TABLE status_silence_checks (single boolean PRIMARY KEY DEFAULT true CHECK (single), "
        "checked_at timestamptz, available_since timestamptz)"
    )
    op.execute("INSERT INTO status_silence_checks (checked_at, available_since) VALUES (now(), now())")
    op.execute(_ANNOUNCE)
    op.execute(_TRIGGER)
    op.execute(_DROP_JOBS)


def downgrade() -> None:
    op.execute("DROP TRIGGER drop_job_of_status_updates ON procrastinate_jobs")
    op.execute("DROP FUNCTION drop_job_of_status_updates")
    for table in (
        "status_silence_checks",
        "status_updates",
        "status_receipts",
        "status_events",
        "status_history",
        "processing_status",
    ):
        op.drop_table(table)
    op.execute("DROP SEQUENCE status_event_numbers")
    op.execute("DROP FUNCTION announce_status")


def _create_statuses() -> None:
    op.create_table(
        "processing_status",
        sa.Column("status_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("priority", sa.String(32), nullable=False),
        sa.Column("progress_percentage", sa.Numeric(5, 2), nullable=False),
        sa.Column("current_step", sa.String(), nullable=True),
        sa.Column("total_steps", sa.Integer(), nullable=True),
        sa.Column("completed_steps", sa.Integer(), nullable=False),
        _time("estimated_completion_time", nullable=True),
        sa.Column("vod_id", sa.Uuid(), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("external_id", sa.String(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("metadata", postgresql.JSONB(), nullable=False),
        sa.Column("result", postgresql.JSONB(), nullable=True),
        sa.Column("worker_id", sa.String(), nullable=True),
        _time("heartbeat_at", nullable=True),
        sa.Column("heartbeat_timeout_seconds", sa.Integer(), nullable=False),
        sa.Column("retry_count", sa.Integer(), nullable=False),
        sa.Column("max_retries", sa.Integer(), nullable=False),
        sa.Column("error_info", sa.String(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        _time("created_at"),
        _time("updated_at"),
        _time("started_at", nullable=True),
        _time("completed_at", nullable=True),
        _time("active_at"),
        _time("missed_at", nullable=True),
        sa.PrimaryKeyConstraint("status_id", name="pk_processing_status"),
        sa.ForeignKeyConstraint(["vod_id"], ["vods.id"], name="fk_processing_status_vod_id_vods", ondelete="CASCADE"),
        sa.CheckConstraint(f"status IN ({_STATES})", name="ck_processing_status_status_known"),
        sa.CheckConstraint(f"priority IN ({_PRIORITIES})", name="ck_processing_status_priority_known"),
        sa.CheckConstraint("progress_percentage BETWEEN 0 AND 100", name="ck_processing_status_progress_range"),
        sa.CheckConstraint(
            "completed_steps BETWEEN 0 AND coalesce(total_steps, 0)", name="ck_processing_status_steps_range"
        ),
        sa.CheckConstraint("retry_count BETWEEN 0 AND max_retries", name="ck_processing_status_retries_range"),
    )
    newest = [sa.text("created_at DESC"), sa.text("status_id DESC")]
    latest = [sa.text("updated_at DESC"), sa.text("status_id")]
    op.create_index("ix_processing_status_newest_first", "processing_status", newest)
    op.create_index("ix_processing_status_latest_change", "processing_status", latest)
    op.create_index("ix_processing_status_batch_id", "processing_status", ["batch_id", "created_at"])
    op.create_index("ix_processing_status_status", "processing_status", ["status", "completed_at"])
    op.create_index("ix_processing_status_tags", "processing_status", ["tags"], postgresql_using="gin")
    for column in ("vod_id", "external_id", "worker_id"):
        op.create_index(f"ix_processing_status_{column}", "processing_status", [column])


def _create_history() -> None:
    op.create_table(
        "status_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("status_id", sa.Uuid(), nullable=False),
        sa.Column("change_type", sa.String(32), nullable=False),
        sa.Column("previous_status", sa.String(32), nullable=True),
        sa.Column("new_status", sa.String(32), nullable=False),
        sa.Column("previous_progress", sa.Numeric(5, 2), nullable=True),
        sa.Column("new_progress", sa.Numeric(5, 2), nullable=False),
        sa.Column("change_reason", sa.String(), nullable=True),
        sa.Column("change_metadata", postgresql.JSONB(), nullable=True),
        sa.Column("worker_id", sa.String(), nullable=True),
        sa.Column("error_info", sa.String(), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        _time("changed_at"),
        sa.Column("duration_seconds", sa.Float(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_status_history"),
        sa.ForeignKeyConstraint(
            ["status_id"],
            ["processing_status.status_id"],
            name="fk_status_history_status_id_processing_status",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["users.id"], name="fk_status_history_changed_by_users", ondelete="SET NULL"
        ),
        sa.CheckConstraint(f"change_type IN ({_CHANGES})", name="ck_status_history_change_type_known"),
    )
    op.create_index("ix_status_history_status_id", "status_history", ["status_id", sa.text("id DESC")])
    op.create_index("ix_status_history_changed_by", "status_history", ["changed_by"])


def _create_events() -> None:
    op.create_table(
        "status_events",
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("status_id", sa.Uuid(), nullable=False),
        sa.Column("status", sa.String(32), nullable=False),
        sa.Column("progress_percentage", sa.Numeric(5, 2), nullable=False),
        sa.Column("data", postgresql.JSONB(), nullable=False),
        _time("at"),
        sa.PrimaryKeyConstraint("seq", name="pk_status_events"),
        sa.ForeignKeyConstraint(
            ["status_id"],
            ["processing_status.status_id"],
            name="fk_status_events_status_id_processing_status",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint(f"type IN ({_EVENTS})", name="ck_status_events_type_known"),
    )
    op.create_index("ix_status_events_status_id", "status_events", ["status_id", "seq"])
    op.create_index("ix_status_events_type", "status_events", ["type", "seq"])


def _create_updates() -> None:
    op.create_table(
        "status_receipts",
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("sender", sa.Uuid(), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        _time("created_at"),
        sa.PrimaryKeyConstraint("receipt_id", name="pk_status_receipts"),
        sa.UniqueConstraint("number", name="uq_status_receipts_number"),
        sa.ForeignKeyConstraint(["sender"], ["users.id"], name="fk_status_receipts_sender_users", ondelete="SET NULL"),
    )
    op.create_index("ix_status_receipts_sender", "status_receipts", ["sender"])
    op.create_table(
        "status_updates",
        sa.Column("receipt_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("receipt_number", sa.BigInteger(), nullable=False),
        sa.Column("status_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(16), nullable=True),
        sa.Column("fields", postgresql.JSONB(), nullable=True),
        sa.Column("outcome", sa.String(16), nullable=True),
        sa.Column("error_type", sa.String(32), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        _time("applied_at", nullable=True),
        sa.PrimaryKeyConstraint("receipt_id", "position", name="pk_status_updates"),
        sa.ForeignKeyConstraint(
            ["receipt_id"],
            ["status_receipts.receipt_id"],
            name="fk_status_updates_receipt_id_status_receipts",
            ondelete="CASCADE",
        ),
        sa.CheckConstraint("outcome IN ('applied', 'skipped', 'refused')", name="ck_status_updates_outcome_known"),
    )
    op.create_index(
        "ix_status_updates_waiting",
        "status_updates",
        ["receipt_number", "position"],
        postgresql_where=sa.text("outcome IS NULL"),
    )
