"""What can be claimed of a segment: counted for the renderer, from the plays and the catalogue."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Final, TypeVar

import numpy as np
import numpy.typing as npt

from models import names
from surfaces.common.catalogue import Item
from surfaces.common.columns import Bools
from surfaces.common.plays import Plays
from surfaces.dj.knowing.clock import in_this_part, release_years, season_of
from surfaces.dj.knowing.plan import Topic
from surfaces.dj.speech import claims, item_claims
from surfaces.dj.speech.claim import Claim
from surfaces.dj.speech.scene import Scene
from surfaces.dj.speech.spoken_names import spoken_name

ClaimT = TypeVar("ClaimT", bound=Claim)
_MINUTE: Final = 60_000
_LONG_TALK: Final = 12 * _MINUTE
"""What lasts so long has its length told."""
_NEW_DAYS: Final = 120


@dataclass(frozen=True)
class Witness:
    """Claims about a scene; only of things that have a name that can be spoken."""

    scene: Scene

    @cached_property
    def _kept(self) -> Plays:
        return self.scene.visit.plays.kept

    @cached_property
    def _here(self) -> npt.NDArray[np.int64]:
        return np.array(self.scene.segment, np.int64)

    def of_moment(self) -> Iterator[Claim]:
        """Claims about the hour, and how much the listener plays at all and at such hours."""
        now = self.scene.visit.moment
        yield claims.Clock(weekday=now.weekday, part_of_day=now.part_of_day)
        if len(self._kept):
            yield claims.TotalPlays(plays=len(self._kept))

    def of_hours(self) -> Iterator[Claim]:
        """A claim about the plays in this part of the day."""
        if not self.scene.timed:
            return
        now = self.scene.visit.moment
        plays = int(in_this_part(now, self._kept.times).sum())
        if plays:
            yield claims.PartPlays(part_of_day=now.part_of_day, plays=plays)

    def of_segment(self, topic: Topic) -> Iterator[Claim]:
        """Claims about the segment as a whole."""
        catalogue, places = self.scene.catalogue, self._here
        kinds = {catalogue.kinds.value(place) for place in places}
        yield claims.Coming(items=len(places), kind=kinds.pop() if len(kinds) == 1 else "")
        new = int(np.count_nonzero(~np.isin(places, self.scene.visit.plays.items)))
        if new:
            yield claims.UnheardHere(items=new)
        if topic.fresh_days:
            age = self._today - catalogue.release_days[places]
            items = int(np.count_nonzero((age >= 0) & (age <= topic.fresh_days)))
            if items:
                yield claims.FreshHere(items=items, days=topic.fresh_days)
        if topic.genre and spoken_name(topic.genre):
            bearing = catalogue.genres.having(topic.genre)
            yield from self._counted(claims.GenreHere, "items", bearing[places], genre=topic.genre)
            yield from self._counted(claims.GenrePlays, "plays", bearing[self._kept.items], genre=topic.genre)
            yield claims.GenreHas(genre=topic.genre, items=int(bearing.sum()))
        if topic.decade:
            decades = self._decades
            yield from self._counted(
                claims.DecadePlays, "plays", decades[self._kept.items] == topic.decade, decade=topic.decade
            )
            yield from self._counted(
                claims.DecadeHere, "items", decades[places] == topic.decade, decade=topic.decade
            )

    def of_creator(self, creator: str) -> Iterator[Claim]:
        """Claims about a creator."""
        if not spoken_name(creator):
            return
        by = self.scene.catalogue.creators.having(creator)
        everything, own = self.scene.visit.plays, self._kept.at(by[self._kept.items])
        items = np.unique(everything.items[by[everything.items]])
        if not len(items):
            yield claims.NewCreator(creator=creator)
        if len(own):
            yield claims.CreatorPlays(creator=creator, plays=len(own))
            yield claims.CreatorItems(creator=creator, items=len(np.unique(own.items)))
            year = self._year(own)
            if year:
                yield claims.CreatorSince(creator=creator, year=year)
        yield claims.CreatorHas(creator=creator, items=int(by.sum()))
        if len(items) and by.sum() > len(items):
            yield claims.CreatorUnheard(creator=creator, items=int(by.sum()) - len(items))

    def of_item(self, place: int, topic: Topic) -> Iterator[Claim]:
        """Claims about an item of the segment, the telling ones first."""
        item = self.scene.catalogue.item(place)
        title = item.title or item.item_id
        if not spoken_name(title):
            return
        what = {"item_id": item.item_id, "title": title}
        own = self._kept.at(self._kept.items == place)
        if topic.season:
            yield from self._of_season(own, topic.season, what)
        yield from self._of_plays(own, place, what)
        yield from self._of_release(item, what)
        if item.duration_ms >= _LONG_TALK:
            yield _claim(
                item_claims.Length, what, minutes=max((item.duration_ms + _MINUTE // 2) // _MINUTE, 1)
            )
        if spoken_name(item.creator):
            yield _claim(item_claims.ByCreator, what, creator=item.creator)
        popular = self.scene.popularity
        country = self.scene.visit.country if self.scene.visit.country in popular.by_country else ""
        plays = int((popular.by_country[country] if country else popular.everywhere)[place])
        if plays > 1 and popular.days:
            yield _claim(item_claims.Popular, what, plays=plays, days=popular.days, country=country)

    def of_pair(self, place: int, other: int) -> Iterator[Claim]:
        """Claims about what two items share."""
        one, two = self.scene.catalogue.item(place), self.scene.catalogue.item(other)
        title, other_title = one.title or one.item_id, two.title or two.item_id
        if not spoken_name(title) or not spoken_name(other_title) or place == other:
            return
        what = {
            "item_id": one.item_id, "title": title, "other_id": two.item_id, "other_title": other_title,
        }  # fmt: skip
        if one.creator == two.creator and spoken_name(one.creator):
            yield _claim(item_claims.SameCreator, what, creator=one.creator)
        shared = [genre for genre in one.genres if genre in two.genres and spoken_name(genre)]
        if shared:
            yield _claim(item_claims.SameGenre, what, genre=shared[0])

    def opening(self) -> Iterator[Claim]:
        """Claims for handing over to the first item."""
        first = self.scene.catalogue.item(self.scene.segment[0])
        title = first.title or first.item_id
        if spoken_name(title):
            yield item_claims.Opens(item_id=first.item_id, title=title)

    def of_skip(self, place: int) -> Iterator[Claim]:
        """A claim that an item was skipped in this session."""
        item = self.scene.catalogue.item(place)
        title = item.title or item.item_id
        if spoken_name(title):
            yield item_claims.Skipped(item_id=item.item_id, title=title)

    def _of_plays(self, own: Plays, place: int, what: dict[str, str]) -> Iterator[Claim]:
        everything = self.scene.visit.plays
        if not np.any(everything.items == place):
            yield _claim(item_claims.Unheard, what)
            return
        latest = everything.at(everything.items == place)
        minutes = int(latest.ms_played[-1]) // _MINUTE
        if latest.outcomes[-1] == names.PARTIAL and minutes > 0:
            yield _claim(item_claims.Unfinished, what, minutes=minutes)
        if not len(own):
            return
        yield _claim(item_claims.ItemPlays, what, plays=len(own))
        if len(own) > 1 and len(own) == np.bincount(self._kept.items).max():
            yield _claim(item_claims.MostPlayed, what, plays=len(own))
        year = self._year(own)
        if year:
            yield _claim(item_claims.FirstPlay, what, year=year)
            zone = self.scene.visit.moment.local.tzinfo
            last = datetime.fromtimestamp(int(own.times.max()), zone).date()
            days = (self.scene.visit.moment.local.date() - last).days
            if days > 0:
                yield _claim(item_claims.LastPlay, what, days=days)

    def _of_release(self, item: Item, what: dict[str, str]) -> Iterator[Claim]:
        if item.released is None:
            return
        days = (self.scene.visit.moment.local.date() - item.released).days
        if 0 < days <= _NEW_DAYS:
            yield _claim(item_claims.ReleasedAgo, what, days=days)
        if item.released.year >= 1000:
            yield _claim(item_claims.ReleasedIn, what, year=item.released.year)

    def _of_season(self, own: Plays, season: tuple[str, int], what: dict[str, str]) -> Iterator[Claim]:
        name, year = season
        zone = self.scene.visit.moment.local.tzinfo
        months = [datetime.fromtimestamp(time, zone) for time in own.times.tolist() if time > 0]
        plays = sum(
            then.year - (then.month <= 2) == year and season_of(then.month, self.scene.visit.country) == name
            for then in months
        )
        if plays:
            yield _claim(item_claims.SeasonPlays, what, season=name, year=year, plays=plays)

    def _counted(self, kind: type[Claim], count: str, bearing: Bools, **fields: str | int) -> Iterator[Claim]:
        number = int(np.count_nonzero(bearing))
        if number:
            yield kind(**fields, **{count: number})

    def _year(self, own: Plays) -> int:
        if not self.scene.timed or not len(own) or not own.times.all():
            return 0
        return datetime.fromtimestamp(int(own.times.min()), self.scene.visit.moment.local.tzinfo).year

    @property
    def _today(self) -> int:
        return (self.scene.visit.moment.local.date() - date(1970, 1, 1)).days

    @cached_property
    def _decades(self) -> npt.NDArray[np.int64]:
        return release_years(self.scene.catalogue) // 10 * 10


def _claim(kind: type[ClaimT], what: Mapping[str, str], **more: str | int) -> ClaimT:
    """A claim about something that several fields name."""
    return kind.model_validate({**what, **more})
