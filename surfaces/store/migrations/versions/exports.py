"""A play counts once and has its context; plays and impressions note the span that they were exported to."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Adds the columns; of a play that was posted several times the first one stays."""
    for column in ("surface", "device"):
        op.add_column("plays", sa.Column(column, sa.String, nullable=False, server_default=""))
    op.execute(
        "DELETE FROM plays WHERE id NOT IN (SELECT MIN(id) FROM plays GROUP BY user_id, item_id, timestamp)"
    )
    op.create_index("a_play_once", "plays", ["user_id", "item_id", "timestamp"], unique=True)
    op.create_index("plays_of_request", "plays", ["request_id"])
    for table in ("plays", "impressions"):
        op.add_column(table, sa.Column("span", sa.Integer))
        op.create_index(f"{table}_of_span", table, ["span"])
