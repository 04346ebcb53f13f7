"""An id is found whole, in whatever file it stands, and not in an id that is longer."""

import gzip
import zipfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tfx_pipeline.home.forget import id_search
from tfx_pipeline.home.forget.id_search import IdSearch, files_below

ID = "listener-003"


def record(user_id: str, after: bytes = b"") -> bytes:
    """A serialised tf.train.Example with the feature `user_id`, as TFRecord files hold it, and what follows."""
    from tensorflow.core.example import example_pb2, feature_pb2

    value = feature_pb2.Feature(bytes_list=feature_pb2.BytesList(value=[user_id.encode()]))
    features = feature_pb2.Features(feature={"user_id": value})
    return b"\x30\0\0\0\0\0\0\0" + example_pb2.Example(features=features).SerializeToString() + after


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"listener-003", True),
        (b'{"user": "listener-003"}', True),
        (b"listener-003.", True),
        (b"a\nlistener-003\nb", True),
        (b"listener-0031", False),
        (b"a-listener-003", False),
        (b"listener-003-old", False),
        (b"listener_003", False),
        (b"", False),
    ],
)
def test_in_text_an_id_ends_where_no_further_part_of_an_id_stands(text: bytes, found: bool) -> None:
    assert IdSearch(ID).in_text(text) is found


@pytest.mark.parametrize("text", ['{"u": "zo\\u00eb-17"}', "zoë-17", "zo\\303\\253-17", "listener 'zoë-17'"])
def test_an_id_is_found_as_json_and_protocol_buffers_escape_it(text: str) -> None:
    assert IdSearch("zoë-17").in_text(text.encode())


@pytest.mark.parametrize("after", [b"", b"A1b2"])  # a checksum follows, whatever its letters
@pytest.mark.parametrize(("user_id", "found"), [(ID, True), ("listener-0031", False)])
def test_in_a_record_its_length_says_where_an_id_ends(
    tmp_path: Path, user_id: str, found: bool, after: bytes
) -> None:
    path = tmp_path / "records.gz"
    path.write_bytes(gzip.compress(record(user_id, after)))
    assert IdSearch(ID).in_file(path) is found


def test_an_id_of_fifty_letters_is_found_beside_its_length_which_is_a_digit(tmp_path: Path) -> None:
    path = tmp_path / "record"
    path.write_bytes(record("u" * 50, b"z"))
    assert IdSearch("u" * 50).in_file(path)


@pytest.mark.parametrize(("user_id", "found"), [("42", True), ("421", False), ("4", False)])
def test_a_plain_id_is_found_as_the_listener_of_a_record(tmp_path: Path, user_id: str, found: bool) -> None:
    path = tmp_path / "record"
    path.write_bytes(record(user_id))
    assert IdSearch("42").in_file(path) is found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"no usable event of listener '42'", True),
        (b'{"user_id": "42"}', True),
        (b"user 42 has", True),
        (b"listener 421", False),
        (b'{"epochs": 42, "item": "42"}', False),
        (b"12:42:01", False),
    ],
)
def test_a_plain_id_counts_only_where_a_text_says_that_it_is_a_listener(text: bytes, found: bool) -> None:
    assert IdSearch("42").in_text(text) is found


@pytest.mark.parametrize(("user_id", "found"), [(ID, True), ("listener-0031", False)])
def test_tables_arrays_and_archives_are_opened(tmp_path: Path, user_id: str, found: bool) -> None:
    table = pa.table({"user_id": [user_id, "listener-9"], "n": [1, 2]})
    encoded = table.set_column(0, "user_id", table["user_id"].dictionary_encode())
    pq.write_table(table, tmp_path / "a.parquet", compression="zstd")
    pq.write_table(encoded, tmp_path / "b.parquet")
    pyarrow.feather.write_feather(table, str(tmp_path / "c.arrow"), compression="lz4")
    np.save(tmp_path / "d.npy", np.array([user_id, "listener-9"]))
    np.savez_compressed(tmp_path / "e.npz", ids=np.array([user_id.encode(), b"listener-999"]))
    with zipfile.ZipFile(tmp_path / "f.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("x.txt", f"of {user_id}\n")
    assert [IdSearch(ID).in_file(path) for path in files_below(tmp_path)] == [found] * 6


def test_a_file_that_was_cut_short_counts_as_one_that_holds_the_id(tmp_path: Path) -> None:
    whole = gzip.compress(np.random.default_rng(0).bytes(1000))
    (tmp_path / "a.gz").write_bytes(whole[:500])
    (tmp_path / "b.parquet").write_bytes(b"PAR1 and no more")
    assert [IdSearch(ID).in_file(path) for path in files_below(tmp_path)] == [True, True]


@given(before=st.integers(0, 300), after=st.integers(0, 300), longer=st.booleans(), chunk=st.integers(1, 64))
def test_wherever_chunks_of_a_file_end_the_answer_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, before: int, after: int, longer: bool, chunk: int
) -> None:
    path = tmp_path_factory.getbasetemp() / "long.txt"
    path.write_bytes(b"." * before + ID.encode() + (b"1" if longer else b"") + b"." * after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(id_search, "_CHUNK", chunk)
        assert IdSearch(ID).in_file(path) is not longer


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "file").touch()
    (tmp_path / "b").symlink_to(tmp_path)
    (tmp_path / "c").symlink_to(tmp_path / "a" / "file")
    assert list(files_below(tmp_path)) == [tmp_path / "a" / "file"]
    assert list(files_below(tmp_path / "absent")) == []
