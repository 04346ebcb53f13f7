"""The arithmetic of the benchmark of swaps, and what it pushes."""

from pathlib import Path

import numpy as np

from benchmarks import swaps


def test_requests_count_where_they_were_asked():
    answers = swaps.Answers()
    answers.times = [(0.5, 0.1), (1.0, 0.2), (1.9, 3.0), (2.0, 0.4)]

    assert np.array_equal(answers.between(1.0, 2.0), [0.2, 3.0])


def test_a_version_is_pushed_whole_and_takes_no_space(tmp_path: Path):
    model, base = tmp_path / "model", tmp_path / "base"
    (model / "variables").mkdir(parents=True)
    (model / "variables" / "data").write_text("numbers")

    swaps.push(model, base, 7)

    pushed = base / "7" / "variables" / "data"
    assert pushed.read_text() == "numbers"
    assert pushed.samefile(model / "variables" / "data")
    assert [path.name for path in base.iterdir()] == ["7"]


def test_a_model_without_warm_up_requests_is_one_line_and_exit_code_1(tmp_path: Path, capsys):
    assert swaps.main(["--model", str(tmp_path)]) == 1
    assert "nothing to ask" in capsys.readouterr().err
