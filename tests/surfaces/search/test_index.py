import shutil
from pathlib import Path

import numpy as np
import pytest

from surfaces.common.text_vectors import TextVectors, Vectors, text_vectors
from surfaces.search import lexical
from surfaces.search.index import POOL, Query, SearchIndex
from tests.surfaces.worlds import catalogue

ROWS = [{"item_id": "a", "title": "A calm song"}, {"item_id": "b", "title": "A loud song"}]
ITEMS = catalogue(ROWS)
PLAYS = np.array([1, 5])


class OfQueries(TextVectors):
    """Knows what a query means, and makes no vectors of a catalogue."""

    def __init__(self) -> None:
        pass

    def embed(self, texts: object) -> Vectors:
        assert texts == ["loud songs"], "these are kept"
        return text_vectors().embed(["loud songs"])


@pytest.fixture
def nothing_written(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("this index is kept")

    monkeypatch.setattr(lexical, "_write", refuse)


def find_both(index: SearchIndex, text: str) -> tuple[list[int], list[int]]:
    query, allowed = Query.read(text), np.ones(index.documents.size, bool)
    words = index.by_words(index.ways(query), allowed)
    return words.docs.tolist(), index.by_meaning(query, allowed).docs.tolist()


@pytest.fixture
def first(tmp_path: Path) -> SearchIndex:
    return SearchIndex(ITEMS, PLAYS, text_vectors(), tmp_path)


def test_the_next_start_reads_what_the_first_one_made(
    tmp_path: Path, first: SearchIndex, nothing_written: None
) -> None:
    again = SearchIndex(catalogue(ROWS), PLAYS, OfQueries(), tmp_path)
    assert find_both(again, "loud songs") == find_both(first, "loud songs") == ([1, 0], [1, 0])
    with pytest.raises(AssertionError, match="kept"):
        SearchIndex(ITEMS, PLAYS[::-1], text_vectors(), tmp_path)


def test_it_finds_the_same_as_one_in_memory(first: SearchIndex) -> None:
    in_memory = SearchIndex(ITEMS, PLAYS, text_vectors())
    assert find_both(first, "song") == find_both(in_memory, "song")


def test_what_has_every_word_is_found_by_itself_with_the_same_score(first: SearchIndex) -> None:
    ways, allowed = first.ways(Query.read("loud song ")), np.ones(2, bool)
    some, every = first.by_words(ways, allowed), first.by_words(ways, allowed, every=True)
    assert (some.docs.tolist(), every.docs.tolist()) == ([1, 0], [1])
    assert every.scores[0] == pytest.approx(some.scores[0])


def test_of_more_than_are_looked_at_the_popular_ones_that_may_be_shown_are_found() -> None:
    songs = catalogue([{"item_id": f"i{n}", "title": "Song"} for n in range(6 * POOL)])
    index = SearchIndex(songs, np.arange(songs.size), text_vectors())
    allowed = np.arange(songs.size) % 3 == 0
    allowed[-3 * POOL // 2 :] = False
    docs = index.by_words(index.ways(Query.read("song")), allowed).docs
    assert sorted(docs) == np.flatnonzero(allowed)[-POOL:].tolist()


def test_an_index_goes_on_when_another_catalogue_has_taken_its_place(
    tmp_path: Path, first: SearchIndex
) -> None:
    before = find_both(first, "song")
    SearchIndex(catalogue(ROWS[:1]), PLAYS[:1], text_vectors(), tmp_path)
    assert len(list(tmp_path.iterdir())) == 2
    assert find_both(first, "song") == before


def test_a_broken_index_is_made_anew(tmp_path: Path, first: SearchIndex) -> None:
    before = find_both(first, "song")
    for path in tmp_path.glob("*/*"):
        path.write_bytes(path.read_bytes()[:20])
    assert find_both(SearchIndex(ITEMS, PLAYS, text_vectors(), tmp_path), "song") == before


def test_without_its_folder_it_is_made_anew(tmp_path: Path, first: SearchIndex) -> None:
    shutil.rmtree(tmp_path)
    assert find_both(SearchIndex(ITEMS, PLAYS, text_vectors(), tmp_path), "song") == find_both(first, "song")
