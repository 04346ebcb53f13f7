"""The DJ on a listening world whose true tastes are known, against plain queues and popularity; its time by size.

python -m benchmarks.dj --home HOME [--listeners N]
python -m benchmarks.dj --items 100000

A plain queue is `upnext`'s best, which are mostly favourites. The DJ also turns to what was never played: so a queue
and a chart that have as many unheard tracks as the DJ's answers stand beside it.
"""

import argparse
import datetime
import logging
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from benchmarks.made_world import MadeWorld, open_world
from listening_log.world.music import skip_chances, taste_on
from listening_log.world.truth import Truth
from models import names
from serving.catalog_asset import SCHEMA
from surfaces.common.catalogue import Catalogue
from surfaces.common.energy import energies
from surfaces.common.model_server import ANYTHING, ModelServer, Ranked, Wish
from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.dj.dj import Dj, DjAnswer
from surfaces.log.log_plays import LogPlays, Popularity
from surfaces.service.service import Service
from surfaces.store.records import StoredPlay
from surfaces.store.store import Store

REQUESTS = 4


def main(argv: Sequence[str] | None = None) -> int:
    """Prints the report. Returns the exit code."""
    args = _parser().parse_args(argv)
    if args.items:
        with tempfile.TemporaryDirectory() as folder:
            measure_size(args.items, Path(folder))
    else:
        with open_world(args.home) as world:
            measure_world(world, args.listeners)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    group = parser.add_mutually_exclusive_group(required=True)
    group.add_argument("--home", type=Path)
    group.add_argument("--items", type=int, default=0)
    parser.add_argument("--listeners", type=int, default=40)
    return parser


def measure_world(world: MadeWorld, listeners: int) -> None:
    """Lets the world's listeners play or skip what the DJ answers, by their true tastes."""
    service, catalogue, log = world.service, world.service.catalogue, world.service.log
    rng, dj, refusals = np.random.default_rng(1), Dj(service), Refusals()
    logging.getLogger("upnext.surfaces").addHandler(refusals)
    logging.getLogger("upnext.surfaces").setLevel(logging.INFO)
    chances, unheard = defaultdict[str, list[float]](list), defaultdict[str, list[bool]](list)
    texts, sessions, obeyed = list[str](), list[int](), dict[str, list[bool]]()

    def note(name: str, places: Sequence[int]) -> None:
        tracks = [place for place in places if not np.isnan(likes[place])]
        chances[name] += likes[tracks].tolist()
        unheard[name] += [place not in plays.heard for place in tracks]

    for user in rng.choice(log.listeners(), min(listeners, len(log.listeners())), replace=False):
        plays = log.plays(user)
        now = Moment(datetime.datetime.fromtimestamp(int(plays.times[-1]) + 3600, datetime.timezone.utc))
        likes = _chances(world.truth, catalogue, user, now.unix)
        visit = service.visit(user, now)
        ranked = _tracks(
            service.models.rank(plays, range(catalogue.size), visit.wish(catalogue)).places, likes
        )
        eligible = np.where(visit.eligible(catalogue), log.popularity.everywhere, -1)
        chart = _tracks(np.argsort(-eligible, kind="stable").tolist(), likes)
        session, said, offered = "", list[str](), list[int]()
        skipped = False
        for request in range(REQUESTS):
            answer = dj.go_on(service.visit(user, now, surface="dj"), session)
            session, places = answer.session, _places(answer, catalogue)
            for segment in answer.segments:
                note(f"theme {segment.theme}", catalogue.places_of(one.item_id for one in segment.items))
            if skipped and request:
                note("the DJ after a skip", places)
            skips = rng.random(len(places)) > np.nan_to_num(likes[places], nan=0.8)
            skipped = bool(skips.any())
            offered += _tracks(places.tolist(), likes)
            service.store.add_plays(
                [
                    StoredPlay(
                        user,
                        catalogue.item_ids[p],
                        now.unix,
                        None,
                        "skip" if s else "done",
                        answer.request_id,
                    )
                    for p, s in zip(places, skips, strict=True)
                ]
            )
            said += [line.text for segment in answer.segments for line in segment.spoken]
        note("the DJ", offered)
        for name, order in (("queue", ranked), ("popularity", chart)):
            note(name, order[: len(offered)])
            note(f"{name}, as many unheard", _alike(order, offered, plays))
        texts += said
        sessions.append(len(said) - len(set(said)))
        _steer(dj, service, user, now, obeyed)
    print("| | tracks | unheard | true chance that a track isn't skipped |\n| --- | ---: | ---: | ---: |")
    for name, values in sorted(chances.items(), key=lambda one: ("theme" in one[0], -np.mean(one[1]))):
        error = np.std(values) / np.sqrt(len(values))
        print(
            f"| {name} | {len(values)} | {np.mean(unheard[name]):.0%} | {np.mean(values):.3f} ± {1.96 * error:.3f} |"
        )
    for say, kept in obeyed.items():
        print(f"obey {say!r}: {np.mean(kept):.3f} of {len(kept)} items")
    print(
        f"sentences {len(texts)}, distinct {len(set(texts)) / len(texts):.3f}, twice in a session {sum(sessions)}"
    )
    print(f"refused by the checker {refusals.count}")


def _tracks(places: Sequence[int], likes: np.ndarray) -> list[int]:
    """The places of tracks that the truth knows."""
    return [place for place in places if not np.isnan(likes[place])]


def _alike(order: Sequence[int], offered: Sequence[int], plays: Plays) -> list[int]:
    """The first of an order, as many unheard and as many heard as are `offered`; fewer where there are no more."""
    heard = [place for place in order if place in plays.heard]
    unheard = [place for place in order if place not in plays.heard]
    count = sum(place in plays.heard for place in offered)
    return heard[:count] + unheard[: len(offered) - count]


