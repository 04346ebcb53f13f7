"""The store's tables. A change of them is a migration too (`surfaces.store.migrations`)."""

from sqlalchemy import (
    BigInteger,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

METADATA = MetaData()

PLAYS = Table(
    "plays",
    METADATA,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("user_id", String, nullable=False),
    Column("item_id", String, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("ms_played", BigInteger),
    Column("end_reason", String),
    Column("request_id", String),
    Column("surface", String, nullable=False, server_default=""),
    Column("device", String, nullable=False, server_default=""),
    Column("span", Integer),
    Index("a_play_once", "user_id", "item_id", "timestamp", unique=True),
    Index("plays_of_user", "user_id", "timestamp"),
    Index("plays_of_request", "request_id"),
    Index("plays_of_span", "span"),
)
"""What was played or skipped since the log ended; `span` is the one that it was exported to, none yet."""

IMPRESSIONS = Table(
    "impressions",
    METADATA,
    Column("request_id", String, nullable=False),
    Column("position", Integer, nullable=False),
    Column("user_id", String, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("item_id", String, nullable=False),
    Column("propensity", Float),
    Column("surface", String, nullable=False),
    Column("shelf", String, nullable=False),
    Column("model_version", String),
    Column("span", Integer),
    PrimaryKeyConstraint("request_id", "position"),
    Index("impressions_of_user", "user_id"),
    Index("impressions_of_span", "span"),
)
"""What was shown, where, and how probable it was that it would be; `span` as of plays."""

FROZEN = Table(
    "frozen",
    METADATA,
    Column("user_id", String, nullable=False),
    Column("surface", String, nullable=False),
    Column("period", String, nullable=False),
    Column("content", Text, nullable=False),
    PrimaryKeyConstraint("user_id", "surface", "period"),
)
"""Lists that stay as they are for a period, as a week's discoveries."""

KEPT = Table(
    "kept",
    METADATA,
    Column("id", String, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("content", Text, nullable=False),
    Index("kept_of_user", "user_id"),
)
"""Sessions and playlists, which a later request goes on with."""

STATES = Table(
    "states",
    METADATA,
    Column("name", String, primary_key=True),
    Column("revision", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
)
"""What is learnt over all listeners, as a bandit's sums."""

CONTROLS = Table(
    "controls",
    METADATA,
    Column("user_id", String, primary_key=True),
    Column("content", Text, nullable=False),
)
"""What a listener has set, as creators that they want no more of."""

DECISIONS = Table(
    "decisions",
    METADATA,
    Column("request_id", String, primary_key=True),
    Column("user_id", String, nullable=False),
    Column("surface", String, nullable=False),
    Column("timestamp", BigInteger, nullable=False),
    Column("content", Text, nullable=False),
    Column("learner", String),
    Index("decisions_of_user", "user_id"),
    Index("decisions_to_learn_from", "surface", "learner", "timestamp"),
)
"""What a policy decided for an answer, and in what context; `learner` is who has learnt from it, none yet."""
