"""`Service`: what the destinations share; each destination is a function of it and a visit."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from listening_log.cleaning.item_tokens import COUNTRY
from models import names
from surfaces.common.catalogue import Catalogue, Item
from surfaces.common.model_server import ModelServer
from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.common.visit import Visit
from surfaces.log.log_plays import LogPlays
from surfaces.store.store import Store, StoredPlay

_SKIPS = frozenset({"skip", "skipped", "fwdbtn", "backbtn", "forward", "next", "previous"})


@dataclass(frozen=True)
class Service:
    """What the destinations share, for any number of threads."""

    catalogue: Catalogue
    models: ModelServer
    store: Store
    log: LogPlays

    def visit(
        self,
        user_id: str,
        moment: Moment,
        *,
        device: str = "",
        country: str = "",
        explicit: bool = True,
        surface: str = "",
    ) -> Visit:
        """What is known of a request: the log's plays of the listener and those since, up to its moment."""
        tokens = self.log.tokens(user_id)
        at_home = next((t.partition("=")[2] for t in tokens if t.startswith(f"{COUNTRY}=")), "")
        since = self._stored(self.store.plays(user_id))
        return Visit(
            user_id=user_id,
            moment=moment,
            plays=self.log.plays(user_id).then(since).before(moment.unix + 1),
            tokens=tokens,
            device=device,
            country=country or at_home,
            explicit=explicit,
            surface=surface,
        )

    def items(self, places: Sequence[int]) -> list[Item]:
        """Items by their places."""
        return self.catalogue.items(places)

    def _stored(self, stored: Sequence[StoredPlay]) -> Plays:
        known = [
            (place, play) for play in stored if (place := self.catalogue.place_of(play.item_id)) is not None
        ]
        return Plays(
            np.array([place for place, _ in known], np.int32),
            np.array([play.timestamp for _, play in known], np.int64),
            np.array([self._outcome(place, play) for place, play in known], np.int8),
            np.array([-1 if play.ms_played is None else play.ms_played for _, play in known], np.int64),
        )

    def _outcome(self, place: int, play: StoredPlay) -> int:
        if (play.end_reason or "").lower() in _SKIPS:
            return names.SKIPPED
        if play.ms_played is None and not play.end_reason:
            return names.UNKNOWN
        duration = int(self.catalogue.durations[place])
        if play.ms_played is not None and duration and play.ms_played < 0.9 * duration:
            return names.PARTIAL
        return names.COMPLETED
