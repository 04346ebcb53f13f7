"""Base paths that are addresses, in TensorFlow's file system in memory."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from tensorflow.python.lib.io import file_io

from serving.loaded_model import LoadedModel
from serving.manager import ModelManager
from serving.model_configs import ModelConfig
from serving.storage import Address, fetched, list_versions, place_of, stamp_of, version_place

BASE = "ram://storage/models/m"


def put(path: str, text: str) -> None:
    file_io.recursive_create_dir_v2(f"{BASE}/{path}".rpartition("/")[0])
    with file_io.FileIO(f"{BASE}/{path}", "w") as file:
        file.write(text)


@pytest.fixture
def base() -> Iterator[Address]:
    put("007/saved_model.pb", "graph")
    put("007/variables/variables.index", "values")
    put("12/saved_model.pb", "graph")
    put("13", "a file")
    put(".14/saved_model.pb", "staged")
    yield Address(BASE)
    file_io.delete_recursively_v2("ram://storage")


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("gs://bucket/m/", Address("gs://bucket/m")),
        ("models/m", Path("models/m")),
        ("/a:/m", Path("/a:/m")),
    ],
)
def test_what_has_a_scheme_is_an_address(text: str, place: Path | Address) -> None:
    assert place_of(text) == place
    assert type(place_of(text)) is type(place)


def test_the_versions_of_an_address_are_those_of_a_folder(base: Address) -> None:
    assert list_versions(base) == [7, 12]
    assert version_place(base, 7) == f"{BASE}/007"


def test_an_address_that_is_missing_has_no_versions(base: Address) -> None:
    assert list_versions(Address(f"{base}-none")) == []


def test_a_version_is_copied_and_the_copy_removed(base: Address) -> None:
    with fetched(version_place(base, 7)) as folder:
        files = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*.*")}
    assert files == {"saved_model.pb": "graph", "variables/variables.index": "values"}
    assert not folder.exists()


def test_a_stamp_changes_with_any_file(base: Address) -> None:
    before = stamp_of(version_place(base, 7))
    assert stamp_of(version_place(base, 7)) == before
    put("007/variables/variables.index", "other values")
    assert stamp_of(version_place(base, 7)) != before


def test_a_folder_is_loaded_where_it_lies(tmp_path: Path) -> None:
    with fetched(tmp_path) as folder:
        assert folder == tmp_path


def test_a_version_behind_an_address_serves(upnext_dir: Path) -> None:
    config = ModelConfig("m", Address(f"file://{upnext_dir.parent}"))
    stopping = threading.Event()
    manager = ModelManager([config], LoadedModel, lambda line: None, stopping)
    try:
        manager.start()
        manager.wait_until_loaded()
        assert manager.served.available() == {"m": 1}
    finally:
        stopping.set()
