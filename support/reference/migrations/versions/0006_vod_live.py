"""Video on demand: suggested shows, and announcements of changes for live updates."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006_vod_live"
down_revision = "0005_account_limits"

# A notification is part of its transaction: it is sent with the commit, in the order of commits, or not at all.
_ANNOUNCE = """
CREATE FUNCTION announce_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed jsonb := to_jsonb(CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END);
    moment timestamptz := CASE WHEN TG_OP = 'DELETE' THEN clock_timestamp()
        ELSE coalesce((changed->>'updated_at')::timestamptz, clock_timestamp()) END;
BEGIN
    PERFORM pg_notify('live', json_build_object(
        'event', TG_ARGV[0] || CASE TG_OP
            WHEN 'INSERT' THEN '.created' WHEN 'UPDATE' THEN '.changed' ELSE '.deleted' END,
        'subject', TG_ARGV[0] || ':' || (changed->>'id'),
        'status', changed->>'status',
        'progress', changed->'progress',
        'at', to_char(moment AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'))::text);
    RETURN NULL;
END
$$
"""


def upgrade() -> None:
    op.add_column("vods", sa.Column("suggestion", postgresql.JSONB()))
    op.execute(_ANNOUNCE)
    for table, kind in (("vods", "vod"), ("tasks", "task")):
        op.execute(
            f"CREATE TRIGGER announce_change AFTER INSERT OR UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION announce_change('{kind}')"
        )


def downgrade() -> None:
    for table in ("vods", "tasks"):
        op.execute(f"DROP TRIGGER announce_change ON {table}")
    op.execute("DROP FUNCTION announce_change")
    op.drop_column("vods", "suggestion")
