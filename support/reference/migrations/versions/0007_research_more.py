"""Profiles, stages, notes, events, documents with vectors, portfolios, privacy audit."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007_research_more"
down_revision = "0006_vod_live"


def _id_and_owner(table: str, owner: str = "owner_id") -> list[sa.schema.SchemaItem]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(owner, sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint([owner], ["users.id"], name=f"fk_{table}_{owner}_users", ondelete="CASCADE"),
    ]


def _created_at() -> sa.Column[object]:
    return sa.Column("created_at", sa.DateTime(timezone=True), nullable=False)


def _updated_at() -> sa.Column[object]:
    return sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False)


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS vector")
    op.add_column("users", sa.Column("user_id", sa.String(64)))
    op.add_column("users", sa.Column("deleted_at", sa.DateTime(timezone=True)))
    op.execute("UPDATE users SET user_id = username")
    op.alter_column("users", "user_id", nullable=False)
    op.create_index("uq_users_user_id", "users", ["user_id"], unique=True)

    op.add_column("research_sessions", sa.Column("stage", sa.String(16), nullable=False, server_default="started"))
    op.alter_column("research_sessions", "stage", server_default=None)
    op.add_column("research_sessions", sa.Column("error", sa.String()))
    op.add_column("research_sessions", sa.Column("notes", sa.Text()))
    op.create_check_constraint(
        "ck_research_sessions_stage",
        "research_sessions",
        "stage IN ('started', 'fetched', 'analysed', 'reported', 'saved')",
    )

    op.create_table(
        "events",
        *_id_and_owner("events", "user_id"),
        sa.Column("type", sa.String(64), nullable=False),
        sa.Column("data", JSONB(), nullable=False),
        _created_at(),
    )
    op.create_index("ix_events_user_id_created_at", "events", ["user_id", "created_at"])

    op.create_table(
        "documents",
        *_id_and_owner("documents"),
        sa.Column("source_type", sa.String(64), nullable=False),
        sa.Column("source_id", sa.String(255), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.Column("metadata", JSONB(), nullable=False),
        _created_at(),
        _updated_at(),
        sa.UniqueConstraint("owner_id", "source_type", "source_id", name="uq_documents_owner_id_source_type_source_id"),
    )
    # No index on the vectors: those of pgvector are approximate, and a search considers every document.
    op.execute("ALTER TABLE documents ADD COLUMN embedding vector(384) NOT NULL")

    op.create_table(
        "portfolios",
        *_id_and_owner("portfolios"),
        sa.Column("name", sa.String(255), nullable=False),
        _created_at(),
        _updated_at(),
    )
    op.create_index("ix_portfolios_owner_id", "portfolios", ["owner_id"])
    op.create_table(
        "positions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("portfolio_id", sa.Uuid(), nullable=False),
        sa.Column("ticker", sa.String(8), nullable=False),
        sa.Column("shares", sa.Numeric(15, 6), nullable=False),
        sa.Column("entry_price", sa.Numeric(15, 4), nullable=False),
        sa.Column("current_price", sa.Numeric(15, 4)),
        _created_at(),
        _updated_at(),
        sa.PrimaryKeyConstraint("id", name="pk_positions"),
        sa.ForeignKeyConstraint(
            ["portfolio_id"], ["portfolios.id"], name="fk_positions_portfolio_id_portfolios", ondelete="CASCADE"
        ),
        sa.CheckConstraint("shares > 0", name="ck_positions_shares"),
        sa.CheckConstraint("entry_price > 0", name="ck_positions_entry_price"),
        sa.CheckConstraint("current_price > 0", name="ck_positions_current_price"),
    )
    op.create_index("ix_positions_portfolio_id", "positions", ["portfolio_id"])

    op.create_table(
        "privacy_audit",
        *_id_and_owner("privacy_audit", "user_id"),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("counts", JSONB(), nullable=False),
        _created_at(),
    )


def downgrade() -> None:
    for table in ("privacy_audit", "positions", "portfolios", "documents", "events"):
        op.drop_table(table)
    for column in ("stage", "error", "notes"):
        op.drop_column("research_sessions", column)
    op.drop_column("users", "deleted_at")
    op.drop_column("users", "user_id")
    op.execute("DROP EXTENSION vector")
