"""Who is forgotten can be asked, kept and told apart from everyone else, and isn't written anywhere."""

import subprocess
import sys
import tempfile
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from listening_log.cleaning.forgotten import Forgotten
from listening_log.errors import UserError

IDS = st.text(max_size=8)
COLUMNS = [
    pa.array,
    lambda ids: pa.array(ids, pa.large_string()),
    lambda ids: pa.array(ids).dictionary_encode(),
    lambda ids: pa.chunked_array([ids[:1], ids[1:]], pa.string()),
    lambda ids: pa.chunked_array([ids[:1], ids[1:]], pa.string()).dictionary_encode(),
]


def of(*user_ids: str) -> Forgotten:
    forgotten = Forgotten()
    for user_id in user_ids:
        forgotten = forgotten.with_user(user_id)
    return forgotten


@pytest.mark.parametrize("column", COLUMNS)
def test_exactly_the_rows_of_forgotten_listeners_are_marked(column) -> None:
    ids = ["listener-003", "listener-0031", None, "", "listener-003", "Listener-003"]
    assert of("listener-003").mask(column(ids)).tolist() == [True, False, False, False, True, False]


@given(st.lists(IDS, max_size=4), st.lists(IDS, max_size=30))
def test_a_row_is_marked_if_its_listener_is_in_the_set(gone: list[str], rows: list[str]) -> None:
    forgotten = of(*gone)
    assert forgotten.mask(pa.array(rows, pa.string())).tolist() == [row in gone for row in rows]
    assert all(user_id in forgotten for user_id in gone)


@given(st.lists(IDS, min_size=1, max_size=5))
def test_what_is_saved_is_loaded(gone: list[str]) -> None:
    forgotten = of(*gone)
    with tempfile.TemporaryDirectory() as folder:
        forgotten.save(f"{folder}/forgotten.json")
        assert Forgotten.load(f"{folder}/forgotten.json") == forgotten


@given(st.lists(IDS, min_size=1, max_size=5), st.permutations(range(5)))
def test_the_digest_is_that_of_the_set_not_of_the_order(gone: list[str], order: list[int]) -> None:
    start = of("someone")
    one, other = start, start
    for user_id in gone:
        one = one.with_user(user_id)
    for place in order:
        other = other.with_user(gone[place % len(gone)])
    assert (one.digest == other.digest) == (one.hashes == other.hashes)
    assert (one.digest == start.digest) == (set(gone) == {"someone"})


def test_nobody_is_forgotten_where_there_is_no_file(tmp_path: Path) -> None:
    for path in (None, "", str(tmp_path / "absent.json")):
        forgotten = Forgotten.load(path)
        assert (forgotten, forgotten.digest) == (Forgotten(), "")
        assert forgotten.mask(pa.array(["ann", "bob"])).tolist() == [False, False]
    assert of("ann").mask(pa.array([], pa.string())).tolist() == []


def test_the_file_does_not_hold_the_id(tmp_path: Path) -> None:
    of("listener-003").save(tmp_path / "forgotten.json")
    assert b"listener-003" not in (tmp_path / "forgotten.json").read_bytes()
    assert [path.name for path in tmp_path.iterdir()] == ["forgotten.json"]


def test_the_same_listener_has_another_hash_in_another_file() -> None:
    assert of("ann").hashes != of("ann").hashes


def test_a_listener_is_added_once() -> None:
    assert len(of("ann", "bob", "ann").hashes) == 2


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"salt": "", "listeners": []}', '{"salt": "00", "listeners": ["x"]}']
)
def test_a_broken_file_stops_rather_than_letting_a_listener_back_in(tmp_path: Path, text: str) -> None:
    path = tmp_path / "forgotten.json"
    path.write_text(text)
    with pytest.raises(UserError, match=r"forgotten\.json: expected what `upnext forget` writes"):
        Forgotten.load(str(path))


def test_it_needs_no_tensorflow() -> None:
    code = "import sys, listening_log.cleaning.forgotten; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
