"""Makes a week's lists for all listeners with Beam, on this machine or an engine."""

import contextlib
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Final

import apache_beam as beam
from apache_beam.metrics import MetricsFilter
from apache_beam.options.pipeline_options import PipelineOptions

from surfaces.common.catalogue import Catalogue
from surfaces.common.moment import Moment
from surfaces.discover_weekly.making_weeks import AT_A_TIME, listeners
from surfaces.discover_weekly.week import monday_of
from surfaces.log.log_file import LogFile
from tfx_pipeline.config.beam import BeamConfig, beam_args
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import last_run
from tfx_pipeline.surfaces.home_application import log_source, open_store, pushed_catalogue, store_url
from tfx_pipeline.weekly.beam_steps import LISTS, MakeLists

FIRST_MONDAY: Final = timedelta(hours=14)
"""How much earlier than in UTC a Monday begins where it begins first."""
_CALLS_A_PART: Final = 8


@dataclass(frozen=True)
class Batch:
    """What a batch did: the week, all listeners, and how many lists it made; the others were there."""

    week: str
    listeners: int
    lists: int
    seconds: float


def coming_week(now: Moment) -> str:
    """The week that it is by now where Monday begins first."""
    return Moment(now.local + FIRST_MONDAY).week


def known_until(week: str, now: Moment) -> Moment:
    """Up to when plays count for a week's list: now, and for a week that is over its Monday."""
    monday = datetime.fromtimestamp(monday_of(week), timezone.utc)
    return now if now.local < monday + timedelta(days=7) else Moment(monday)


def make_weekly(home: Home, store: str, week: str) -> Batch:
    """Makes the lists as of now, with Beam where and how the last run had it.

    Args:
        home: of earlier runs, with pushed models.
        store: URL of the store; "": the file under HOME.
        week: as 2026-W48; "" for the coming one.

    Raises:
        UserError: as `make_week`.
    """
    settings = json.dumps(last_run(home).config.get("beam", {}))
    config = BeamConfig.model_validate_json(settings)
    return make_week(home, store_url(home, store), week, Moment.now(), beam_args(config))


def make_week(home: Home, url: str, week: str, now: Moment, flags: Sequence[str]) -> Batch:
    """Makes and freezes the lists of all listeners who have none of this week yet.

    Args:
        home: of earlier runs, with pushed models.
        url: of the store, which every worker reaches.
        week: as 2026-W48; "" for the coming one.
        now: the time.
        flags: Beam's, as `beam_args` makes them.

    Raises:
        UserError: HOME holds no models or no run, or the store can't be opened.
        WrongRequestError: there is no such week.
    """
    start = time.monotonic()
    week = week or coming_week(now)
    until = known_until(week, now).local.isoformat()
    count = _count_listeners(home, url)
    parts = max(1, -(-count // (AT_A_TIME * _CALLS_A_PART)))
    pipeline = beam.Pipeline(options=PipelineOptions(list(flags)))
    _ = (
        pipeline
        | "Parts" >> beam.Create(range(parts))
        | "Spread" >> beam.Reshuffle()
        | "MakeLists" >> beam.ParDo(MakeLists(str(home), url, week, until, parts))
    )
    result = pipeline.run()
    result.wait_until_finish()
    counters = result.metrics().query(MetricsFilter().with_name(LISTS))["counters"]
    return Batch(week, count, sum(counter.committed for counter in counters), time.monotonic() - start)


def _count_listeners(home: Home, url: str) -> int:
    """Counts them, and makes the store and the file of the log's plays, which the workers open."""
    with contextlib.ExitStack() as stack:
        store = open_store(url)
        stack.callback(store.close)
        catalogue = Catalogue.read(pushed_catalogue(home).extra)
        log = LogFile.open(home.surfaces, log_source(home), catalogue)
        stack.callback(log.close)
        return len(listeners(log, store))
