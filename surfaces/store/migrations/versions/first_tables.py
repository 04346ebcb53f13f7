"""Plays, impressions, frozen lists, sessions, states and controls."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Makes the tables."""
    op.create_table(
        "plays",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True
        ),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("item_id", sa.String, nullable=False),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
        sa.Column("ms_played", sa.BigInteger),
        sa.Column("end_reason", sa.String),
        sa.Column("request_id", sa.String),
    )
    op.create_index("plays_of_user", "plays", ["user_id", "timestamp"])
    op.create_table(
        "impressions",
        sa.Column("request_id", sa.String, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("timestamp", sa.BigInteger, nullable=False),
        sa.Column("item_id", sa.String, nullable=False),
        sa.Column("propensity", sa.Float),
        sa.Column("surface", sa.String, nullable=False),
        sa.Column("shelf", sa.String, nullable=False),
        sa.Column("model_version", sa.String),
        sa.PrimaryKeyConstraint("request_id", "position"),
    )
    op.create_index("impressions_of_user", "impressions", ["user_id"])
    op.create_table(
        "frozen",
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("surface", sa.String, nullable=False),
        sa.Column("period", sa.String, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("user_id", "surface", "period"),
    )
    op.create_table(
        "kept",
        sa.Column("id", sa.String, primary_key=True),
        sa.Column("user_id", sa.String, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_index("kept_of_user", "kept", ["user_id"])
    op.create_table(
        "states",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("revision", sa.BigInteger, nullable=False),
        sa.Column("content", sa.Text, nullable=False),
    )
    op.create_table(
        "controls",
        sa.Column("user_id", sa.String, primary_key=True),
        sa.Column("content", sa.Text, nullable=False),
    )
