"""Video on demand: VODs, their status history, tasks and transcriptions."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004_vod"
down_revision = "0003_queue"

_STATUS = "status IN ('pending', 'processing', 'completed', 'failed')"
_PROGRESS = "progress BETWEEN 0 AND 100"

# A VOD may be deleted while a worker runs its job, which the worker could not finish if the job were deleted too. Such
# a job is deleted when it ends; deferred, because Procrastinate's own triggers refer to it until then.
_DROP_JOBS_OF_DELETED_VODS = """
CREATE FUNCTION drop_job_of_deleted_vod() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM vods WHERE id = (NEW.args->>'vod_id')::uuid) THEN
        DELETE FROM procrastinate_jobs WHERE id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
CREATE CONSTRAINT TRIGGER drop_job_of_deleted_vod AFTER UPDATE OF status ON procrastinate_jobs
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
    WHEN (NEW.status NOT IN ('todo', 'doing') AND NEW.args ? 'vod_id')
    EXECUTE FUNCTION drop_job_of_deleted_vod()
"""


def upgrade() -> None:
    op.create_table(
        "vods",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("file_path", sa.String(), nullable=False),
        sa.Column("duration", sa.Double()),
        sa.Column("file_size", sa.BigInteger()),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("error", sa.String()),
        sa.Column("captions_path", sa.String()),
        sa.Column("summary_path", sa.String()),
        sa.Column("show_id", sa.Integer()),
        sa.Column("cablecast_vod_id", sa.Integer()),
        sa.Column("published_at", sa.DateTime(timezone=True)),
        sa.Column("created_by", sa.Uuid()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vods"),
        sa.ForeignKeyConstraint(["created_by"], ["users.id"], name="fk_vods_created_by_users", ondelete="SET NULL"),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 255", name="ck_vods_title_length"),
        sa.CheckConstraint("duration >= 0 AND duration < 'Infinity'", name="ck_vods_duration_range"),
        sa.CheckConstraint("file_size >= 0", name="ck_vods_file_size_range"),
        sa.CheckConstraint(_STATUS, name="ck_vods_status_known"),
        sa.CheckConstraint(_PROGRESS, name="ck_vods_progress_range"),
    )
    op.create_index("ix_vods_newest_first", "vods", [sa.text("created_at DESC"), sa.text("id DESC")])
    op.create_table(
        "vod_status_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("vod_id", sa.Uuid(), nullable=False),
        sa.Column("old_status", sa.String(), nullable=False),
        sa.Column("new_status", sa.String(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_vod_status_history"),
        sa.CheckConstraint(f"old_{_STATUS}", name="ck_vod_status_history_old_status_known"),
        sa.CheckConstraint(f"new_{_STATUS}", name="ck_vod_status_history_new_status_known"),
        sa.ForeignKeyConstraint(["vod_id"], ["vods.id"], name="fk_vod_status_history_vod_id_vods", ondelete="CASCADE"),
    )
    op.create_index("ix_vod_status_history_vod_id", "vod_status_history", ["vod_id"])
    op.create_table(
        "tasks",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("vod_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("progress", sa.Integer(), nullable=False),
        sa.Column("error", sa.String()),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True)),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_tasks"),
        sa.ForeignKeyConstraint(["vod_id"], ["vods.id"], name="fk_tasks_vod_id_vods", ondelete="CASCADE"),
        sa.CheckConstraint("kind IN ('transcription', 'publication')", name="ck_tasks_kind_known"),
        sa.CheckConstraint(_STATUS, name="ck_tasks_status_known"),
        sa.CheckConstraint(_PROGRESS, name="ck_tasks_progress_range"),
    )
    op.create_index("ix_tasks_vod_id", "tasks", ["vod_id"])
    op.create_index(
        "uq_tasks_live",
        "tasks",
        ["vod_id", "kind"],
        unique=True,
        postgresql_where=sa.text("status IN ('pending', 'processing')"),
    )
    op.create_table(
        "transcriptions",
        sa.Column("vod_id", sa.Uuid(), nullable=False),
        sa.Column("segments", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("vod_id", name="pk_transcriptions"),
        sa.ForeignKeyConstraint(["vod_id"], ["vods.id"], name="fk_transcriptions_vod_id_vods", ondelete="CASCADE"),
    )
    op.execute(_DROP_JOBS_OF_DELETED_VODS)


def downgrade() -> None:
    op.execute("DROP TRIGGER drop_job_of_deleted_vod ON procrastinate_jobs")
    op.execute("DROP FUNCTION drop_job_of_deleted_vod")
    op.drop_table("transcriptions")
    op.drop_table("tasks")
    op.drop_table("vod_status_history")
    op.drop_table("vods")
