"""The role manager, between editor and administrator."""

from alembic import op

revision = "0010_manager"
down_revision = "0009_lookups"

_BEFORE = "role IN ('viewer', 'editor', 'researcher', 'administrator')"
_AFTER = "role IN ('viewer', 'editor', 'manager', 'researcher', 'administrator')"


def upgrade() -> None:
    op.drop_constraint("ck_users_role", "users")
    op.create_check_constraint("ck_users_role", "users", _AFTER)


def downgrade() -> None:
    # A manager may do what an editor may, so that the account keeps what the older schema can express.
    op.execute("UPDATE users SET role = 'editor' WHERE role = 'manager'")
    op.drop_constraint("ck_users_role", "users")
    op.create_check_constraint("ck_users_role", "users", _BEFORE)
