"""What a listener opens in each of the lives that are compared, and the lists that they see there."""

import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timezone
from typing import Final, NamedTuple

import numpy as np
from fastapi.testclient import TestClient

from surfaces.common.catalogue import Item
from surfaces.common.errors import UnavailableError
from surfaces.common.moment import Moment
from surfaces.common.visit import Visit
from surfaces.destinations import all_destinations
from surfaces.home.learning import learn
from surfaces.service.service import Service
from tfx_pipeline.simulation.listener import Listener, Start

LENGTH: Final = 30
NEW_OF_FIVE: Final = 2
"""How many of five items are new to the listener in the life of the models that is as new as the destinations."""
SECONDS_A_PLAY: Final = 180
_WEEK: Final = 7 * 86_400
_DESTINATIONS: Final = {
    "home": 0.45, "search": 0.15, "discover weekly": 0.1, "daylist": 0.15, "dj": 0.1, "playlists": 0.05,
}  # fmt: skip
"""How often each is opened."""


class Shown(NamedTuple):
    """A list, where it stands, and the answer that it came with; "" for none."""

    item_ids: Sequence[str]
    surface: str
    request_id: str = ""


class Life(ABC):
    """One way to meet the models, over a service and a store of its own."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._app = TestClient(all_destinations(service))

    @abstractmethod
    def open(self, listener: Listener, unix: int, rng: np.random.Generator) -> Iterator[Shown]:
        """Yields what the listener sees at a time: the next list when they came to the end of the one before."""

    def end_day(self) -> None:  # noqa: B027 - most learn nothing from a day
        """Learns from the day that ends, in a life that does."""

    def post(self, listener: Listener, shown: Shown, starts: Sequence[Start], unix: int) -> None:
        """Posts what was played and skipped, `SECONDS_A_PLAY` apart."""
        events = [
            {
                "user_id": listener.user_id,
                "item_id": one.item_id,
                "timestamp": unix + SECONDS_A_PLAY * number,
                "end_reason": "skip" if one.skipped else "done",
                **({"request_id": shown.request_id} if shown.request_id else {}),
            }
            for number, one in enumerate(starts)
        ]
        if events:
            self._app.post("/v1/events", json=events).raise_for_status()


class Destinations(Life):
    """The six destinations, over the application itself."""

    def open(self, listener: Listener, unix: int, rng: np.random.Generator) -> Iterator[Shown]:
        """Opens one of them, drawn by how often each is: the DJ goes on, and after a search there is Home."""
        name = rng.choice(list(_DESTINATIONS), p=list(_DESTINATIONS.values()))
        visit = {"user_id": listener.user_id, "at": datetime.fromtimestamp(unix, timezone.utc).isoformat()}
        match name:
            case "home":
                yield self._home(visit)
            case "search":
                item = self._in_mind(listener, unix, rng)
                words = item.creator if item.creator and rng.random() < 0.5 else item.title or item.item_id
                answer = self._get("/v1/search", {**visit, "q": words})
                items = [one for one in answer["results"] if one["type"] == "item"]
                yield _shown(name, answer, items)
                yield self._home(visit)
            case "dj":
                session: dict[str, str] = {}
                while True:
                    answer = self._post("/v1/dj", {**visit, **session})
                    items = [item for segment in answer["segments"] for item in segment["items"]]
                    if not items:
                        return
                    session = {"session": answer["session"]}
                    yield _shown(name, answer, items)
            case "playlists":
                genres = self._in_mind(listener, unix, rng).genres
                answer = self._post("/v1/playlists", {**visit, "prompt": (*genres, "something new")[0]})
                yield _shown(name, answer, answer["items"])
            case _:
                answer = self._get(f"/v1/{name.replace(' ', '-')}", visit)
                yield _shown(name, answer, answer["items"])

    def end_day(self) -> None:
        """Home's bandit learns from the day: all its plays are there."""
        learn(self.service, "home", int(time.time()) + 1)  # decisions have the server's clock

    def _home(self, visit: dict[str, str]) -> Shown:
        answer = self._get("/v1/home", visit)
        return _shown("home", answer, [item for shelf in answer["shelves"] for item in shelf["items"]])

    def _in_mind(self, listener: Listener, unix: int, rng: np.random.Generator) -> Item:
        """The best liked of some items that come to mind."""
        catalogue = self.service.catalogue
        places = rng.integers(0, catalogue.size, 20).tolist()
        best = max(places, key=lambda place: listener.liking_of(catalogue.item_ids[place], unix))
        return catalogue.item(best)

    def _get(self, path: str, visit: dict[str, str]) -> dict:
        return self._app.get(path, params=visit).raise_for_status().json()

    def _post(self, path: str, body: dict[str, str]) -> dict:
        return self._app.post(path, json=body).raise_for_status().json()


