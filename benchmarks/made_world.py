"""A HOME that learnt from a made world, with its models in this process and the truth about its listeners."""

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

import numpy as np

from components.pushed.pushed_models import PushedModels
from listening_log.world.items import COUNTRIES
from listening_log.world.sessions import HOURS_AHEAD, MINUTES_BEHIND
from listening_log.world.truth import Truth, load_truth
from models import names
from serving.client import rank_candidates
from serving.loaded_model import load_model
from serving.request import build_request
from surfaces.common.catalogue import Catalogue
from surfaces.common.model_server import ANYTHING, Ranked, Wish
from surfaces.common.plays import Plays
from surfaces.service.service import Service
from surfaces.store.store import Store
from tfx_pipeline.home.layout import Home
from tfx_pipeline.surfaces.home_application import home_service, log_source, pushed_catalogue
from tfx_pipeline.weekly.loaded_models import LoadedModels


class _AllModels(LoadedModels):
    """The models in this process, the ranker among them."""

    def __init__(self, upnext: Path, ranker: Path, catalogue: Catalogue) -> None:
        super().__init__(upnext, catalogue)
        self._ranker = load_model(ranker)

    def rank(self, plays: Plays, places: Sequence[int], wish: Wish = ANYTHING) -> Ranked:
        """Ranks some places, best first."""
        candidates = [[self._catalogue.item_ids[place] for place in places]]
        signature, inputs = build_request(
            *self._histories([plays]), candidates=candidates, **self._wishes([plays], [wish])
        )
        answer = self._ranker.predict(signature, inputs, outputs=(names.SCORES,))
        return self._ranked(rank_candidates(inputs, answer, None)[0])


@dataclass(frozen=True)
class MadeWorld:
    """What a report is made of."""

    service: Service
    truth: Truth

    def local(self, user_id: str, day: datetime, hour: int) -> str:
        """A day's hour by a listener's own clock, in ISO 8601."""
        country = COUNTRIES[self.truth.listeners.country[self.truth.user_row[user_id]]]
        ahead = timedelta(hours=HOURS_AHEAD[country], minutes=-MINUTES_BEHIND.get(country, 0))
        return day.replace(hour=hour, tzinfo=timezone(ahead)).isoformat()

    def track_rows(self) -> np.ndarray:
        """[N] the truth's row of each place of the catalogue."""
        return np.array([self.truth.item_row[item_id] for item_id in self.service.catalogue.item_ids])


@contextmanager
def open_world(folder: Path) -> Iterator[MadeWorld]:
    """Opens a HOME with a new, empty store."""
    home = Home(folder)
    upnext = pushed_catalogue(home).path
    ranker = PushedModels(home.serving).served(names.SCANN, names.RANKER).path
    with tempfile.TemporaryDirectory() as scratch:
        store = Store(f"sqlite:///{scratch}/store.sqlite")
        service = home_service(home, store, lambda catalogue: _AllModels(upnext, ranker, catalogue))
        yield MadeWorld(service, load_truth(log_source(home).data_dir))
        service.models.close()
        service.log.close()
        store.close()
