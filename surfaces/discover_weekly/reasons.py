"""Why an item stands in a week's list: facts that hold when it is shown."""

from models import names
from surfaces.common.catalogue import NOBODY
from surfaces.common.facts import (
    Fact,
    NewCreator,
    PlaysCreator,
    PlaysGenre,
    Popular,
    Ranked,
    Unheard,
)
from surfaces.common.taste import count_plays
from surfaces.common.visit import Visit
from surfaces.service.service import Service


class Reasons:
    """Facts of one listener's plays, counted once for a whole list."""

    def __init__(self, service: Service, visit: Visit) -> None:
        catalogue, plays = service.catalogue, visit.plays
        self._service, self._plays = service, plays
        self._creator_plays = count_plays(catalogue.creators, plays.kept)
        self._genre_plays = count_plays(catalogue.genres, plays.kept)
        self._creators = set(catalogue.creators.codes[plays.items].tolist())
        self._visit = visit

    def why(self, place: int, rank: int) -> list[Fact]:
        """The facts of an item; one that was played since the list was frozen is unheard no more.

        Args:
            place: of the item.
            rank: at which place of its answer the models put it; 0 where no model was asked.
        """
        facts: list[Fact] = []
        if place not in self._plays.heard:
            facts.append(Unheard())
        elif place in self._plays.counts:
            facts.append(self._visit.played(place))
        return [*facts, *self._of_creator(place), *self._of_genres(place), *self._of_rank(place, rank)]

    def _of_creator(self, place: int) -> list[Fact]:
        creators = self._service.catalogue.creators
        code = int(creators.codes[place])
        if code == NOBODY:
            return []
        if code not in self._creators:
            return [NewCreator(creator=creators.values[code])]
        plays = int(self._creator_plays[code])
        return [PlaysCreator(creator=creators.values[code], plays=plays)] if plays else []

    def _of_genres(self, place: int) -> list[Fact]:
        genres = self._service.catalogue.genres
        codes = genres.codes_at(place)
        if not len(codes) or not self._genre_plays[codes].any():
            return []
        most = int(codes[self._genre_plays[codes].argmax()])
        return [PlaysGenre(genre=genres.values[most], plays=int(self._genre_plays[most]))]

    def _of_rank(self, place: int, rank: int) -> list[Fact]:
        if rank:
            return [Ranked(model=names.UPNEXT, place=rank)]
        popularity = self._service.log.popularity
        plays = int(popularity.everywhere[place])
        return [Popular(plays=plays, days=popularity.days)] if plays else []
