"""The serving benchmark's own arithmetic."""

import numpy as np

from benchmarks import serving


def test_percentiles_are_in_milliseconds_and_the_rate_is_of_all_clients():
    seconds = np.arange(1, 102) / 1000  # 1 to 101 ms

    figures = serving.summarise("plain", 8, seconds, wall_seconds=2.02)

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
