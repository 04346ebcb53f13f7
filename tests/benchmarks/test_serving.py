"""The serving benchmark's own arithmetic."""

import numpy as np
import pytest

from benchmarks import load, serving
from benchmarks.load import Figures


def test_percentiles_are_in_milliseconds_and_the_rate_is_of_all_clients():
    seconds = np.arange(1, 102) / 1000  # 1 to 101 ms

    figures = load.summarise("plain", 8, seconds, wall_seconds=2.02)

    assert figures.milliseconds == {"p50": 51.0, "p95": 96.0, "p99": 100.0}
    assert (figures.requests, figures.a_second) == (101, 50.0)


def test_made_histories_are_known_items_and_repeatable():
    items = ["a", "b", "c"]

    first, second = (serving.draw_histories(items, 5, seed=1) for _ in range(2))

    assert first == second
    assert {item for history in first for item in history} == set(items)
    assert all(len(history) == 5 for history in first)


def test_a_home_without_models_is_one_line_and_exit_code_1(tmp_path, capsys):
    assert serving.main(["--home", str(tmp_path)]) == 1
    assert "holds no pushed model" in capsys.readouterr().err


def test_the_middle_of_rounds_is_the_median_of_each_figure():
    rounds = [
        Figures("plain", 1, 10, rate, {"p50": p50}) for rate, p50 in ((5.0, 3.0), (7.0, 1.0), (6.0, 9.0))
    ]

    assert load.middle(rounds) == Figures("plain", 1, 30, 6.0, {"p50": 3.0})


def test_growth_is_that_of_the_median_and_rates_stand_beside_the_bare_server():
    def figures(p50: float, rate: float) -> list[Figures]:
        return [Figures(serving.BARE, 1, 9, 100.0, {"p50": 2.0}), Figures("upnext", 1, 9, rate, {"p50": p50})]

    lines = serving.growth_table([figures(4.0, 60.0), figures(5.0, 50.0)]).splitlines()

    assert lines[-1].split() == ["upnext", "1", "1.25", "0.50"]


def test_a_kind_that_is_none_is_wrong_usage(capsys):
    with pytest.raises(SystemExit, match="2"):
        serving.main(["--items", "10", "--kinds", "upnext,nothing"])
    assert "nothing: not of bare server, empty, retrieval" in capsys.readouterr().err
