"""What a page of Home costs beside the models: its parts, at a hundred thousand items.

python -m benchmarks.home.cost [--items 100000] [--plays 2000] [--pages 200]

The catalogue, the plays and the store are real ones; in place of the model server stands one that answers at once.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from models import names
from serving.catalog_asset import SCHEMA
from surfaces.common.catalogue import Catalogue
from surfaces.common.model_server import ModelServer, Ranked, Wish
from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.home.home import Home
from surfaces.home.routes import answer
from surfaces.log.log_plays import LogPlays, Popularity
from surfaces.service.service import Service
from surfaces.store.store import Store

_TODAY: Final = 20_000
_AT: Final = "2024-10-04T08:30:00+02:00"
_COUNTRIES: Final = ("SE", "NO", "US")
_TALK_SHARE: Final = 0.15
_ITEMS_A_CREATOR: Final = 10


class Instant(ModelServer):
    """Answers a hundred random items to any question, at once."""

    def __init__(self, size: int) -> None:
        self._places = np.random.default_rng(1).permutation(size)[: names.ANSWERS].tolist()

    def recommend_each(
        self, plays: Sequence[Plays], wishes: Sequence[Wish], k: int = names.ANSWERS
    ) -> list[Ranked]:
        """The same items for everybody."""
        return [Ranked(self._places, [0.0] * len(self._places)) for _ in plays]


class OneListener(LogPlays):
    """A log of one listener."""

    def __init__(self, plays: Plays, popularity: Popularity) -> None:
        self._plays, self.popularity = plays, popularity

    def plays(self, user_id: str) -> Plays:
        """The listener's plays, whoever asks."""
        return self._plays

    def tokens(self, user_id: str) -> Sequence[str]:
        """Their country."""
        return ["country=SE"]

    def listeners(self) -> Sequence[str]:
        """The one."""
        return ["u"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Prints the milliseconds of CPU of a page and its parts; the last row is of the clock."""
    options = _parser().parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        _measure(_service(options.items, options.plays, Path(folder)), options.pages)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--items", type=int, default=100_000, metavar="N")
    parser.add_argument("--plays", type=int, default=2000, metavar="N")
    parser.add_argument("--pages", type=int, default=200, metavar="N")
    return parser


def _measure(service: Service, pages: int) -> None:
    home = Home(service)
    steps, wall = [], []
    for _ in range(pages + 5):
        begin, start = time.perf_counter(), time.process_time()
        visit = service.visit("u", Moment.parse(_AT), device="phone", explicit=False, surface="home")
        shelves = time.process_time()
        home.shelves(visit)
        whole = time.process_time()
        answer(service, visit, home.open(visit)).model_dump_json()
        wall.append(time.perf_counter() - begin - (whole - shelves))
        steps.append([shelves - start, whole - shelves, time.process_time() - whole])
    took = 1000 * np.array(steps[5:])  # the first ones fill the catalogue's columns
    print("| part | p50 | p99 |\n| --- | --- | --- |")
    parts = (
        ("the visit", took[:, 0]),
        ("the shelves", took[:, 1]),
        ("composing, keeping and answering", took[:, 2] - took[:, 1]),
        ("a page", took[:, 0] + took[:, 2]),
        ("a page, on the clock", 1000 * np.array(wall[5:])),
    )
    for name, milliseconds in parts:
        print(f"| {name} | {np.quantile(milliseconds, 0.5):.1f} | {np.quantile(milliseconds, 0.99):.1f} |")


def _service(items: int, plays: int, folder: Path) -> Service:
    rng = np.random.default_rng(0)
    catalogue = Catalogue(_table(items, rng))
    places = rng.zipf(1.3, 4 * plays)
    places = places[places < items][:plays].astype(np.int32)
    times = np.sort(rng.integers(_TODAY - 90, _TODAY, len(places))) * 86_400 + 30_000
    heard = Plays(
        places, times, np.full(len(places), names.COMPLETED, np.int8), np.full(len(places), -1, np.int64)
    )
    counts = rng.integers(0, 500, items)
    log = OneListener(heard, Popularity(14, counts, {"SE": counts[::-1].copy()}))
    return Service(catalogue, Instant(items), Store(f"sqlite:///{folder / 'store.sqlite'}"), log)


def _table(items: int, rng: np.random.Generator) -> pa.Table:
    creators = rng.integers(0, items // _ITEMS_A_CREATOR, items)
    talk = creators < _TALK_SHARE * items / _ITEMS_A_CREATOR
    days = rng.integers(_TODAY - 3000, _TODAY + 1, items)
    rows = []
    for place, (creator, is_talk, day) in enumerate(
        zip(creators.tolist(), talk.tolist(), days.tolist(), strict=True)
    ):
        tokens = [f"kind={'episode' if is_talk else 'track'}", f"creator=creator {creator}"]
        tokens += [f"country={country}" for country in _COUNTRIES[: 2 + place % 2]]
        tokens += ["explicit=1"] if place % 10 == 0 else []
        rows.append(
            {
                names.ITEM_ID: f"item-{place:06}",
                names.TITLE: f"Title {place}",
                names.DESCRIPTION: "",
                names.DURATION_MS: 200_000,
                names.RELEASE_DAY: day,
                names.ITEM_TOKENS: tokens,
            }
        )
    return pa.Table.from_pylist(rows, SCHEMA)


if __name__ == "__main__":
    main()
