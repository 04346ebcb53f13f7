"""What shelves are made of: a visit, what may be offered in it, and what the served models answer, in one call."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Final

import numpy as np

from listening_log.cleaning.item_tokens import CREATOR, KIND
from models import names
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import NOBODY, Bools, Places
from surfaces.common.facts import Fact, NewCreator, PlaysCreator
from surfaces.common.model_server import Ranked, Wish
from surfaces.common.plays import Plays
from surfaces.common.visit import Visit
from surfaces.service.service import Service

FAMILIAR: Final = "familiar"
"""The question what comes next, whatever was played before."""
MUSIC: Final = "music"
"""The question for what isn't talk and was never played."""
TALK: Final = "talk"
"""The question for talk that was never played."""
AFTER: Final = "after"
"""The question for what comes after the newest play alone, and was never played."""
CREATORS: Final = "creators"
"""The question for music never played, by creators that are."""
SHOWS: Final = "shows"
"""The question for episodes never played, of shows that are."""

MOST_CREATORS: Final = 20
"""Creators, and shows, of whom new items are asked for: those played most."""


EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True)
class Material:
    """A visit with all that its shelves are made of; `ask` makes it.

    Attributes:
        service: what the destinations share.
        visit: the request.
        answers: of the models, by the question; none while they can't be had.
    """

    service: Service
    visit: Visit
    answers: Mapping[str, Ranked] = field(default_factory=dict)

    @property
    def catalogue(self) -> Catalogue:
        """The items."""
        return self.service.catalogue

    @property
    def plays(self) -> Plays:
        """What the listener has played."""
        return self.visit.plays

    @cached_property
    def eligible(self) -> Bools:
        """[N] whether an item may be offered here."""
        return self.visit.eligible(self.catalogue)

    @cached_property
    def unheard(self) -> Bools:
        """[N] whether an item may be offered here and was never played."""
        unheard = self.eligible.copy()
        unheard[list(self.plays.heard)] = False
        return unheard

    @property
    def today(self) -> int:
        """The listener's date, in days since 1970-01-01."""
        return (self.visit.moment.local.date() - EPOCH).days

    @cached_property
    def music_creators(self) -> Mapping[int, int]:
        """How often each creator's music was kept, by the creator's code, the most played first."""
        return _creators(self, talk=False)

    @cached_property
    def shows(self) -> Mapping[int, int]:
        """How often each show's episodes were kept, by the show's code, the most played first."""
        return _creators(self, talk=True)

    @cached_property
    def creators_heard(self) -> frozenset[int]:
        """The codes of all creators of whom anything was ever played, skipped plays too."""
        return frozenset(np.unique(self.catalogue.creators.codes[self.plays.items]).tolist())

    @cached_property
    def newest(self) -> int | None:
        """The newest play that was kept and may be offered: what a shelf can start from."""
        kept = self.plays.kept.items
        usable = kept[self.eligible[kept]]
        return int(usable[-1]) if len(usable) else None

    def ranked(self, question: str, allowed: Bools) -> list[tuple[int, int]]:
        """The models' answer to a question: places and ranks, 1 the best, of what is `allowed` [N]."""
        answer = self.answers.get(question)
        places = answer.places if answer else []
        return [(place, rank) for rank, place in enumerate(places, 1) if allowed[place]]

    def by_creator(self, place: int) -> list[Fact]:
        """What there is to say of an item's creator and this listener; nothing where no creator is known."""
        code = int(self.catalogue.creators.codes[place])
        if code == NOBODY:
            return []
        creator = self.catalogue.creators.values[code]
        plays = self.music_creators.get(code, 0) + self.shows.get(code, 0)
        return [PlaysCreator(creator=creator, plays=plays) if plays else NewCreator(creator=creator)]

    def items_by(self, creators: Mapping[int, int], allowed: Bools) -> Places:
        """The places of all items by the creators of some codes that are `allowed` [N]."""
        ours = np.zeros(len(self.catalogue.creators.values) + 1, bool)
        ours[list(creators)] = True
        return np.flatnonzero(ours[self.catalogue.creators.codes] & allowed).astype(np.int32)


def ask(service: Service, visit: Visit) -> Material:
    """Asks the models everything that the shelves need, each question a row of one call.

    Where the models don't answer, the visit notes it and the shelves make do without.
    """
    material = Material(service, visit)
    questions = _questions(material)
    with visit.tolerated():
        answers = service.models.recommend_each(
            [plays for plays, _ in questions.values()], [wish for _, wish in questions.values()]
        )
        return Material(service, visit, dict(zip(questions, answers, strict=True)))
    return material


def _questions(material: Material) -> dict[str, tuple[Plays, Wish]]:
    catalogue, visit, plays = material.catalogue, material.visit, material.plays
    talk = [f"{KIND}={kind}" for kind in catalogue.kinds.values if kind in names.TALK_KINDS]
    heard = plays.heard

    def wish(only: Sequence[str] = (), without: Sequence[str] = ()) -> Wish:
        return visit.wish(catalogue, exclude=heard, only=only, without=without)

    questions = {MUSIC: (plays, wish(without=talk))}
    if talk:
        questions[TALK] = (plays, wish(only=talk))
    if len(plays):
        questions[FAMILIAR] = (plays, visit.wish(catalogue))
    if material.newest is not None:
        newest = int(np.flatnonzero(plays.items == material.newest)[-1])
        questions[AFTER] = (plays.at(slice(newest, newest + 1)), wish())
    for question, creators, without in (
        (CREATORS, material.music_creators, talk),
        (SHOWS, material.shows, ()),
    ):
        if creators:
            most = list(creators)[:MOST_CREATORS]
            tokens = [f"{CREATOR}={catalogue.creators.values[code]}" for code in most]
            questions[question] = (plays, wish(only=tokens, without=without))
    return questions


def _creators(material: Material, talk: bool) -> dict[int, int]:
    kept = material.plays.kept.items
    codes = material.catalogue.creators.codes[kept[material.catalogue.is_talk[kept] == talk]]
    creators, counts = np.unique(codes[codes != NOBODY], return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return dict(zip(creators[order].tolist(), counts[order].tolist(), strict=True))
