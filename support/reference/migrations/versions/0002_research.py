"""Research sessions with the history of their states, and notifications."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002_research"
down_revision = "0001_access"

_STATES = "('initialized', 'processing', 'completed', 'failed')"


def upgrade() -> None:
    op.create_table(
        "research_sessions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("session_type", sa.String(32), nullable=False),
        sa.Column("ticker", sa.String(8), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("config", JSONB(), nullable=False),
        sa.Column("data", JSONB(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_research_sessions"),
        sa.ForeignKeyConstraint(
            ["owner_id"], ["users.id"], name="fk_research_sessions_owner_id_users", ondelete="CASCADE"
        ),
        sa.CheckConstraint(f"state IN {_STATES}", name="ck_research_sessions_state"),
        sa.CheckConstraint("session_type IN ('stock_research')", name="ck_research_sessions_session_type"),
        sa.CheckConstraint(r"ticker ~ '^[A-Z]{1,5}(\.[A-Z]{1,2})?$'", name="ck_research_sessions_ticker"),
    )
    op.create_index("ix_research_sessions_owner_id_created_at", "research_sessions", ["owner_id", "created_at"])
    op.create_table(
        "research_session_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("old_state", sa.String(16), nullable=False),
        sa.Column("new_state", sa.String(16), nullable=False),
        sa.Column("changed_by", sa.Uuid()),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_research_session_history"),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["research_sessions.id"],
            name="fk_research_session_history_session_id_research_sessions",
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["users.id"], name="fk_research_session_history_changed_by_users", ondelete="SET NULL"
        ),
        sa.CheckConstraint(f"old_state IN {_STATES}", name="ck_research_session_history_old_state"),
        sa.CheckConstraint(f"new_state IN {_STATES}", name="ck_research_session_history_new_state"),
    )
    op.create_index("ix_research_session_history_session_id", "research_session_history", ["session_id"])
    op.create_table(
        "notifications",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("priority", sa.String(8), nullable=False),
        sa.Column("title", sa.String(255), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("data", JSONB(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_notifications"),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name="fk_notifications_user_id_users", ondelete="CASCADE"),
        sa.CheckConstraint("priority IN ('low', 'normal', 'high', 'urgent')", name="ck_notifications_priority"),
    )
    op.create_index("ix_notifications_user_id_created_at", "notifications", ["user_id", "created_at"])


def downgrade() -> None:
    op.drop_table("notifications")
    op.drop_table("research_session_history")
    op.drop_table("research_sessions")
