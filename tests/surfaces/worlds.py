"""A small catalogue, a service over it, and a model server that never fails: for tests of the destinations."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from models import names
from serving.catalog_asset import SCHEMA
from surfaces.common.catalogue import Catalogue
from surfaces.common.model_server import ANYTHING, ModelServer, Ranked, Wish
from surfaces.common.plays import Plays
from surfaces.log.log_plays import LogPlays, Popularity
from surfaces.service.service import Service
from surfaces.store.store import Store


def catalogue(rows: Sequence[Mapping[str, object]]) -> Catalogue:
    """A catalogue; each row has an `item_id` and whatever else of the asset's columns it needs."""
    nothing = {
        names.TITLE: "",
        names.DESCRIPTION: "",
        names.DURATION_MS: 0,
        names.RELEASE_DAY: names.RELEASE_UNKNOWN,
        names.ITEM_TOKENS: [],
    }
    return Catalogue(pa.Table.from_pylist([{**nothing, **row} for row in rows], SCHEMA))


def plays(
    items: Sequence[int],
    times: Sequence[int] | None = None,
    outcomes: Sequence[int] | None = None,
    ms_played: Sequence[int] | None = None,
) -> Plays:
    """Plays of items by their places, a minute apart and completed unless it is said."""
    count = len(items)
    return Plays(
        np.array(items, np.int32),
        np.array(range(60, 60 * count + 60, 60) if times is None else times, np.int64),
        np.array([names.COMPLETED] * count if outcomes is None else outcomes, np.int8),
        np.array([-1] * count if ms_played is None else ms_played, np.int64),
    )


class MemoryLog(LogPlays):
    """A log in memory."""

    def __init__(
        self,
        plays: Mapping[str, Plays],
        tokens: Mapping[str, Sequence[str]],
        popularity: Popularity,
        has_times: bool = True,
    ) -> None:
        self._plays, self._tokens, self.popularity, self.has_times = plays, tokens, popularity, has_times

    def plays(self, user_id: str) -> Plays:
        return self._plays.get(user_id, Plays())

    def tokens(self, user_id: str) -> Sequence[str]:
        return self._tokens.get(user_id, ())

    def listeners(self) -> Sequence[str]:
        return sorted(self._plays)


class CircleServer(ModelServer):
    """Stands where the served models would: after item n come n + 1, n + 2 … round the catalogue.

    It keeps to wishes exactly, as the served models do, and notes its questions in `questions`. It has two versions:
    the second begins an item later.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self.address = "nowhere:1"
        self._catalogue = catalogue
        self._tokens = [set(tokens) for tokens in catalogue._table[names.ITEM_TOKENS].to_pylist()]
        self.questions: list[tuple[str, Plays, Wish]] = []

    def close(self) -> None:
        pass

    def recommend_each(
        self, plays: Sequence[Plays], wishes: Sequence[Wish], k: int = names.ANSWERS
    ) -> list[Ranked]:
        return [self._answer("upnext", *one, k) for one in zip(plays, wishes, strict=True)]

    def versions(self) -> list[int]:
        return [1, 2]

    def recommend_from(
        self, version: int, plays: Plays, wish: Wish = ANYTHING, k: int = names.ANSWERS
    ) -> Ranked:
        whole = self._answer(f"upnext {version}", plays, wish, k + version - 1)
        return Ranked(whole.places[version - 1 :], whole.scores[version - 1 :])

    def retrieve(self, plays: Plays, wish: Wish = ANYTHING, k: int = names.CANDIDATES) -> Ranked:
        return self._answer("retrieval", plays, wish, k)

    def rank(self, plays: Plays, places: Sequence[int], wish: Wish = ANYTHING) -> Ranked:
        whole = self._answer("ranker", plays, wish, self._catalogue.size)
        wanted = set(places)
        chosen = [(p, s) for p, s in zip(whole.places, whole.scores, strict=True) if p in wanted]
        return Ranked([p for p, _ in chosen], [s for _, s in chosen])

    def _answer(self, model: str, plays: Plays, wish: Wish, k: int) -> Ranked:
        self.questions.append((model, plays, wish))
        size, banned = self._catalogue.size, set(wish.exclude)
        start = int(plays.items[-1]) + 1 if len(plays) else 0
        order = [(start + step) % size for step in range(size)]
        allowed = [p for p in order if p not in banned and self._wished(p, wish)][:k]
        return Ranked(allowed, [-float((p - start) % size) for p in allowed])

    def _wished(self, place: int, wish: Wish) -> bool:
        tokens = self._tokens[place]
        return (not wish.only or bool(tokens & set(wish.only))) and not tokens & set(wish.without)


def service(
    folder: Path,
    items: Catalogue,
    log: Mapping[str, Plays] | None = None,
    tokens: Mapping[str, Sequence[str]] | None = None,
    popularity: Popularity | None = None,
) -> Service:
    """A service over a catalogue, with a new store in `folder`; popularity counts the log by default."""
    log = log or {}
    if popularity is None:
        counts = np.zeros(items.size, np.int64)
        for one in log.values():
            np.add.at(counts, one.items, 1)
        popularity = Popularity(7, counts)
    return Service(
        catalogue=items,
        models=CircleServer(items),
        store=Store(f"sqlite:///{folder / 'store.sqlite'}"),
        log=MemoryLog(log, tokens or {}, popularity),
    )
