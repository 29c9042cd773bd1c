"""The queue: the schema that the installed Procrastinate brings."""

from alembic import op
from procrastinate.schema import SchemaManager

revision = "0003_queue"
down_revision = "0002_research"

# Procrastinate has no way down. Its objects all carry its name; dropping tables takes triggers and indexes along.
_DROP_EVERYTHING = r"""
DO $$
DECLARE
    thing record;
BEGIN
    FOR thing IN SELECT oid::regclass AS name FROM pg_class
        WHERE relname LIKE 'procrastinate\_%' AND relkind = 'r' AND relnamespace = current_schema()::regnamespace
    LOOP EXECUTE format('DROP TABLE %s CASCADE', thing.name); END LOOP;
    FOR thing IN SELECT oid::regprocedure AS name FROM pg_proc
        WHERE proname LIKE 'procrastinate\_%' AND pronamespace = current_schema()::regnamespace
    LOOP EXECUTE format('DROP FUNCTION %s CASCADE', thing.name); END LOOP;
    FOR thing IN SELECT oid::regtype AS name FROM pg_type
        WHERE typname LIKE 'procrastinate\_%' AND typtype IN ('e', 'c')
            AND typnamespace = current_schema()::regnamespace
    LOOP EXECUTE format('DROP TYPE %s CASCADE', thing.name); END LOOP;
END
$$
"""


def upgrade() -> None:
    _execute(SchemaManager.get_schema())


def downgrade() -> None:
    _execute(_DROP_EVERYTHING)


def _execute(script: str) -> None:
    # Several statements at once, and percent signs that are no parameters: only the driver itself takes that.
    connection = op.get_bind().connection.driver_connection
    assert connection is not None
    connection.execute(script)
