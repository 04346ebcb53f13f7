"""The Beam step that makes a week's lists; what it does for some listeners stands in `surfaces.discover_weekly`."""

from collections.abc import Iterator
from typing import Final

import apache_beam as beam
from apache_beam.metrics import Metrics

from surfaces.common.moment import Moment
from surfaces.discover_weekly.making_weeks import listeners, make_weeks
from tfx_pipeline.home.layout import Home
from tfx_pipeline.surfaces.home_application import home_service, open_store, pushed_catalogue
from tfx_pipeline.weekly.loaded_models import LoadedModels

LISTS: Final = "lists"
"""The counter of lists that were made."""


class MakeLists(beam.DoFn):
    """A part of the listeners, by its number -> how many lists were made for them.

    Every worker reads HOME and writes to the store; a part that is done twice makes no list twice.

    Args:
        home: HOME's folder.
        store: URL of the store.
        week: as 2026-W48.
        now: ISO time up to which plays are known.
        parts: into how many parts the listeners fall.
    """

    def __init__(self, home: str, store: str, week: str, now: str, parts: int) -> None:
        self._home, self._store_url, self._week, self._now, self._parts = home, store, week, now, parts

    def setup(self) -> None:
        home = Home(self._home)
        folder = pushed_catalogue(home).path
        self._store = open_store(self._store_url)
        self._service = home_service(home, self._store, lambda catalogue: LoadedModels(folder, catalogue))
        self._listeners = listeners(self._service.log, self._store)

    def teardown(self) -> None:
        self._service.models.close()
        self._service.log.close()
        self._store.close()

    def process(self, part: int) -> Iterator[int]:
        own = self._listeners[part :: self._parts]
        for count in make_weeks(self._service, own, self._week, Moment.parse(self._now)):
            Metrics.counter(MakeLists, LISTS).inc(count)
            yield count