class Models(Life):
    """The models without destinations: what they recommend, as one list."""

    def open(self, listener: Listener, unix: int, rng: np.random.Generator) -> Iterator[Shown]:
        """Asks `upnext` what comes next."""
        places = self._ranked(_visit(self.service, listener, unix))[:LENGTH]
        yield Shown([self.service.catalogue.item_ids[place] for place in places], "upnext")

    def _ranked(self, visit: Visit, exclude: Iterable[int] = ()) -> Sequence[int]:
        try:
            wish = visit.wish(self.service.catalogue, exclude=exclude)
            return self.service.models.recommend(visit.plays, wish).places
        except UnavailableError:
            return []


class ModelsAsNew(Models):
    """The same models, made to show as much that is new to the listener as the destinations lead to.

    What is new is skipped more often, whoever shows it; so this is what the destinations are to be compared with.
    """

    def open(self, listener: Listener, unix: int, rng: np.random.Generator) -> Iterator[Shown]:
        """Has the best of what the listener never played at every third and fifth of five places."""
        visit = _visit(self.service, listener, unix)
        new = deque(self._ranked(visit, exclude=visit.plays.heard))
        known = deque(place for place in self._ranked(visit) if place in visit.plays.heard)
        places = list[int]()
        while len(places) < LENGTH and (new or known):
            count = len(places)
            is_new = (count + 1) * NEW_OF_FIVE // 5 > count * NEW_OF_FIVE // 5
            places.append((new if (is_new and new) or not known else known).popleft())
        yield Shown([self.service.catalogue.item_ids[place] for place in places], "upnext")


class Popular(Life):
    """The most played items of the log's last days, the same for all."""

    def open(self, listener: Listener, unix: int, rng: np.random.Generator) -> Iterator[Shown]:
        """Yields the chart."""
        order = np.argsort(-self.service.log.popularity.everywhere, kind="stable")[:LENGTH]
        yield Shown([self.service.catalogue.item_ids[place] for place in order], "list")


class Favourites(Life):
    """What the listener played most in the last seven days in which they played anything."""

    def open(self, listener: Listener, unix: int, rng: np.random.Generator) -> Iterator[Shown]:
        """Yields their favourites."""
        kept = _visit(self.service, listener, unix).plays.kept
        if len(kept):
            kept = kept.since(int(kept.times[-1]) - _WEEK)
        order = sorted(kept.counts, key=lambda place: (-kept.counts[place], place))[:LENGTH]
        yield Shown([self.service.catalogue.item_ids[place] for place in order], "list")


def _shown(surface: str, answer: dict, items: Sequence[dict]) -> Shown:
    return Shown([item["item_id"] for item in items], surface, answer.get("request_id") or "")


def _visit(service: Service, listener: Listener, unix: int) -> Visit:
    return service.visit(listener.user_id, Moment(datetime.fromtimestamp(unix, timezone.utc)))


TRAINED_FROM: Final = "destinations"
"""The life whose log the pipeline learns from."""
LIVES: Final[dict[str, type[Life]]] = {
    TRAINED_FROM: Destinations,
    "models alone": Models,
    "models, 2 in 5 new": ModelsAsNew,
    "popularity": Popular,
    "last week's favourites": Favourites,
}
