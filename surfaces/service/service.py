"""`Service`: what the destinations share; each destination is a function of it and a visit."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from listening_log.cleaning.forgotten import Forgotten
from listening_log.cleaning.item_tokens import COUNTRY
from listening_log.cleaning.policies import outcomes
from listening_log.config import LogConfig
from surfaces.common.catalogue import Catalogue, Item
from surfaces.common.errors import UnavailableError
from surfaces.common.model_server import ModelServer
from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.common.tokens import value_of
from surfaces.common.visit import Visit
from surfaces.log.log_plays import LogPlays
from surfaces.service.controls import away_tokens
from surfaces.service.later import Later, at_once
from surfaces.store.records import StoredPlay
from surfaces.store.store import Store

TIME_ZONE: Final = "timezone"
"""The column of the log's listeners that says by whose clock they live, as `Europe/Berlin`."""


@dataclass(frozen=True)
class Service:
    """What the destinations share, for any number of threads."""

    catalogue: Catalogue
    models: ModelServer
    store: Store
    log: LogPlays
    config: LogConfig = field(default_factory=LogConfig)
    """By what rules a play has its outcome: those that the log is read by."""
    forgotten: Forgotten = field(default_factory=Forgotten)
    """Listeners whose plays are not taken."""
    model_version: str = ""
    """The push that the catalogue came with."""
    folder: Path | None = None
    """Where what is made of the catalogue is kept for the next start; None for nowhere."""
    later: Later = at_once
    """Does what has time until an answer was sent."""

    def visit(
        self,
        user_id: str,
        moment: Moment | None,
        *,
        device: str = "",
        country: str = "",
        explicit: bool = True,
        surface: str = "",
    ) -> Visit:
        """What is known of a request: the log's plays of the listener up to its moment, and all of the store's.

        No moment is now, by the clock of the listener's time zone, where the log says one (`timezone=Europe/Berlin`).
        What the listener never wants is of their controls in the store.

        What was posted has been played, whatever its clock says: one ahead of the moment counts as just now.
        Without the store the log's plays alone are known, and the visit notes it.
        """
        tokens = self.log.tokens(user_id)
        moment = moment or Moment.now(value_of(TIME_ZONE, tokens))
        logged, stored, away, faults = self.log.plays(user_id), Plays(), list[str](), list[str]()
        try:
            stored = self.plays_of(self.store.plays(user_id))
            away = away_tokens(self.store.controls(user_id))
        except UnavailableError as error:
            faults.append(str(error))
        return Visit(
            user_id=user_id,
            moment=moment,
            plays=logged.before(moment.unix + 1).then(_new(stored, logged).until(moment.unix)),
            tokens=tokens,
            device=device,
            country=country or value_of(COUNTRY, tokens),
            explicit=explicit,
            surface=surface,
            has_times=self.log.has_times,
            away=away,
            faults=faults,
        )

    def items(self, places: Sequence[int]) -> list[Item]:
        """Items by their places."""
        return self.catalogue.items(places)

    def plays_of(self, stored: Sequence[StoredPlay]) -> Plays:
        """Stored plays as those of the log are, by the log's rules; items that the catalogue lacks are left out."""
        known = [
            (place, play) for play in stored if (place := self.catalogue.place_of(play.item_id)) is not None
        ]
        if not known:
            return Plays()
        places = np.array([place for place, _ in known], np.int32)
        said = {
            "ms_played": pa.array([play.ms_played for _, play in known], pa.int64()),
            "end_reason": pa.array([play.end_reason or "" for _, play in known], pa.string()),
        }
        return Plays(
            places,
            np.array([play.timestamp for _, play in known], np.int64),
            outcomes(pa.table(said), self.catalogue.durations[places], self.config),
            np.array([-1 if play.ms_played is None else play.ms_played for _, play in known], np.int64),
        )


def _new(stored: Plays, logged: Plays) -> Plays:
    """Stored plays that the log lacks: those that were exported come back in the next run's log."""
    if not len(stored) or not len(logged) or stored.times[0] > logged.times[-1]:
        return stored
    in_log = set(zip(logged.items.tolist(), logged.times.tolist(), strict=True))
    new = [pair not in in_log for pair in zip(stored.items.tolist(), stored.times.tolist(), strict=True)]
    return stored.at(np.array(new, bool))