class Refusals(logging.Handler):
    """Counts the sentences that the checker refused."""

    count = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Counts a record, if it is of a refusal."""
        self.count += "doesn't say a line" in record.getMessage()


def _places(answer: DjAnswer, catalogue: Catalogue) -> np.ndarray:
    return catalogue.places_of(item.item_id for segment in answer.segments for item in segment.items)


def _chances(truth: Truth, catalogue: Catalogue, user: str, unix: int) -> np.ndarray:
    """[N] the true chance that this listener doesn't skip a track now; NaN for talk."""
    row = truth.user_row[user]
    day = np.array([np.clip((unix - truth.start) // 86_400, 0, truth.catalogue.days - 1)])
    taste = taste_on(day, truth.listeners, truth.catalogue.days, np.array([row]))[0]
    since = (truth.listeners.favourite_change[row] <= day[0]).astype(int)
    favourites = truth.listeners.favourites[row][since, np.arange(len(since))]
    familiar = np.isin(np.arange(truth.catalogue.tracks), favourites)
    chance = 1 - skip_chances(truth.catalogue.track_vector @ taste, familiar)
    whole = np.full(catalogue.size, np.nan)
    for item_id, value in zip(truth.item_ids[: truth.catalogue.tracks].tolist(), chance, strict=True):
        place = catalogue.place_of(item_id)
        if place is not None:
            whole[place] = value
    return whole


def _steer(dj: Dj, service: Service, user: str, now: Moment, obeyed: dict[str, list[bool]]) -> None:
    catalogue = service.catalogue
    session = dj.go_on(service.visit(user, now), "").session
    away: set[str] = set()
    for say in ("calmer", "no more of this creator", "only hip hop"):
        answer = dj.go_on(service.visit(user, now), session, f"{say}, please")
        if answer.unmet:
            continue  # no item can meet the wish, and the answer says so
        for _ in range(2):
            places = _places(answer, catalogue)
            if say == "calmer":
                fits = energies(catalogue)[places] <= 0.4
            elif say == "only hip hop":
                fits = catalogue.genres.having("hip hop")[places]
            else:
                away = {wish.partition(": ")[2] for wish in answer.understood} or away
                fits = np.array([catalogue.creators.value(place) not in away for place in places], bool)
            obeyed.setdefault(say, []).extend(fits.tolist())
            answer = dj.go_on(service.visit(user, now), session)
        dj.go_on(service.visit(user, now), session, "anything goes")


class _InstantServer(ModelServer):
    """Answers at once, in an order by chance, so that the time measured is the DJ's own."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._size, self._rng = catalogue.size, np.random.default_rng(0)

    def recommend_each(
        self, plays: Sequence[Plays], wishes: Sequence[Wish], k: int = names.ANSWERS
    ) -> list[Ranked]:
        return [Ranked(self._rng.choice(self._size, k).tolist(), [0.0] * k) for _ in plays]

    def rank(self, plays: Plays, places: Sequence[int], wish: Wish = ANYTHING) -> Ranked:
        return Ranked(list(places), [0.0] * len(places))


class _OneLog(LogPlays):
    def __init__(self, one: Plays, popularity: Popularity) -> None:
        self._one, self.popularity = one, popularity

    def plays(self, user_id: str) -> Plays:
        return self._one

    def tokens(self, user_id: str) -> Sequence[str]:
        return ()

    def listeners(self) -> Sequence[str]:
        return ["u"]


def measure_size(items: int, folder: Path) -> None:
    """Prints the DJ's own time a request, without the models', on a made catalogue."""
    rng = np.random.default_rng(0)
    rows = [
        {
            names.ITEM_ID: f"i{n}",
            names.TITLE: f"Title {n}",
            names.DESCRIPTION: "",
            names.DURATION_MS: 200_000,
            names.RELEASE_DAY: int(rng.integers(0, 20_000)),
            names.ITEM_TOKENS: [
                f"kind={'episode' if n % 9 == 0 else 'track'}",
                f"creator=C {n % (items // 10)}",
            ]
            + [f"genre=g {g}" for g in rng.choice(60, 2, replace=False)],
        }
        for n in range(items)
    ]
    catalogue = Catalogue(pa.Table.from_pylist(rows, SCHEMA))
    now = Moment.parse("2026-11-26T08:30:00+01:00")
    times = now.unix - np.arange(3000, dtype=np.int64)[::-1] * 9000 - 100
    ones = np.ones(3000, np.int8)
    plays = Plays(rng.integers(0, 2000, 3000).astype(np.int32), times, ones, times * 0)
    log = _OneLog(plays, Popularity(7, rng.integers(0, 50, items)))
    store = Store(f"sqlite:///{folder / 'store.sqlite'}")
    service = Service(catalogue, _InstantServer(catalogue), store, log)
    dj, session, seconds = Dj(service), "", list[float]()
    for say in ["", "play C 7", "calmer please", ""] + [""] * 60:
        begin = time.perf_counter()
        session = dj.go_on(service.visit("u", now), session, say).session
        seconds.append(time.perf_counter() - begin)
    warm = np.array(seconds[4:]) * 1e3
    print(f"{items} items: p50 {np.median(warm):.0f} ms, p99 {np.quantile(warm, 0.99):.0f} ms,", end=" ")
    print(f"first {seconds[0] * 1e3:.0f} ms, first wish by name {seconds[1] * 1e3:.0f} ms")


if __name__ == "__main__":
    raise SystemExit(main())
