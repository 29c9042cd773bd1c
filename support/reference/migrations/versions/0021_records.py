"""The effects of jobs: records and counters."""

import sqlalchemy as sa
from alembic import op

revision = "0021_records"
down_revision = "0020_jobs"

# The job of an account that is removed is deleted without an end.
_FAIL_RECORDS = """
CREATE FUNCTION fail_record_of_deleted_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE records SET state = 'failed' WHERE job_id = OLD.id AND state = 'requested';
    RETURN OLD;
END
$$;
CREATE TRIGGER fail_record_of_deleted_job BEFORE DELETE ON jobs
    FOR EACH ROW EXECUTE FUNCTION fail_record_of_deleted_job();
"""


def upgrade() -> None:
    op.create_table(
        "records",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("external_id", sa.String(64), nullable=False),
        sa.Column("text", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("imports", sa.Integer(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_records"),
        sa.UniqueConstraint("external_id", name="uq_records_external_id"),
        sa.ForeignKeyConstraint(["job_id"], ["jobs.id"], name="fk_records_job_id_jobs", ondelete="SET NULL"),
        sa.CheckConstraint("state IN ('requested', 'imported', 'failed')", name="ck_records_state_known"),
    )
    op.create_index("ix_records_newest_first", "records", [sa.text("created_at DESC"), sa.text("id DESC")])
    op.create_index("ix_records_job_id", "records", ["job_id"])
    op.execute(_FAIL_RECORDS)
    op.create_table(
        "counters",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counters"),
        sa.CheckConstraint("value >= 0", name="ck_counters_value_range"),
    )
    op.create_table(
        "counter_entries",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("counter", sa.String(64), nullable=False),
        # Not a reference: the entry stays when its job is deleted.
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_counter_entries"),
        sa.UniqueConstraint("job_id", "counter", name="uq_counter_entries_job_id"),
        sa.ForeignKeyConstraint(
            ["counter"], ["counters.name"], name="fk_counter_entries_counter_counters", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_counter_entries_counter", "counter_entries", ["counter"])


def downgrade() -> None:
    op.execute("DROP FUNCTION fail_record_of_deleted_job CASCADE")
    for table in ("counter_entries", "counters", "records"):
        op.drop_table(table)
