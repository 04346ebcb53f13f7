"""Search on made queries with their truth: how soon it finds what was meant, and how fast it answers.

python -m benchmarks.search [--data DIR | --items N …] [--queries N] [--json FILE]
"""

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.search_queries import Question, Questions, ambiguous, asked_by
from listening_log.cleaning.catalog import read_catalog
from listening_log.world import make_world
from serving.catalog_asset import SCHEMA
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import Bools
from surfaces.common.plays import Plays
from surfaces.common.taste import taste
from surfaces.common.text_vectors import TextVectors
from surfaces.log.log_file import LogFile
from surfaces.log.source import LogSource
from surfaces.search.find import find
from surfaces.search.index import Query, SearchIndex

DEPTH: Final = 20
USERS, DAYS = 1000, 90
LAST_DAYS: Final = 14

Way = Callable[[SearchIndex, Question, Bools], Sequence[int]]


def _by_words(index: SearchIndex, question: Question, allowed: Bools) -> Sequence[int]:
    return index.by_words(index.ways(Query.read(question.text)), allowed).docs[:DEPTH].tolist()


def _by_meaning(index: SearchIndex, question: Question, allowed: Bools) -> Sequence[int]:
    return index.by_meaning(Query.read(question.text), allowed).docs[:DEPTH].tolist()


def _fused(index: SearchIndex, question: Question, allowed: Bools) -> Sequence[int]:
    return find(index, Query.read(question.text), allowed).docs[:DEPTH].tolist()


def _with_taste(index: SearchIndex, question: Question, allowed: Bools) -> Sequence[int]:
    own = taste(index.documents.catalogue, question.plays, question.unix)
    return find(index, Query.read(question.text), allowed, own).docs[:DEPTH].tolist()


WAYS: Final[dict[str, Way]] = {
    "words": _by_words,
    "meaning": _by_meaning,
    "fused": _fused,
    "fused + taste": _with_taste,
}


@dataclass(frozen=True)
class Figures:
    """How one way answers the questions of one kind; times are of the CPU."""

    kind: str
    way: str
    questions: int
    mrr: float
    first: float
    nothing: float
    p50_ms: float
    p99_ms: float


def measure(index: SearchIndex, questions: Iterable[Question]) -> list[Figures]:
    """Asks all questions in every way; MRR counts the first DEPTH places."""
    allowed = np.ones(index.documents.size, bool)
    kinds: dict[str, list[Question]] = {}
    for question in questions:
        kinds.setdefault(question.kind, []).append(question)
    figures = []
    for kind, asked_of_kind in kinds.items():
        for way, ask in WAYS.items():
            ranks, times, nothing = [], [], 0
            for question in asked_of_kind:
                start = time.process_time()
                docs = ask(index, question, allowed)
                times.append(1000 * (time.process_time() - start))
                nothing += not len(docs)
                ranks.append(next((r for r, doc in enumerate(docs, 1) if doc in question.truth), 0))
            gains = np.array([1 / rank if rank else 0.0 for rank in ranks])
            p50, p99 = np.percentile(times, [50, 99])
            figures.append(
                Figures(
                    kind,
                    way,
                    len(ranks),
                    float(gains.mean()),
                    float((gains == 1).mean()),
                    nothing / len(ranks),
                    float(p50),
                    float(p99),
                )
            )
    return figures


def read_plays(data: Path, catalogue: Catalogue) -> dict[str, Plays]:
    """Reads all plays of a log by listener, oldest first."""
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(LogFile.open(Path(folder), LogSource(str(data)), catalogue)) as log,
    ):
        return {user: log.plays(user) for user in log.listeners()}


def _report(data: Path, queries: int, seed: int) -> dict:
    catalogue = Catalogue(read_catalog(str(data)).table.cast(SCHEMA))
    plays = read_plays(data, catalogue)
    popularity = np.zeros(catalogue.size, np.int64)
    since = max((int(one.times[-1]) for one in plays.values()), default=0) - LAST_DAYS * 86_400
    for one in plays.values():
        np.add.at(popularity, one.before(since).kept.items, 1)
    before, start = _memory(), time.perf_counter()
    vectors = TextVectors()
    index = SearchIndex(catalogue, popularity, vectors)
    built = time.perf_counter() - start
    print(
        f"\n{catalogue.size:,} items, {index.documents.size:,} documents: built in {built:.1f} s, "
        f"{_memory() - before:.0f} MiB more at the peak"
    )
    questions = list(asked_by(Questions(index.documents, seed).make(queries), plays, since, seed))
    questions += ambiguous(catalogue, plays, since, queries, seed)
    figures = measure(index, questions)
    print("| query | n | " + " | ".join(WAYS) + " |\n| --- | ---: |" + " --- |" * len(WAYS))
    for kind in dict.fromkeys(figure.kind for figure in figures):
        row = [figure for figure in figures if figure.kind == kind]
        cells = (f"{one.mrr:.3f}, {one.nothing:.0%}" for one in row)
        print(f"| {kind} | {row[0].questions} | " + " | ".join(cells) + " |")
    for way in WAYS:
        rows = [figure for figure in figures if figure.way == way]
        p50, p99 = np.median([row.p50_ms for row in rows]), max(row.p99_ms for row in rows)
        print(f"{way}: p50 {p50:.1f} ms, p99 {p99:.1f} ms of CPU")
    return {"items": catalogue.size, "built_s": built, "figures": [asdict(figure) for figure in figures]}


def _memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--data", type=Path, nargs="*", help="folders of the contract's tables; default: made worlds"
    )
    parser.add_argument(
        "--items", type=int, nargs="*", default=[10_000, 100_000], help="sizes of made worlds"
    )
    parser.add_argument("--queries", type=int, default=300, help="of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", type=Path, help="writes the figures too")
    return parser


def main() -> None:
    arguments = _parser().parse_args()
    with tempfile.TemporaryDirectory() as folder:
        logs = arguments.data or []
        for items in () if arguments.data else arguments.items:
            logs.append(Path(folder) / str(items))
            make_world(logs[-1], users=USERS, items=items, days=DAYS, seed=arguments.seed)
        reports = [_report(data, arguments.queries, arguments.seed) for data in logs]
    if arguments.json:
        arguments.json.write_text(json.dumps(reports, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
