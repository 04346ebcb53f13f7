"""What stays no longer names the listener, and is otherwise as it was."""

import json
import sqlite3
from pathlib import Path

from tfx_pipeline.home.forget import scrub
from tfx_pipeline.home.forget.id_search import IdSearch

SEARCH = IdSearch("listener-003")


def test_lines_that_name_the_listener_go_and_the_others_stay(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    path.write_bytes(b"start\nno event of 'listener-003'\nlistener-0031 is fine\nlast")
    assert scrub.log(path, SEARCH) == 1
    assert path.read_bytes() == b"start\n" + scrub.LINE + b"listener-0031 is fine\nlast"


def test_a_server_goes_on_writing_to_a_log_that_was_scrubbed(tmp_path: Path) -> None:
    path = tmp_path / "serve.log"
    with path.open("ab", buffering=0) as server:
        server.write(b"of listener-003, and a long line at that, so that the file gets shorter\n")
        scrub.log(path, SEARCH)
        server.write(b"next\n")
    assert path.read_bytes() == scrub.LINE + b"next\n"


def test_a_log_without_the_listener_is_not_written(tmp_path: Path) -> None:
    path = tmp_path / "run.log"
    path.write_bytes(b"start\n")
    path.chmod(0o400)
    assert scrub.log(path, SEARCH) == 0


def test_values_of_the_metadata_lose_the_id_to_the_last_byte(tmp_path: Path) -> None:
    path = tmp_path / "metadata.db"
    rows = [
        (1, "failed on listener-003 (listener-0031 is fine)", b"\x0clistener-003\x08\x01", 1),
        (2, "nothing here", None, None),
        (3, "x" * 9000 + " listener-003", None, 3),  # longer than a page of SQLite's
    ]
    with sqlite3.connect(path) as database:
        columns = "execution_id INT, string_value TEXT, byte_value BLOB, int_value INT"
        database.execute(f"CREATE TABLE ExecutionProperty ({columns})")
        database.executemany("INSERT INTO ExecutionProperty VALUES (?, ?, ?, ?)", rows)
    database.close()

    assert scrub.metadata(path, SEARCH) == 3

    with sqlite3.connect(path) as database:
        found = database.execute("SELECT * FROM ExecutionProperty ORDER BY execution_id").fetchall()
    database.close()
    assert found == [
        (1, "failed on [forgotten] (listener-0031 is fine)", b"\x0cxxxxxxxxxxxx\x08\x01", 1),
        (2, "nothing here", None, None),
        (3, "x" * 9000 + " [forgotten]", None, 3),
    ]
    assert not SEARCH.in_file(path)


def test_there_may_be_no_metadata_yet(tmp_path: Path) -> None:
    assert scrub.metadata(tmp_path / "metadata.db", SEARCH) == 0
    assert list(tmp_path.iterdir()) == []


def test_how_a_run_ended_no_longer_names_the_listener(tmp_path: Path) -> None:
    path = tmp_path / "run.json"
    path.write_text(
        json.dumps({"data_dir": "log", "ended": "failed: at listener-003, row 7", "exit_code": 1})
    )
    scrub.record(path, SEARCH)
    assert json.loads(path.read_text()) == {
        "data_dir": "log",
        "ended": "failed: at [forgotten], row 7",
        "exit_code": 1,
    }
    scrub.record(tmp_path / "absent.json", SEARCH)
    assert [file.name for file in tmp_path.iterdir()] == ["run.json"]
