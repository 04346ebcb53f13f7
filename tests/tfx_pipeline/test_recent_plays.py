from pathlib import Path

import pytest

from models.errors import UserError
from tfx_pipeline.recent_plays import recent_plays


def test_plays_come_oldest_first_whatever_the_order_of_rows(tiny_log: Path):
    assert recent_plays(tiny_log, "ann") == ["a", "b", "c"]


def test_only_the_newest_are_kept(tiny_log: Path):
    assert recent_plays(tiny_log, "ann", most=2) == ["b", "c"]


def test_items_that_the_catalogue_lacks_are_left_out(tiny_log: Path):
    assert recent_plays(tiny_log, "bob") == ["b"]


def test_an_unknown_listener_is_one_line(tiny_log: Path):
    with pytest.raises(UserError, match="no usable event of listener 'zoe'"):
        recent_plays(tiny_log, "zoe")
