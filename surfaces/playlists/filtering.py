"""Which items satisfy a query: exactly, by columns of the catalogue."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import NOBODY, Bools, ManyColumn
from surfaces.common.visit import Visit
from surfaces.playlists.query import (
    FAVOURITE_PLAYS,
    OLD_DAYS,
    OLD_PLAYS,
    POPULAR_SHARE,
    RECENT_DAYS,
    Heard,
    Query,
    Selection,
    Span,
)
from surfaces.service.service import Service

_DAY = 86_400


def satisfying(service: Service, visit: Visit, query: Query) -> Bools:
    """[N] whether an item satisfies every wish of a query, and may be offered to this listener here."""
    catalogue = service.catalogue
    allowed = visit.eligible(catalogue)
    if query.content:
        allowed &= catalogue.is_talk == (query.content == "talk")
    if query.kinds:
        allowed &= np.logical_or.reduce([catalogue.kinds.having(kind) for kind in query.kinds])
    if query.genres:
        allowed &= bearing(catalogue.genres, query.genres)
    conditions = [activity.tags for activity in query.activities if activity.condition]
    for tags in [mood.tags for mood in query.moods] + conditions:
        allowed &= bearing(catalogue.genres, tags)
    if query.creators:
        allowed &= _by(catalogue, query.creators)
    if query.years:
        allowed &= _within(catalogue, query.years)
    if query.recent is not None:
        allowed &= _recent(catalogue, visit, query.recent)
    if query.heard is not None:
        allowed &= _heard(service, visit, query.heard)
    if query.popularity is not None:
        allowed &= _is_popular(service) == (query.popularity == "popular")
    if query.explicit is not None:
        allowed &= catalogue.is_explicit == query.explicit
    if query.shortest is not None:
        allowed &= catalogue.durations >= query.shortest * 60_000
    if query.longest is not None:
        allowed &= (catalogue.durations > 0) & (catalogue.durations <= query.longest * 60_000)
    if query.minutes is not None:
        allowed &= catalogue.durations > 0
    return allowed & ~_banned(catalogue, query)


def selected(catalogue: Catalogue, selection: Selection) -> Bools:
    """[N] whether an item belongs to a selection."""
    chosen = np.zeros(catalogue.size, bool)
    if selection.genres:
        chosen |= bearing(catalogue.genres, selection.genres)
    if selection.creators:
        chosen |= _by(catalogue, selection.creators)
    if selection.years:
        chosen |= _within(catalogue, selection.years)
    if selection.content:
        chosen |= catalogue.is_talk == (selection.content == "talk")
    return chosen


def bearing(column: ManyColumn, values: Sequence[str]) -> Bools:
    """[N] whether an item has one of the values."""
    wanted = np.zeros(len(column.values))
    wanted[[column.code_of[value] for value in values if value in column.code_of]] = 1.0
    return np.asarray(column.matrix @ wanted) > 0


def _banned(catalogue: Catalogue, query: Query) -> Bools:
    without = query.without
    tags = [*without.genres, *(tag for mood in without.moods for tag in mood.tags)]
    banned = bearing(catalogue.genres, tags) if tags else np.zeros(catalogue.size, bool)
    if without.creators:
        banned |= _by(catalogue, without.creators)
    for kind in without.kinds:
        banned |= catalogue.kinds.having(kind)
    if without.years:
        banned |= _within(catalogue, without.years)
    banned[catalogue.places_of(without.item_ids)] = True
    return banned


def _by(catalogue: Catalogue, creators: Sequence[str]) -> Bools:
    codes = [catalogue.creators.code_of[name] for name in creators if name in catalogue.creators.code_of]
    return np.isin(catalogue.creators.codes, codes)


def _within(catalogue: Catalogue, spans: Sequence[Span]) -> Bools:
    """[N] released in one of the spans; an item without a day is in none."""
    years = release_years(catalogue)
    inside = [(years >= span.first) & (years <= span.last) for span in spans]
    return np.logical_or.reduce(inside) & (catalogue.release_days != names.RELEASE_UNKNOWN)


def release_years(catalogue: Catalogue) -> npt.NDArray[np.int64]:
    """[N] the years of release; of no meaning where none is known."""
    known = catalogue.release_days != names.RELEASE_UNKNOWN
    days = np.where(known, catalogue.release_days, 0).astype("datetime64[D]")
    return days.astype("datetime64[Y]").astype(np.int64) + 1970


def _recent(catalogue: Catalogue, visit: Visit, recent: bool) -> Bools:
    days, today = catalogue.release_days, visit.moment.unix // _DAY
    out = (days != names.RELEASE_UNKNOWN) & (days <= today)
    if not out.any():
        return np.zeros(catalogue.size, bool)
    since = days[out].max() - RECENT_DAYS
    return out & (days > since if recent else days <= since)


def _heard(service: Service, visit: Visit, heard: Heard) -> Bools:
    catalogue = service.catalogue
    if heard in ("unheard", "new_creators"):
        unheard = np.ones(catalogue.size, bool)
        unheard[visit.plays.items] = False
        if heard == "unheard":
            return unheard
        codes = catalogue.creators.codes
        return unheard & (codes != NOBODY) & ~np.isin(codes, codes[visit.plays.items])
    kept = visit.plays.kept
    counts = np.bincount(kept.items, minlength=catalogue.size)
    often = counts >= (1 if heard == "heard" else FAVOURITE_PLAYS)
    if heard == "old_favourites":
        since = visit.moment.unix - OLD_DAYS * _DAY
        lately = kept.since(since) if service.log.has_times else kept.at(slice(-OLD_PLAYS, None))
        often[lately.items] = False
    return often


def _is_popular(service: Service) -> Bools:
    plays = service.log.popularity.everywhere
    return plays >= max(1.0, float(np.quantile(plays, 1 - POPULAR_SHARE))) if len(plays) else plays > 0
