"""Two engines for search by words: tantivy, as search has it, against SQLite's FTS5 with trigrams.

python -m benchmarks.search_engines --items 10000 --queries 100
"""

import argparse
import sqlite3
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from benchmarks.search import DAYS, DEPTH, USERS
from benchmarks.search_queries import Question, Questions
from listening_log.cleaning.catalog import read_catalog
from listening_log.world import make_world
from serving.catalog_asset import SCHEMA
from surfaces.common.catalogue import Catalogue
from surfaces.common.columns import NOBODY
from surfaces.search.documents import Documents
from surfaces.search.lexical import LexicalIndex
from surfaces.search.terms import split_terms
from tfx_pipeline.terminal.tables import render_table

Search = Callable[[str], Sequence[int]]

WEIGHTS: Final = "3.0, 2.0, 1.5, 1.5, 0.7"
"""The fields' weights are those of `surfaces.search.lexical`."""
_SEED: Final = 1


def main(argv: Sequence[str] | None = None) -> None:
    """Prints a table."""
    args = _parser().parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        make_world(Path(folder), users=USERS, items=args.items, days=DAYS, seed=_SEED)
        documents = Documents(Catalogue(read_catalog(folder).table.cast(SCHEMA)))
    kinds: dict[str, list[Question]] = {}
    for question in Questions(documents, _SEED).make(args.queries):
        kinds.setdefault(question.kind, []).append(question)
    columns, times = list[list[str]](), list[str]()
    for name, make in (("tantivy", tantivy), ("FTS5, trigrams", trigrams)):
        start = time.process_time()
        search = make(documents)
        built = time.process_time() - start
        cells, milliseconds = [], list[float]()
        for questions in kinds.values():
            ranks = [_rank(search, question, milliseconds) for question in questions]
            mrr = np.mean([1 / rank if rank > 0 else 0 for rank in ranks])
            cells.append(f"{mrr:.3f}, {np.mean([rank < 0 for rank in ranks]):.0%}")
        columns.append(cells)
        p50, p99 = np.percentile(milliseconds, [50, 99])
        times.append(
            f"{name}: {built:.1f} s of CPU to build, a query p50 {p50:.1f} ms, p99 {p99:.1f} ms of CPU"
        )
    print(f"{documents.catalogue.size:,} items; MRR of the first {DEPTH} places, share without a result")
    print(render_table(list(zip(kinds, *columns, strict=True)), ("query", "tantivy", "FTS5, trigrams")))
    print("\n".join(times))


def tantivy(documents: Documents) -> Search:
    """The engine of `surfaces.search`."""
    index = LexicalIndex(documents, np.zeros(documents.size, np.int64))

    def search(text: str) -> Sequence[int]:
        return index.search(index.ways(split_terms(text), complete=False), DEPTH).docs.tolist()

    return search


def trigrams(documents: Documents) -> Search:
    """FTS5 over the same texts: any three letters in a row of a word are looked up, ranked by BM25."""
    catalogue, connection = documents.catalogue, sqlite3.connect(":memory:")
    connection.execute(
        "CREATE VIRTUAL TABLE docs USING fts5(name, creator, genre, year, text, tokenize='trigram')"
    )
    codes = catalogue.creators.codes
    for doc, name in enumerate(documents.names):
        row = [name, "", "", "", ""]
        if doc < catalogue.size:
            creator = "" if codes[doc] == NOBODY else catalogue.creators.values[codes[doc]]
            genres = " ".join(catalogue.genres.values_at(doc))
            row = [name, creator, genres, documents.years[doc], catalogue.descriptions[doc]]
        joined = [" ".join(split_terms(text, whole=True)) for text in row]
        connection.execute(
            "INSERT INTO docs(rowid, name, creator, genre, year, text) VALUES (?,?,?,?,?,?)", (doc, *joined)
        )
    query = f"SELECT rowid FROM docs WHERE docs MATCH ? ORDER BY bm25(docs, {WEIGHTS}) LIMIT {DEPTH}"

    def search(text: str) -> Sequence[int]:
        padded = " ".join(split_terms(text))
        parts = dict.fromkeys(padded[at : at + 3] for at in range(len(padded) - 2))
        if not parts:
            return []
        return [doc for (doc,) in connection.execute(query, (" OR ".join(f'"{part}"' for part in parts),))]

    return search


def _rank(search: Search, question: Question, milliseconds: list[float]) -> int:
    """The rank of the first true document; 0 for none of them, -1 where nothing was found."""
    start = time.process_time()
    docs = search(question.text)
    milliseconds.append(1000 * (time.process_time() - start))
    rank = next((rank for rank, doc in enumerate(docs, 1) if doc in question.truth), 0)
    return rank if docs else -1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--items", type=int, default=10_000, help="size of a made world")
    parser.add_argument("--queries", type=int, default=100, help="of each kind")
    return parser


if __name__ == "__main__":
    main()
