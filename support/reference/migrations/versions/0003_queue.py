"""The schema of the installed Procrastinate."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0003_queue"
down_revision = "0002_research"

# Procrastinate has no downgrade. All its objects have its name; triggers and indexes are dropped with the tables.
_DROP_EVERYTHING = r"""
DO $$
DECLARE
    object record;
BEGIN
    FOR object IN SELECT oid::regclass AS name FROM pg_class
        WHERE relname LIKE 'procrastinate\_%' AND relkind = 'r' AND relnamespace = current_schema()::regnamespace
    LOOP EXECUTE format('DROP TABLE %s CASCADE', object.name); END LOOP;
    FOR object IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE proname LIKE 'procrastinate\_%' AND pronamespace = current_schema()::regnamespace
    LOOP EXECUTE format('DROP FUNCTION %s CASCADE', object.name); END LOOP;
    FOR object IN SELECT oid::regtype AS name FROM pg_type
        WHERE typname LIKE 'procrastinate\_%' AND typtype IN ('e', 'c')
            AND typnamespace = current_schema()::regnamespace
    LOOP EXECUTE format('DROP TYPE %s CASCADE', object.name); END LOOP;
END
$$
"""


def upgrade() -> None:
    _execute(SchemaManager.get_schema())


def downgrade() -> None:
    _execute(_DROP_EVERYTHING)


def _execute(script: str) -> None:
    # Several statements, and percent signs that are not parameters: only the driver accepts that.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(script)
