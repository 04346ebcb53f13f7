from pathlib import Path

import pytest

from listening_log.cleaning.forgotten import Forgotten
from listening_log.errors import UserError
from tfx_pipeline.cli.recent_plays import recent_plays


def test_plays_come_oldest_first_whatever_the_order_of_rows(tiny_log: Path):
    assert recent_plays(tiny_log, "ann") == ["a", "b", "c"]


def test_only_the_newest_are_kept(tiny_log: Path):
    assert recent_plays(tiny_log, "ann", most=2) == ["b", "c"]


def test_items_that_the_catalogue_lacks_are_left_out(tiny_log: Path):
    assert recent_plays(tiny_log, "bob") == ["b"]


def test_an_unknown_listener_is_one_line(tiny_log: Path):
    with pytest.raises(UserError, match="no usable event of listener 'zoe'"):
        recent_plays(tiny_log, "zoe")


def test_a_forgotten_listener_is_told_and_not_looked_up(tiny_log: Path, tmp_path: Path):
    path = tmp_path / "forgotten.json"
    Forgotten().with_user("ann").save(path)
    with pytest.raises(UserError, match="listener 'ann' is forgotten here"):
        recent_plays(tiny_log, "ann", forgotten=path)
    assert recent_plays(tiny_log, "bob", forgotten=path) == ["b"]
    assert recent_plays(tiny_log, "bob", forgotten=tmp_path / "absent.json") == ["b"]
