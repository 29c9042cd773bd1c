"""Jobs: what users submit to the queue, its runs and events, and what takes them from the queue."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020_jobs"
down_revision = "0015_webhooks"

_JOB_STATES = "'todo', 'doing', 'succeeded', 'failed', 'cancelled', 'aborted'"
_OUTCOMES = "'running', 'succeeded', 'failed', 'timed_out', 'aborted', 'requeued', 'lost'"

# Differs from Procrastinate's own function in four points: paused queues are left alone; jobs of one lock run in the
# order of submission regardless of priority; the queueing lock is free once the job starts; the run is stored in the
# same transaction. Pausing a queue waits for the advisory lock, so that nothing starts afterwards.
_TAKE = """
CREATE FUNCTION take_job(target_queues varchar[], taker bigint, pauses integer) RETURNS procrastinate_jobs
LANGUAGE plpgsql AS $$
DECLARE
    taken procrastinate_jobs;
    moment timestamptz;
    taken_job jobs;
BEGIN
    PERFORM pg_advisory_xact_lock_shared(pauses);
    WITH candidate AS (
        SELECT entry.id FROM procrastinate_jobs AS entry
        WHERE entry.status = 'todo'
            AND (target_queues IS NULL OR entry.queue_name = ANY (target_queues))
            AND (entry.scheduled_at IS NULL OR entry.scheduled_at <= clock_timestamp())
            AND NOT EXISTS (SELECT FROM queue_pauses WHERE 'jobs.' || queue_pauses.name = entry.queue_name)
            AND NOT EXISTS (
                SELECT FROM procrastinate_jobs AS earlier
                WHERE entry.lock IS NOT NULL AND earlier.lock = entry.lock
                    AND (earlier.status = 'doing' OR (earlier.status = 'todo' AND earlier.id < entry.id)))
        ORDER BY entry.priority DESC, entry.id LIMIT 1
        FOR UPDATE OF entry SKIP LOCKED
    )
    UPDATE procrastinate_jobs AS entry SET status = 'doing', worker_id = taker, queueing_lock = NULL
        FROM candidate WHERE entry.id = candidate.id RETURNING entry.* INTO taken;
    IF taken.id IS NOT NULL THEN
        moment := clock_timestamp();
        UPDATE jobs SET status = 'doing', attempts = attempts + 1, started_at = coalesce(started_at, moment),
                updated_at = moment
            WHERE queue_id = taken.id RETURNING * INTO taken_job;
        IF taken_job.id IS NOT NULL THEN
            INSERT INTO job_runs (job_id, number, worker_id, ready_at, started_at, outcome)
                VALUES (taken_job.id, taken_job.attempts, taker, least(taken_job.ready_at, moment), moment, 'running');
            INSERT INTO job_events (job_id, type, run, at)
                VALUES (taken_job.id, 'started', taken_job.attempts, moment);
        END IF;
    END IF;
    RETURN taken;
EXCEPTION WHEN unique_violation THEN
    RETURN NULL;  -- another job of the lock was taken at the same moment
END
$$
"""

# An entry of a job that is deleted while a worker runs it goes once the run has ended.
_DROP_ENTRIES = """
CREATE FUNCTION drop_entry_of_deleted_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM procrastinate_jobs WHERE id = OLD.queue_id AND status <> 'doing';
    UPDATE procrastinate_jobs SET abort_requested = true WHERE id = OLD.queue_id AND status = 'doing';
    RETURN NULL;
END
$$;
CREATE TRIGGER drop_entry_of_deleted_job AFTER DELETE ON jobs
    FOR EACH ROW EXECUTE FUNCTION drop_entry_of_deleted_job();
"""

_ANNOUNCE = """
CREATE FUNCTION announce_job() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed jobs := CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
    moment timestamptz := CASE WHEN TG_OP = 'DELETE' THEN clock_timestamp() ELSE changed.updated_at END;
BEGIN
    PERFORM pg_notify('live', json_build_object(
        'event', 'job.' || CASE TG_OP WHEN 'INSERT' THEN 'created' WHEN 'UPDATE' THEN 'changed' ELSE 'deleted' END,
        'subject', 'job:' || changed.id,
        'status', changed.status,
        'progress', NULL,
        'attempts', changed.attempts,
        'at', to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
        'owner', changed.owner_id)::text);
    RETURN NULL;
END
$$;
CREATE TRIGGER announce_job AFTER INSERT OR DELETE ON jobs FOR EACH ROW EXECUTE FUNCTION announce_job();
CREATE TRIGGER announce_job_change AFTER UPDATE OF status ON jobs FOR EACH ROW
    WHEN (OLD.status IS DISTINCT FROM NEW.status) EXECUTE FUNCTION announce_job();
