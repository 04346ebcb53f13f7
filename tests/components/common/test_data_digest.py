from pathlib import Path

import pytest

from components.common.data_digest import data_digest
from listening_log.errors import UserError
from listening_log.tables.spans import Spans


@pytest.fixture
def log(tmp_path: Path) -> Path:
    (tmp_path / "events.csv").write_text("user_id,item_id,timestamp\nu,i,1\n")
    (tmp_path / "catalog.csv").write_text("item_id\ni\n")
    return tmp_path


def test_the_digest_is_the_same_for_the_same_files_at_another_path(log, tmp_path_factory):
    other = tmp_path_factory.mktemp("other")
    for file in log.iterdir():
        (other / file.name).write_bytes(file.read_bytes())
    assert data_digest(str(other)) == data_digest(str(log)) == data_digest(f"{log}/")


def test_new_data_at_an_old_path_is_seen(log):
    before = data_digest(str(log))
    (log / "events.csv").write_text("user_id,item_id,timestamp\nu,i,2\n")
    assert data_digest(str(log)) != before


def test_a_further_table_is_seen_and_other_files_are_not(log):
    before = data_digest(str(log))
    (log / "notes.txt").write_text("nothing")
    assert data_digest(str(log)) == before
    (log / "users.csv").write_text("user_id,age\nu,3\n")
    assert data_digest(str(log)) != before


def test_a_missing_directory_is_told(tmp_path):
    with pytest.raises(UserError, match="no such data directory"):
        data_digest(str(tmp_path / "none"))


def test_the_files_of_the_chosen_spans_are_seen_and_those_of_others_are_not(log):
    for span in (2, 3):
        (log / f"span-{span}").mkdir()
        (log / f"span-{span}" / "events.csv").write_text("user_id,item_id,timestamp\nu,i,5\n")
    one, two = data_digest(str(log), Spans(last=1)), data_digest(str(log), Spans(last=2))
    assert one != two
    (log / "span-3" / "events.csv").write_text("user_id,item_id,timestamp\nu,i,6\n")
    assert (data_digest(str(log), Spans(last=1)), data_digest(str(log), Spans(last=2))) == (one, two)
    (log / "span-2" / "events.csv").write_text("user_id,item_id,timestamp\nu,i,6\n")
    assert data_digest(str(log), Spans(last=1)) == one
    assert data_digest(str(log), Spans(last=2)) != two
