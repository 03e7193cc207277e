"""Answers kept for idempotency keys."""

import sqlalchemy as sa
from alembic import op

revision = "v005"
down_revision = "v004"


def upgrade() -> None:
    """One table."""
    op.create_table(
        "idempotent_answers",
        sa.Column("principal", sa.Text, nullable=False),
        sa.Column("idempotency_key", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.Column("status", sa.Integer, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("tag", sa.Text),
        sa.Column("created_at", sa.BigInteger, nullable=False, index=True),
        sa.PrimaryKeyConstraint("principal", "idempotency_key"),
    )
