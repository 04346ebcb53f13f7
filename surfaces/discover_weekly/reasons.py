"""Why an item stands in a week's list: facts that hold when it is shown."""

from models import names
from surfaces.common.columns import NOBODY
from surfaces.common.facts import Fact, NewCreator, PlaysCreator, PlaysGenre
from surfaces.common.taste import count_plays
from surfaces.common.visit import Visit
from surfaces.service.list_facts import heard_facts, rank_facts
from surfaces.service.service import Service


class Reasons:
    """Facts of one listener's plays, counted once for a whole list."""

    def __init__(self, service: Service, visit: Visit) -> None:
        catalogue, plays = service.catalogue, visit.plays
        self._service, self._visit = service, visit
        self._creator_plays = count_plays(catalogue.creators, plays.kept)
        self._genre_plays = count_plays(catalogue.genres, plays.kept)
        self._creators = set(catalogue.creators.codes[plays.items].tolist())

    def why(self, place: int, rank: int) -> list[Fact]:
        """The facts of an item; one that was played since the list was frozen is unheard no more.

        Args:
            place: of the item.
            rank: at which place of its answer the models put it; 0 where no model was asked.
        """
        return [
            *heard_facts(self._visit, place),
            *self._of_creator(place),
            *self._of_genres(place),
            *rank_facts(self._service, names.UPNEXT, place, rank),
        ]

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
