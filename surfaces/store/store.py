"""`Store`: plays, impressions, frozen lists, sessions, learnt states and controls, in SQLite or PostgreSQL."""

import json
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from sqlalchemy import Engine, bindparam, delete, func, insert, select, update
from sqlalchemy.exc import IntegrityError

from listening_log.cleaning.forgotten import Forgotten
from surfaces.common.errors import OvertakenError, UnavailableError
from surfaces.store.database import Database
from surfaces.store.records import Decision, Impression, Json, Kept, Response, StoredPlay
from surfaces.store.tables import CONTROLS, DECISIONS, FROZEN, IMPRESSIONS, KEPT, PLAYS, STATES

KEPT_NOTHING_OF: Final = "(nobody)"
"""A listener of whom nothing is kept: who asks to see whether answers come."""
_TRIES: Final = 20


class Store:
    """What the destinations remember; safe to use from any number of threads and processes.

    Args:
        url: of SQLAlchemy: `sqlite:////path/store.sqlite` or `postgresql+psycopg://…`.

    Raises:
        UserError: at the start, where a newer version of this code wrote the store.
        UnavailableError: by every method, where the database can't be reached, is locked or full.
    """

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._forgotten = Forgotten()

    @property
    def engine(self) -> Engine:
        """The connections, for work that is no listener's: an export, a forgetting."""
        return self._database.engine

    def leave_out(self, forgotten: Forgotten) -> None:
        """From now on nothing is written of these listeners, whatever they play, are shown and wish."""
        self._forgotten = forgotten

    def keeps(self, user_id: str) -> bool:
        """Whether anything is written of a listener."""
        return user_id != KEPT_NOTHING_OF and user_id not in self._forgotten

    def close(self) -> None:
        """Closes the connections."""
        self._database.engine.dispose()

    def add_plays(self, plays: Sequence[StoredPlay]) -> int:
        """Adds plays, all or none; returns how many are new.

        A listener's play of an item at a second is one play. What comes later adds what it says to the play that is
        there, as how long it was heard; but not once the play was exported.
        """
        rows = [asdict(play) for play in plays if self.keeps(play.user_id)]
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

    def add_impressions(self, impressions: Sequence[Impression]) -> None:
        """Adds what an answer shows, all or none."""
        rows = [asdict(one) for one in impressions if self.keeps(one.user_id)]
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

    def add_decision(self, decision: Decision) -> None:
        """Adds what was decided for an answer."""
        if not self.keeps(decision.user_id):
            return
        row = {**asdict(decision), "content": json.dumps(decision.content)}
        with self._database.writing() as connection:
            connection.execute(insert(DECISIONS), row)

    def claim_decisions(self, surface: str, until: int, limit: int) -> list[Decision]:
        """Hands out decisions up to a time that nobody has learnt from, the oldest first; each one once.

        Of two processes that claim at a time, neither gets what the other has.
        """
        learner = secrets.token_urlsafe(12)
        free = DECISIONS.c.learner.is_(None)
        oldest = (
            select(DECISIONS.c.request_id)
            .where(DECISIONS.c.surface == surface, free, DECISIONS.c.timestamp <= until)
            .order_by(DECISIONS.c.timestamp)
            .limit(limit)
        )
        names = Decision.__dataclass_fields__
        query = (
            select(*(DECISIONS.c[name] for name in names))
            .where(DECISIONS.c.learner == learner)
            .order_by(DECISIONS.c.timestamp, DECISIONS.c.request_id)
        )
        with self._database.writing() as connection:
            claim = update(DECISIONS).where(DECISIONS.c.request_id.in_(oldest), free)
            connection.execute(claim.values(learner=learner))
            rows = [dict(zip(names, row, strict=True)) for row in connection.execute(query)]
        return [Decision(**{**row, "content": json.loads(row["content"])}) for row in rows]

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

    def frozen(self, user_id: str, surface: str) -> dict[str, Json]:
        """A listener's frozen lists of a destination, by period."""
        query = select(FROZEN.c.period, FROZEN.c.content).where(
            FROZEN.c.user_id == user_id, FROZEN.c.surface == surface
        )
        with self._database.reading() as connection:
            return {period: json.loads(content) for period, content in connection.execute(query)}

    def frozen_list(self, user_id: str, surface: str, period: str) -> Json | None:
        """A listener's frozen list of one period; None where there is none."""
        query = select(FROZEN.c.content).where(
            FROZEN.c.user_id == user_id, FROZEN.c.surface == surface, FROZEN.c.period == period
        )
        with self._database.reading() as connection:
            content = connection.execute(query).scalar()
        return None if content is None else json.loads(content)

    def freeze(self, user_id: str, surface: str, period: str, content: Json) -> Json:
        """Freezes a list for a period, unless there is one already; returns the one that stands.

        What a forgotten listener is shown isn't kept, and is made anew each time.
        """
        if not self.keeps(user_id):
            return content
        row = {"user_id": user_id, "surface": surface, "period": period, "content": json.dumps(content)}
        try:
            with self._database.writing() as connection:
                connection.execute(insert(FROZEN), row)
        except IntegrityError:
            return self.frozen(user_id, surface)[period]
        return content

    def thaw(self, user_id: str, surface: str, before: str) -> int:
        """Deletes a listener's frozen lists of the periods that sort before one; returns how many."""
        own = (FROZEN.c.user_id == user_id, FROZEN.c.surface == surface, FROZEN.c.period < before)
        with self._database.writing() as connection:
            return connection.execute(delete(FROZEN).where(*own)).rowcount

    def freeze_each(self, surface: str, period: str, contents: Mapping[str, Json]) -> int:
        """Freezes lists of many listeners for a period, by who they are; returns how many had none yet."""
        rows = [
            {"user_id": user_id, "surface": surface, "period": period, "content": json.dumps(content)}
            for user_id, content in contents.items()
            if self.keeps(user_id)
        ]
        if not rows:
            return 0
        add = self._database.insert(FROZEN).on_conflict_do_nothing().returning(FROZEN.c.user_id)
        with self._database.writing() as connection:
            return len(connection.execute(add, rows).all())

    def listeners(self) -> list[str]:
        """All who have a play here, sorted."""
        with self._database.reading() as connection:
            return list(
                connection.execute(select(PLAYS.c.user_id).distinct().order_by(PLAYS.c.user_id)).scalars()
            )

    def keep(self, user_id: str, content: Json, earlier: Kept | None = None) -> str:
        """Keeps a session or a playlist: a new one, or in place of what `kept` answered.

        Returns:
            Its id; "" for a listener of whom nothing is kept.

        Raises:
            OvertakenError: another request has replaced the earlier one since it was read. Nothing is written:
                read it again and go on from there.
        """
        if not self.keeps(user_id):
            return ""
        row = {"user_id": user_id, "content": json.dumps(content)}
        if earlier is None:
            row["id"] = secrets.token_urlsafe(12)
            with self._database.writing() as connection:
                connection.execute(insert(KEPT), row)
            return row["id"]
        unchanged = (KEPT.c.id == earlier.id, KEPT.c.user_id == user_id, KEPT.c.content == earlier.text)
        with self._database.writing() as connection:
            if not connection.execute(update(KEPT).where(*unchanged).values(row)).rowcount:
                raise OvertakenError("another request has just changed it; try again")
        return earlier.id

    def kept(self, user_id: str, kept_id: str) -> Kept | None:
        """What was kept under an id for this listener; None where nothing was."""
        query = select(KEPT.c.content).where(KEPT.c.id == kept_id, KEPT.c.user_id == user_id)
        with self._database.reading() as connection:
            text = connection.execute(query).scalar()
        return None if text is None else Kept(kept_id, text)

    def state(self, name: str) -> Json:
        """What was learnt under a name; {} at first."""
        with self._database.reading() as connection:
            content = connection.execute(select(STATES.c.content).where(STATES.c.name == name)).scalar()
        return {} if content is None else json.loads(content)

    def change_state(self, name: str, change: Callable[[Json], Json]) -> Json:
        """Replaces a state by what `change` makes of it; no change by another process is lost.

        `change` may be called more than once.
        """
        for _ in range(_TRIES):
            with self._database.reading() as connection:
                row = connection.execute(
                    select(STATES.c.revision, STATES.c.content).where(STATES.c.name == name)
                ).first()
            content = change(json.loads(row.content) if row else {})
            values = {
                "name": name,
                "revision": row.revision + 1 if row else 1,
                "content": json.dumps(content),
            }
            try:
                with self._database.writing() as connection:
                    if row is None:
                        connection.execute(insert(STATES), values)
                        return content
                    changed = connection.execute(
                        update(STATES)
                        .where(STATES.c.name == name, STATES.c.revision == row.revision)
                        .values(values)
                    )
                    if changed.rowcount:
                        return content
            except IntegrityError:
                continue
        raise UnavailableError(f"the state {name!r} is changed by too many at a time; try again")

    def controls(self, user_id: str) -> Json:
        """What a listener has set; {} at first."""
        with self._database.reading() as connection:
            content = connection.execute(
                select(CONTROLS.c.content).where(CONTROLS.c.user_id == user_id)
            ).scalar()
        return {} if content is None else json.loads(content)

    def change_controls(self, user_id: str, change: Callable[[Json], Json]) -> Json:
        """Replaces what a listener has set by what `change` makes of it; of two changes at a time both count.

        Nothing is kept of a listener who was forgotten.
        """
        if not self.keeps(user_id):
            return change({})
        own = CONTROLS.c.user_id == user_id
        with self._database.writing() as connection:
            row = {"user_id": user_id, "content": "{}"}
            connection.execute(self._database.insert(CONTROLS).on_conflict_do_nothing(), row)
            query = select(CONTROLS.c.content).where(own).with_for_update()
            content = change(json.loads(connection.execute(query).scalar_one()))
            connection.execute(update(CONTROLS).where(own).values(content=json.dumps(content)))
        return content
