"""Lists that are frozen for a period, and sessions and playlists that a later request goes on with."""

import json
import secrets
from collections.abc import Mapping

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from surfaces.common.errors import OvertakenError
from surfaces.store.part import Part
from surfaces.store.records import Json, Kept
from surfaces.store.tables import FROZEN, KEPT


class Lists(Part):
    """Lists that are frozen for a period, and sessions and playlists that a later request goes on with."""

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

    def freeze(
        self, user_id: str, surface: str, period: str, content: Json, *, delete_before: str = ""
    ) -> Json:
        """Freezes a list for a period, unless there is one already; returns the one that stands.

        What a forgotten listener is shown isn't kept, and is made anew each time.

        Args:
            user_id: whose list.
            surface: the destination.
            period: for which it stands.
            content: of the list.
            delete_before: the listener's older lists of the destination, whose periods sort before it, are deleted.
        """
        if not self.keeps(user_id):
            return content
        row = {"user_id": user_id, "surface": surface, "period": period, "content": json.dumps(content)}
        own = (FROZEN.c.user_id == user_id, FROZEN.c.surface == surface)
        try:
            with self._database.writing() as connection:
                connection.execute(insert(FROZEN), row)
                if delete_before:
                    connection.execute(delete(FROZEN).where(*own, FROZEN.c.period < delete_before))
        except IntegrityError:
            return self.frozen(user_id, surface)[period]
        return content

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
