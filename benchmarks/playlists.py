"""How well AI Playlists understand prompts, keep to them, and choose for the listener; and how long they take.

python -m benchmarks.playlists --home HOME --data DIR --address HOST:PORT [--listeners N] [--items N] [--json FILE]

DIR is the listening world that HOME's models learnt from: its true preferences tell what a listener plays next.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
import pyarrow as pa

from listening_log.world.truth import Truth, load_truth, true_ranking_scores
from models import names
from serving.catalog_asset import SCHEMA
from surfaces.common.catalogue import Catalogue, Item
from surfaces.common.columns import Bools
from surfaces.common.model_server import ANYTHING, ModelServer, Ranked, Wish
from surfaces.common.moment import Moment
from surfaces.common.plays import Plays
from surfaces.common.text_vectors import TextVectors
from surfaces.log.log_plays import LogPlays, Popularity
from surfaces.playlists.filtering import satisfying
from surfaces.playlists.parsing import understand
from surfaces.playlists.playlist import SURFACE, make_playlist
from surfaces.playlists.vocabulary import Vocabulary
from surfaces.service.service import Service
from surfaces.store.store import Store
from tests.surfaces.playlists.checker import broken_wishes
from tests.surfaces.playlists.fixture import vocabulary
from tests.surfaces.playlists.truth import FIRST_SIGHT, PROMPTS, read_cases
from tfx_pipeline.home.layout import Home
from tfx_pipeline.surfaces.home_application import home_service

SIZE: Final = 10
_HOURS: Final = 3
"""So long after a listener's last play they ask."""


class Wanted(NamedTuple):
    """A listener's prompt, made from tags of an item that they play next by the truth, and that item's place."""

    user_id: str
    moment: Moment
    prompt: str
    place: int


def make_prompts(service: Service, truth: Truth, listeners: int, seed: int) -> list[Wanted]:
    """Draws listeners, what each of them plays next, and a prompt of its tags and, half of the time, its decade."""
    rng = np.random.default_rng(seed)
    known = [user for user in service.log.listeners() if user in truth.user_row]
    wanted = []
    for user_id in rng.permutation(known)[:listeners].tolist():
        plays = service.log.plays(user_id)
        last = int(plays.times[-1])
        moment = Moment.parse(_iso(last + _HOURS * 3600))
        history = tuple(service.catalogue.item_ids[place] for place in plays.items)
        scores = true_ranking_scores(truth, user_id, moment.unix, history=history, last_timestamp=last)
        item_id = str(rng.choice(truth.item_ids, p=scores / scores.sum()))
        place = service.catalogue.place_of(item_id)
        if place is not None:
            wanted.append(Wanted(user_id, moment, _prompt(service.catalogue.item(place), rng), place))
    return wanted


def _prompt(item: Item, rng: np.random.Generator) -> str:
    tags = rng.permutation(list(item.genres))[: 1 + int(rng.integers(2))].tolist()
    decade = f" from the {item.released.year // 10 * 10}s" if item.released and rng.random() < 0.5 else ""
    return f"{SIZE} {' '.join(tags)} {'podcasts' if item.is_talk else 'songs'}{decade}"


def _iso(unix: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(unix))


def measure_choice(
    service: Service, words: Vocabulary, truth: Truth, wanted: Sequence[Wanted]
) -> dict[str, float]:
    """Whether lists of ten hold what the listener plays next: ours, popularity's, a random and the true one's."""
    rng = np.random.default_rng(0)
    hits = {"playlists": 0, "popularity": 0, "chance": 0, "truth": 0}
    broken = degraded = 0
    seconds, sizes = [], []
    for user_id, moment, prompt, place in wanted:
        start = time.perf_counter()
        visit = service.visit(user_id, moment, surface=SURFACE)
        answer = make_playlist(service, words, visit, prompt)
        seconds.append(time.perf_counter() - start)
        listed = [item.item_id for item in answer.items]
        broken += bool(
            broken_wishes(service.catalogue, service.log.popularity, visit, answer.understood, listed)
        )
        degraded += answer.degraded
        allowed = satisfying(service, visit, answer.understood)
        sizes.append(answer.satisfying)
        hits["playlists"] += service.catalogue.item_ids[place] in listed
        hits["popularity"] += place in _best(service.log.popularity.everywhere, allowed)
        hits["chance"] += place in _best(rng.random(len(allowed)), allowed)
        hits["truth"] += place in _best(_true_scores(service, truth, user_id, moment), allowed)
    figures = {f"hits@{SIZE} {name}": count / len(wanted) for name, count in hits.items()}
    figures["lift over popularity"] = hits["playlists"] / max(1, hits["popularity"])
    figures |= {"prompts": len(wanted), "items that satisfy a prompt, median": float(np.median(sizes))}
    figures |= {"lists that break a wish": broken, "degraded answers": degraded}
    return figures | _times(seconds, "with the model server")


