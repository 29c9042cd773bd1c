"""The audit log of erasures stays when the account is deleted."""

from alembic import op

revision = "0008_audit_stays"
down_revision = "0007_research_more"

_KEY = "fk_privacy_audit_user_id_users"


def upgrade() -> None:
    op.drop_constraint(_KEY, "privacy_audit", type_="foreignkey")


def downgrade() -> None:
    # A foreign key can only refer to existing accounts.
    op.execute("DELETE FROM privacy_audit WHERE user_id NOT IN (SELECT id FROM users)")
    op.create_foreign_key(_KEY, "privacy_audit", "users", ["user_id"], ["id"], ondelete="CASCADE")
