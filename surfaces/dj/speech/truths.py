"""Whether a claim holds, looked up afresh from the catalogue and the plays; nothing here helps to make one."""

from datetime import datetime
from typing import Final

import numpy as np
import numpy.typing as npt

from models import names
from surfaces.common.columns import Bools
from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.dj.knowing.clock import season_of
from surfaces.dj.speech import claims, item_claims
from surfaces.dj.speech.claim import Claim
from surfaces.dj.speech.scene import Scene

MINUTE: Final = 60_000
_OF_TIMES: Final = (
    item_claims.FirstPlay,
    item_claims.LastPlay,
    item_claims.SeasonPlays,
    claims.PartPlays,
    claims.CreatorSince,
)


def is_true(claim: Claim, scene: Scene) -> bool:
    """Whether a claim is true in a scene."""
    return _Truths(scene).is_true(claim)


class _Truths:
    def __init__(self, scene: Scene) -> None:
        self.scene, self.catalogue = scene, scene.catalogue
        self.plays: Plays = scene.visit.plays.kept
        self.here = np.array(scene.segment, np.int64)

    def is_true(self, claim: Claim) -> bool:
        for id_field, title_field in (("item_id", "title"), ("other_id", "other_title")):
            item_id = getattr(claim, id_field, None)
            if item_id is None:
                continue
            place = self.catalogue.place_of(item_id)
            if place is None or getattr(claim, title_field) != (self.catalogue.titles[place] or item_id):
                return False
        if isinstance(claim, _OF_TIMES) and not self.scene.timed:
            return False
        check = getattr(self, f"_{claim.fact}")  # type: ignore[attr-defined]  # every claim has its kind
        return bool(check(claim))

    def _clock(self, claim: claims.Clock) -> bool:
        now = self.scene.visit.moment
        return (claim.weekday, claim.part_of_day) == (now.weekday, now.part_of_day)

    def _coming(self, claim: claims.Coming) -> bool:
        kinds = {self.catalogue.kinds.value(place) for place in self.here}
        return claim.items == len(self.here) > 0 and (not claim.kind or kinds == {claim.kind})

    def _opens(self, claim: item_claims.Opens) -> bool:
        return len(self.here) > 0 and self.catalogue.item_ids[self.here[0]] == claim.item_id

    def _by_creator(self, claim: item_claims.ByCreator) -> bool:
        return claim.creator in self._creators(claim.item_id)

    def _same_creator(self, claim: item_claims.SameCreator) -> bool:
        both = self._creators(claim.item_id) & self._creators(claim.other_id)
        return claim.creator in both and claim.item_id != claim.other_id

    def _same_genre(self, claim: item_claims.SameGenre) -> bool:
        one, other = self._place(claim.item_id), self._place(claim.other_id)
        both = set(self.catalogue.genres.values_at(one)) & set(self.catalogue.genres.values_at(other))
        return claim.genre in both and one != other

    def _item_plays(self, claim: item_claims.ItemPlays) -> bool:
        return claim.plays == len(self._of(claim.item_id)) > 0

    def _most_played(self, claim: item_claims.MostPlayed) -> bool:
        most = int(np.bincount(self.plays.items).max(initial=0))
        return claim.plays == len(self._of(claim.item_id)) == most > 0

    def _first_play(self, claim: item_claims.FirstPlay) -> bool:
        return claim.year == self._year(self._of(claim.item_id))

    def _last_play(self, claim: item_claims.LastPlay) -> bool:
        times = self._of(claim.item_id).times
        if not times.all() or not len(times):
            return False
        now = self.scene.visit.moment.local
        return claim.days == (now.date() - datetime.fromtimestamp(int(times.max()), now.tzinfo).date()).days

    def _unheard(self, claim: item_claims.Unheard) -> bool:
        return not np.any(self.scene.visit.plays.items == self._place(claim.item_id))

    def _released_in(self, claim: item_claims.ReleasedIn) -> bool:
        released = self.catalogue.item(self._place(claim.item_id)).released
        return released is not None and released.year == claim.year

    def _released_ago(self, claim: item_claims.ReleasedAgo) -> bool:
        released = self.catalogue.item(self._place(claim.item_id)).released
        now = self.scene.visit.moment.local.date()
        return released is not None and (now - released).days == claim.days >= 0

    def _length(self, claim: item_claims.Length) -> bool:
        duration = int(self.catalogue.durations[self._place(claim.item_id)])
        return duration > 0 and claim.minutes == max((duration + MINUTE // 2) // MINUTE, 1)

    def _unfinished(self, claim: item_claims.Unfinished) -> bool:
        everything = self.scene.visit.plays
        own = everything.at(everything.items == self._place(claim.item_id))
        if not len(own):
            return False
        stopped = own.outcomes[-1] == names.PARTIAL
        return bool(stopped) and claim.minutes == own.ms_played[-1] // MINUTE > 0

    def _season_plays(self, claim: item_claims.SeasonPlays) -> bool:
        zone, country = self.scene.visit.moment.local.tzinfo, self.scene.visit.country
        count = 0
        for time in self._of(claim.item_id).times.tolist():
            played = datetime.fromtimestamp(time, zone)
            # A winter, or a southern summer, is named after the year in which it begins.
            year = played.year - (played.month <= 2)
            count += (season_of(played.month, country), year) == (claim.season, claim.year) and time > 0
        return claim.plays == count > 0

    def _popular(self, claim: item_claims.Popular) -> bool:
        popularity = self.scene.popularity
        counts = popularity.by_country.get(claim.country) if claim.country else popularity.everywhere
        if counts is None or claim.country not in ("", self.scene.visit.country):
            return False
        return (
            claim.plays == counts[self._place(claim.item_id)]
            and 0 < claim.days == popularity.days
            and claim.plays > 0
        )

    def _skipped(self, claim: item_claims.Skipped) -> bool:
        return self._place(claim.item_id) in self.scene.skipped

    def _creator_plays(self, claim: claims.CreatorPlays) -> bool:
        return claim.plays == len(self._by(claim.creator)) > 0

    def _creator_items(self, claim: claims.CreatorItems) -> bool:
        return claim.items == len(set(self._by(claim.creator).items.tolist())) > 0

    def _creator_since(self, claim: claims.CreatorSince) -> bool:
        return claim.year == self._year(self._by(claim.creator))

    def _creator_has(self, claim: claims.CreatorHas) -> bool:
        return claim.items == np.count_nonzero(self.catalogue.creators.having(claim.creator)) > 0

    def _creator_unheard(self, claim: claims.CreatorUnheard) -> bool:
        own = set(np.flatnonzero(self.catalogue.creators.having(claim.creator)).tolist())
        return claim.items == len(own - set(self.scene.visit.plays.items.tolist())) > 0

    def _new_creator(self, claim: claims.NewCreator) -> bool:
        own = self.catalogue.creators.having(claim.creator)
        return bool(own.any()) and not own[self.scene.visit.plays.items].any()

    def _genre_plays(self, claim: claims.GenrePlays) -> bool:
        return claim.plays == np.count_nonzero(self._genre(claim.genre)[self.plays.items]) > 0

    def _genre_has(self, claim: claims.GenreHas) -> bool:
        return claim.items == np.count_nonzero(self._genre(claim.genre)) > 0

    def _genre_here(self, claim: claims.GenreHere) -> bool:
        return claim.items == np.count_nonzero(self._genre(claim.genre)[self.here]) > 0

    def _decade_plays(self, claim: claims.DecadePlays) -> bool:
        return claim.plays == np.count_nonzero(self._decades(self.plays.items) == claim.decade) > 0

    def _decade_here(self, claim: claims.DecadeHere) -> bool:
        return claim.items == np.count_nonzero(self._decades(self.here) == claim.decade) > 0

    def _fresh_here(self, claim: claims.FreshHere) -> bool:
        today = Moment(self.scene.visit.moment.local).local.date().toordinal() - 719_163
        age = today - self.catalogue.release_days[self.here]
        return claim.items == np.count_nonzero((age >= 0) & (age <= claim.days)) > 0

    def _unheard_here(self, claim: claims.UnheardHere) -> bool:
        return claim.items == len(set(self.here.tolist()) - set(self.scene.visit.plays.items.tolist())) > 0

    def _part_plays(self, claim: claims.PartPlays) -> bool:
        zone = self.scene.visit.moment.local.tzinfo
        count = 0
        for time in self.plays.times.tolist():
            count += time > 0 and Moment(datetime.fromtimestamp(time, zone)).part_of_day == claim.part_of_day
        return claim.plays == count > 0

    def _total_plays(self, claim: claims.TotalPlays) -> bool:
        return claim.plays == len(self.plays) > 0

    def _steered(self, claim: claims.Steered) -> bool:
        return (claim.wish, claim.value) in self.scene.wishes

    def _place(self, item_id: str) -> int:
        place = self.catalogue.place_of(item_id)
        return -1 if place is None else place

    def _creators(self, item_id: str) -> set[str]:
        # The first one only: what an answer shows as the creator.
        return {self.catalogue.item(self._place(item_id)).creator} - {""}

    def _of(self, item_id: str) -> Plays:
        return self.plays.at(self.plays.items == self._place(item_id))

    def _by(self, creator: str) -> Plays:
        return self.plays.at(self.catalogue.creators.having(creator)[self.plays.items])

    def _genre(self, genre: str) -> Bools:
        return self.catalogue.genres.having(genre)

    def _decades(self, places: npt.NDArray[np.int32] | npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The decade of each item's release, 0 where it isn't known."""
        days = self.catalogue.release_days[places]
        years = days.astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
        return np.where(days == names.RELEASE_UNKNOWN, 0, years // 10 * 10)

    def _year(self, plays: Plays) -> int | None:
        if not len(plays) or not plays.times.all():
            return None
        return datetime.fromtimestamp(int(plays.times.min()), self.scene.visit.moment.local.tzinfo).year