def _true_scores(service: Service, truth: Truth, user_id: str, moment: Moment) -> np.ndarray:
    plays = service.log.plays(user_id)
    history = tuple(service.catalogue.item_ids[place] for place in plays.items)
    scores = true_ranking_scores(
        truth, user_id, moment.unix, history=history, last_timestamp=int(plays.times[-1])
    )
    own = np.zeros(service.catalogue.size)
    own[service.catalogue.places_of(truth.item_ids.tolist())] = scores
    return own


def _best(scores: np.ndarray, allowed: Bools) -> set[int]:
    places = np.flatnonzero(allowed)
    return set(places[np.argsort(-scores[places], kind="stable")[:SIZE]].tolist())


def measure_parsing(path: Path) -> dict[str, float]:
    """The share of a file's prompts that become exactly their query, by field too, and that are understood whole."""
    cases, words = read_cases(path), vocabulary()
    fields: dict[str, list[bool]] = {}
    whole = queries = 0
    for prompt, query, said in cases:
        understood, not_understood = understand(prompt, words)
        queries += understood == query
        whole += understood == query and not_understood == said
        for name in type(query).model_fields:
            own, true = getattr(understood, name), getattr(query, name)
            if own or true:
                fields.setdefault(name, []).append(own == true)
    figures = {
        "prompts": float(len(cases)),
        "query": queries / len(cases),
        "query and words": whole / len(cases),
    }
    return figures | {f"field {name}": float(np.mean(right)) for name, right in sorted(fields.items())}


class _NoModels(ModelServer):
    """Ranks without models and without a network: what remains is the time of the destination itself."""

    def __init__(self, size: int) -> None:
        self.address = ""
        self._scores = np.random.default_rng(1).random(size)
        self._order = np.argsort(-self._scores)

    def recommend_each(self, plays: Sequence[Plays], wishes: Sequence[Wish], k: int = 100) -> list[Ranked]:
        return [Ranked(self._order[:k].tolist(), self._scores[self._order[:k]].tolist())] * len(plays)

    def rank(self, plays: Plays, places: Sequence[int], wish: Wish = ANYTHING) -> Ranked:
        order = sorted(places, key=lambda place: -self._scores[place])
        return Ranked(order, self._scores[order].tolist())


class _NoLog(LogPlays):
    """A log of nobody, with made popularity."""

    def __init__(self, size: int) -> None:
        self.popularity = Popularity(7, np.random.default_rng(2).zipf(1.4, size))

    def plays(self, user_id: str) -> Plays:
        return Plays()

    def tokens(self, user_id: str) -> Sequence[str]:
        return ()

    def listeners(self) -> Sequence[str]:
        return []


def measure_size(items: int, prompts: Sequence[str]) -> dict[str, float]:
    """Seconds for the prompts over a made catalogue of any size, without the models' time."""
    catalogue = made_catalogue(items)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/store.sqlite")
        service = Service(catalogue, _NoModels(items), store, _NoLog(items))
        start = time.process_time()
        words = Vocabulary(catalogue, TextVectors()).prepare()
        figures = {"vocabulary, s of CPU": time.process_time() - start}
        now = Moment.parse("2025-02-01T08:00:00Z")

        def ask(prompt: str) -> tuple[float, float]:
            start, cpu = time.perf_counter(), time.process_time()
            make_playlist(service, words, service.visit("u", now, surface=SURFACE), prompt)
            return time.perf_counter() - start, time.process_time() - cpu

        for prompt in prompts[:5]:
            ask(prompt)
        seconds = np.array([ask(prompt) for prompt in prompts])
    figures |= _times(seconds[:, 0], f"at {items:,} items")
    return figures | _times(seconds[:, 1], f"of CPU at {items:,} items")


