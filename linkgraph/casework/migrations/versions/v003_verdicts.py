"""Verdicts."""

import sqlalchemy as sa
from alembic import op

revision = "v003"
down_revision = "v001"


def upgrade() -> None:
    """One table."""
    op.create_table(
        "verdicts",
        sa.Column("verdict_id", sa.Text, primary_key=True),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("kind", sa.Text),
        sa.Column("identifier", sa.Text),
        sa.Column("accounts", sa.Text, nullable=False),
        sa.Column("class_name", sa.Text),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("case_id", sa.Text),
        sa.Column("author", sa.Text, nullable=False, index=True),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("needs_second", sa.Boolean, nullable=False),
        sa.Column("effect", sa.Text, nullable=False),
        sa.Column("decided_by", sa.Text),
        sa.Column("decided_at", sa.BigInteger),
        sa.Column("ended_by", sa.Text),
        sa.Column("ended_at", sa.BigInteger),
    )
