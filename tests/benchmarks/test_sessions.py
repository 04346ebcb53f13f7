"""Each session is asked after each of its events but the last."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from benchmarks.sessions import Prefix, main, played_items, precision_and_mrr, prefixes_of, read_sessions
from models.metrics import NOT_FOUND


def test_prefixes_are_in_the_order_of_time_and_then_of_the_file() -> None:
    events = pa.table(
        {
            "user_id": ["s", "t", "s", "s", "u"],
            "item_id": ["c", "a", "a", "b", "a"],
            "timestamp": [9, 1, 5, 5, 2],
        }
    )

    assert list(prefixes_of(events)) == [Prefix(["a"], "b"), Prefix(["a", "b"], "c")]


def test_mrr_is_zero_below_the_twenty_places() -> None:
    figures = precision_and_mrr(np.array([0, 3, NOT_FOUND, 19]))

    assert figures.tolist() == [[1, 1], [1, 0.25], [0, 0], [1, 0.05]]


def test_items_that_somebody_played_are_those_of_the_log(tmp_path: Path) -> None:
    (tmp_path / "events.csv").write_text("user_id,item_id,timestamp\nu,a,1\nv,b,2\nu,a,3\n")

    assert played_items(tmp_path) == {"a", "b"}


def test_a_file_of_sessions_is_read(tmp_path: Path) -> None:
    path = tmp_path / "others.csv"
    path.write_text("user_id,item_id,timestamp\ns,a,1\ns,b,2\n")

    assert list(prefixes_of(read_sessions(path))) == [Prefix(["a"], "b")]


def test_a_home_without_a_run_ends_in_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--home", str(tmp_path), "--others", str(tmp_path / "others.csv")])

    assert capsys.readouterr().err.count("\n") == 1