def made_catalogue(items: int) -> Catalogue:
    """A catalogue of the fixture's genres, with a creator for each ten items and titles of three words."""
    from tests.surfaces.playlists.fixture import CREATORS, MUSIC, TAGS

    rng = np.random.default_rng(0)
    syllables = ["ka", "lo", "mi", "ren", "sto", "vel", "dra", "nu", "phi", "zor", "bel", "tan"]
    parts = rng.integers(len(syllables), size=(items, 9))
    said = ["".join(syllables[part] for part in row) for row in parts]
    titles = [f"{word[:6]} {word[6:11]} {word[11:]}" for word in said]
    creators = [*CREATORS, *(f"{said[n][:7]} {said[-n][:6]}" for n in range(items // 10))]
    chosen = rng.integers(len(creators), size=items)
    genres, tags = rng.integers(len(MUSIC), size=items), rng.integers(len(TAGS), size=(items, 2))
    tokens = [
        [
            "kind=episode" if n % 7 == 0 else "kind=track",
            f"creator={creators[chosen[n]]}",
            *{f"genre={MUSIC[genres[n]]}": 0, f"genre={TAGS[tags[n, 0]]}": 0, f"genre={TAGS[tags[n, 1]]}": 0},
        ]
        for n in range(items)
    ]
    columns = {
        names.ITEM_ID: [f"i{n}" for n in range(items)],
        names.TITLE: titles,
        names.DESCRIPTION: [""] * items,
        names.DURATION_MS: rng.integers(120_000, 400_000, items),
        names.RELEASE_DAY: rng.integers(-3_000, 20_100, items),
        names.ITEM_TOKENS: tokens,
    }
    return Catalogue(pa.table(columns, schema=SCHEMA))


def _times(seconds: Sequence[float] | np.ndarray, where: str) -> dict[str, float]:
    return {f"p{share} {where}, ms": float(np.percentile(seconds, share)) * 1e3 for share in (50, 99)}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--home", type=Path, help="of a run on a listening world")
    parser.add_argument("--data", type=Path, help="the listening world, with its truth")
    parser.add_argument("--address", default="127.0.0.1:8500", help="gRPC of a model server that serves HOME")
    parser.add_argument("--listeners", type=int, default=300)
    parser.add_argument("--seed", type=int, default=2, help="of the prompts that are drawn")
    parser.add_argument("--items", type=int, default=100_000)
    parser.add_argument(
        "--part", help="one part alone: prompts of the tests, prompts at first sight, size, choice"
    )
    parser.add_argument("--json", type=Path)
    return parser


def main() -> None:
    """Prints the figures, and writes them."""
    args = _parser().parse_args()
    parts: dict[str, Callable[[], dict[str, float]]] = {
        "prompts of the tests": lambda: measure_parsing(PROMPTS),
        "prompts at first sight": lambda: measure_parsing(FIRST_SIGHT),
        "size": lambda: measure_size(args.items, [case.prompt for case in read_cases()]),
    }
    if args.home and args.data:
        parts["choice"] = lambda: _choice(args.home, args.data, args.address, args.listeners, args.seed)
    figures = {}
    for name, part in parts.items():
        if args.part not in (None, name):
            continue
        figures[name] = part()
        print(f"{name}:")
        for figure, value in figures[name].items():
            print(f"  {figure}: {value:.4g}")
    if args.json:
        args.json.write_text(json.dumps(figures, indent=2))


def _choice(home: Path, data: Path, address: str, listeners: int, seed: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        store = Store(f"sqlite:///{folder}/store.sqlite")
        service = home_service(Home(home), store, lambda catalogue: ModelServer(address, catalogue))
        words, truth = Vocabulary(service.catalogue, TextVectors()).prepare(), load_truth(data)
        return measure_choice(service, words, truth, make_prompts(service, truth, listeners, seed))


if __name__ == "__main__":
    main()
