from pathlib import Path

import pytest

from components.example_gen.record_files import write_records


@pytest.fixture
def uri(tmp_path: Path) -> str:
    write_records(str(tmp_path), "train", 1, 2, [b"c"])
    write_records(str(tmp_path), "train", 0, 2, [b"a", b"b"])
    return str(tmp_path)


def test_a_split_is_read_in_the_order_of_its_shards(uri):
    from components.common.example_files import read_split

    assert list(read_split(uri, "train").as_numpy_iterator()) == [b"a", b"b", b"c"]


def test_a_split_that_is_not_there_is_named(uri):
    from components.common.example_files import split_files

    with pytest.raises(FileNotFoundError, match=f"no examples of split 'eval' under {uri}"):
        split_files(uri, "eval")