"""


def upgrade() -> None:
    _create_jobs()
    _create_runs()
    _create_queues()
    for statement in (_TAKE, _DROP_ENTRIES, _ANNOUNCE):
        op.execute(statement)
    op.create_index(
        "ix_procrastinate_jobs_lock",
        "procrastinate_jobs",
        ["lock", "id"],
        postgresql_where=sa.text("lock IS NOT NULL AND status IN ('todo', 'doing')"),
    )


def downgrade() -> None:
    op.execute("DELETE FROM procrastinate_jobs WHERE id IN (SELECT queue_id FROM jobs)")
    op.drop_index("ix_procrastinate_jobs_lock", "procrastinate_jobs")
    for function in ("take_job", "announce_job", "drop_entry_of_deleted_job"):
        op.execute(f"DROP FUNCTION {function} CASCADE")
    for table in ("queue_takeovers", "queue_workers", "queue_pauses", "job_events", "job_runs", "jobs"):
        op.drop_table(table)


def _time(name: str, *, nullable: bool = False) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _create_jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("queue_id", sa.BigInteger(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("task", sa.String(64), nullable=False),
        # json, not jsonb: numbers keep the form in which they were sent.
        sa.Column("args", postgresql.JSON(), nullable=False),
        sa.Column("queue", sa.String(32), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        _time("scheduled_at", nullable=True),
        sa.Column("lock", sa.String(128), nullable=True),
        sa.Column("queueing_lock", sa.String(128), nullable=True),
        sa.Column("retry", postgresql.JSON(), nullable=False),
        sa.Column("timeout_seconds", sa.Double(), nullable=False),
        sa.Column("track", sa.Boolean(), nullable=False),
        sa.Column("status_id", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("lost_runs", sa.Integer(), nullable=False),
        sa.Column("abort_requested", sa.Boolean(), nullable=False),
        sa.Column("trace_id", sa.String(32), nullable=False),
        _time("submitted_at"),
        _time("ready_at"),
        _time("started_at", nullable=True),
        _time("finished_at", nullable=True),
        _time("updated_at"),
        sa.Column("result", postgresql.JSON(), nullable=True),
        sa.Column("error_kind", sa.String(32), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_jobs"),
        sa.UniqueConstraint("queue_id", name="uq_jobs_queue_id"),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["procrastinate_jobs.id"], name="fk_jobs_queue_id_procrastinate_jobs", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["owner_id"], ["users.id"], name="fk_jobs_owner_id_users", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["status_id"],
            ["processing_status.status_id"],
            name="fk_jobs_status_id_processing_status",
            ondelete="SET NULL",
        ),
        sa.CheckConstraint(f"status IN ({_JOB_STATES})", name="ck_jobs_status_known"),
        sa.CheckConstraint("priority BETWEEN -100 AND 100", name="ck_jobs_priority_range"),
    )
    op.create_index("ix_jobs_newest_first", "jobs", [sa.text("submitted_at DESC"), sa.text("id DESC")])
    op.create_index("ix_jobs_owner_id", "jobs", ["owner_id", sa.text("submitted_at DESC")])
    op.create_index("ix_jobs_status", "jobs", ["status", "queue"])
    op.create_index("ix_jobs_status_id", "jobs", ["status_id"])


def _create_runs() -> None:
    of_job = {"name": "fk_{}_job_id_jobs", "ondelete": "CASCADE"}
    op.create_table(
        "job_runs",
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("worker_id", sa.BigInteger(), nullable=False),
        _time("ready_at"),
        _time("started_at"),
        _time("ended_at", nullable=True),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("error_kind", sa.String(32), nullable=True),
        sa.Column("error_message", sa.String(), nullable=True),
        _time("retry_at", nullable=True),
        sa.PrimaryKeyConstraint("job_id", "number", name="pk_job_runs"),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=of_job["name"].format("job_runs"), ondelete=of_job["ondelete"]
        ),
        sa.CheckConstraint(f"outcome IN ({_OUTCOMES})", name="ck_job_runs_outcome_known"),
    )
    op.create_index("ix_job_runs_started_at", "job_runs", ["started_at"])
    op.create_index(
        "uq_job_runs_running", "job_runs", ["job_id"], unique=True, postgresql_where=sa.text("outcome = 'running'")
    )
    op.create_table(
        "job_events",
        sa.Column("seq", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(32), nullable=False),
        sa.Column("run", sa.Integer(), nullable=True),
        _time("at"),
        sa.PrimaryKeyConstraint("seq", name="pk_job_events"),
        sa.ForeignKeyConstraint(
            ["job_id"], ["jobs.id"], name=of_job["name"].format("job_events"), ondelete=of_job["ondelete"]
        ),
    )
    op.create_index("ix_job_events_job_id", "job_events", ["job_id", "seq"])


def _create_queues() -> None:
    op.create_table(
        "queue_pauses",
        sa.Column("name", sa.String(32), nullable=False),
        _time("paused_at"),
        sa.PrimaryKeyConstraint("name", name="pk_queue_pauses"),
    )
    op.create_table(
        "queue_workers",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("queues", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("concurrency", sa.Integer(), nullable=False),
        sa.Column("session_name", sa.String(63), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_queue_workers"),
        sa.ForeignKeyConstraint(
            ["id"], ["procrastinate_workers.id"], name="fk_queue_workers_id_procrastinate_workers", ondelete="CASCADE"
        ),
    )
    op.create_table(
        "queue_takeovers",
        sa.Column("queue_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("queue_id", name="pk_queue_takeovers"),
        sa.ForeignKeyConstraint(
            ["queue_id"],
            ["procrastinate_jobs.id"],
            name="fk_queue_takeovers_queue_id_procrastinate_jobs",
            ondelete="CASCADE",
        ),
    )
