"""Why an item stands in a daylist: facts that hold when it is shown."""

import numpy as np

from listening_log.cleaning.item_tokens import GENRE
from models import names
from surfaces.common.facts import Fact, PlayedAtThisTime
from surfaces.common.taste import count_plays
from surfaces.common.visit import Visit
from surfaces.daylist.choosing import such_plays
from surfaces.service.list_facts import heard_facts, rank_facts
from surfaces.service.service import Service


class Reasons:
    """Facts of one listener's plays, counted once for a whole list."""

    def __init__(self, service: Service, visit: Visit) -> None:
        self._service, self._visit = service, visit
        self._part_of_day = visit.moment.part_of_day
        self._such = count_plays(service.catalogue.genres, such_plays(service, visit))

    def why(self, place: int, rank: int) -> list[Fact]:
        """The facts of an item.

        Args:
            place: of the item.
            rank: at which place the ranker put it; 0 where no model was asked.
        """
        facts = heard_facts(self._visit, place)
        genres = self._service.catalogue.genres
        codes = genres.codes_at(place)
        if len(codes) and self._such[codes].any():
            most = int(codes[np.argmax(self._such[codes])])
            token = f"{GENRE}={genres.values[most]}"
            plays = int(self._such[most])
            facts.append(PlayedAtThisTime(token=token, part_of_day=self._part_of_day, plays=plays))
        return [*facts, *rank_facts(self._service, names.RANKER, place, rank)]
