"""What listeners played, and what they were shown."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import bindparam, func, insert, select, update

from surfaces.store.part import Part
from surfaces.store.records import Impression, Response, StoredPlay
from surfaces.store.tables import IMPRESSIONS, PLAYS


class Listening(Part):
    """What listeners played, and what they were shown."""

    def add_plays(self, plays: Sequence[StoredPlay]) -> int:
        """Adds plays, all or none; returns how many are new.

        A listener's play of an item at a second is one play. What comes later adds what it says to the play that is
        there, as how long it was heard; but not once the play was exported.
        """
        rows = [dict(vars(play)) for play in plays if self.keeps(play.user_id)]
        if not rows:
            return 0
        add = self._database.insert(PLAYS).on_conflict_do_nothing().returning(PLAYS.c.id)
        said: dict[str, Any] = {
            name: func.coalesce(bindparam(f"new_{name}"), PLAYS.c[name])
            for name in ("ms_played", "end_reason", "request_id")
        }
        key = [PLAYS.c[name] == bindparam(f"new_{name}") for name in ("user_id", "item_id", "timestamp")]
        more = update(PLAYS).where(*key, PLAYS.c.span.is_(None)).values(said)
        with self._database.writing() as connection:
            new = len(connection.execute(add, rows).all())
            if new < len(rows):
                connection.execute(more, [{f"new_{name}": row[name] for name in row} for row in rows])
        return new

    def plays(self, user_id: str) -> list[StoredPlay]:
        """A listener's plays, oldest first; equals in the order in which they came."""
        query = (
            select(*(PLAYS.c[name] for name in StoredPlay.__dataclass_fields__))
            .where(PLAYS.c.user_id == user_id)
            .order_by(PLAYS.c.timestamp, PLAYS.c.id)
        )
        with self._database.reading() as connection:
            return [StoredPlay(*row) for row in connection.execute(query)]

    def listeners(self) -> list[str]:
        """All who have a play here, sorted."""
        with self._database.reading() as connection:
            return list(
                connection.execute(select(PLAYS.c.user_id).distinct().order_by(PLAYS.c.user_id)).scalars()
            )

    def add_impressions(self, impressions: Sequence[Impression]) -> None:
        """Adds what an answer shows, all or none."""
        rows = [dict(vars(one)) for one in impressions if self.keeps(one.user_id)]
        if rows:
            with self._database.writing() as connection:
                connection.execute(insert(IMPRESSIONS), rows)

    def impressions(self, request_id: str) -> list[Impression]:
        """What an answer showed, in its order."""
        query = (
            select(*(IMPRESSIONS.c[name] for name in Impression.__dataclass_fields__))
            .where(IMPRESSIONS.c.request_id == request_id)
            .order_by(IMPRESSIONS.c.position)
        )
        with self._database.reading() as connection:
            return [Impression(*row) for row in connection.execute(query)]

    def responses(self, request_ids: Sequence[str]) -> list[Response]:
        """The plays that came of some answers: by the same listener, of an item shown, naming the request."""
        query = (
            select(
                IMPRESSIONS.c.request_id,
                IMPRESSIONS.c.shelf,
                *(PLAYS.c[name] for name in StoredPlay.__dataclass_fields__),
            )
            .join(
                PLAYS,
                (PLAYS.c.user_id == IMPRESSIONS.c.user_id)
                & (PLAYS.c.request_id == IMPRESSIONS.c.request_id)
                & (PLAYS.c.item_id == IMPRESSIONS.c.item_id),
            )
            .where(IMPRESSIONS.c.request_id.in_(request_ids))
            .order_by(IMPRESSIONS.c.request_id, IMPRESSIONS.c.position, PLAYS.c.id)
        )
        with self._database.reading() as connection:
            return [Response(row[0], row[1], StoredPlay(*row[2:])) for row in connection.execute(query)]
