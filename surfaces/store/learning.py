"""What is decided and learnt: by policies over all listeners, and of a listener who says it."""

import json
import secrets
from collections.abc import Callable, Sequence
from typing import Final

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from surfaces.common.errors import UnavailableError
from surfaces.store.part import Part
from surfaces.store.records import Decision, Impression, Json
from surfaces.store.tables import CONTROLS, DECISIONS, IMPRESSIONS, STATES

_TRIES: Final = 20


class Learning(Part):
    """What is decided and learnt: by policies over all listeners, and of a listener who says it."""

    def add_decision(self, decision: Decision, impressions: Sequence[Impression] = ()) -> None:
        """Adds what was decided for an answer, and what the answer shows, all or none."""
        if not self.keeps(decision.user_id):
            return
        row = {**vars(decision), "content": json.dumps(decision.content)}
        with self._database.writing() as connection:
            connection.execute(insert(DECISIONS), row)
            if impressions:
                connection.execute(insert(IMPRESSIONS), [dict(vars(one)) for one in impressions])

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
