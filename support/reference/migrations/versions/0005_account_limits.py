"""Limits of accounts: number of requests, and the period of failed sign-ins."""

import sqlalchemy as sa
from alembic import op

revision = "0005_account_limits"
down_revision = "0004_vod"


def upgrade() -> None:
    op.add_column("users", sa.Column("rate_limit", sa.Integer()))
    op.add_column("users", sa.Column("rate_limit_seconds", sa.Integer(), server_default="60", nullable=False))
    op.add_column("users", sa.Column("lockout_seconds", sa.Integer(), server_default="900", nullable=False))


def downgrade() -> None:
    for column in ("rate_limit", "rate_limit_seconds", "lockout_seconds"):
        op.drop_column("users", column)
