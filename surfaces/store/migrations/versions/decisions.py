"""Decisions of policies, which are learnt from once."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Adds the table."""
    op.create_table(
        "decisions",
        sa.Column("request_id", sa.String, primary_key=True),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("surface", sa.String, nullable=False),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("learner", sa.String),
    )
    op.create_index("decisions_of_user", "decisions", ["user_id"])
    op.create_index("decisions_to_learn_from", "decisions", ["surface", "learner", "timestamp"])
