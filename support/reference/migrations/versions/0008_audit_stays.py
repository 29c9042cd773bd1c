"""The audit of erasures stays when the account is gone."""

from alembic import op

revision = "0008_audit_stays"
down_revision = "0007_research_more"

_KEY = "fk_privacy_audit_user_id_users"


def upgrade() -> None:
    op.drop_constraint(_KEY, "privacy_audit", type_="foreignkey")


def downgrade() -> None:
    # A key can only refer to accounts that are there.
    op.execute("DELETE FROM privacy_audit WHERE user_id NOT IN (SELECT id FROM users)")
    op.create_foreign_key(_KEY, "privacy_audit", "users", ["user_id"], ["id"], ondelete="CASCADE")
