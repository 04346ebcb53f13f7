from pathlib import Path

import pytest

from tfx_pipeline.cli import main as cli


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["simulate"], 2, "--home"),
        (["simulate", "--home", "h", "--weeks", "0"], 2, "expected a number of at least 1"),
        (["simulate", "--home", "h", "--days-a-span", "0"], 2, "expected a number of at least 1"),
        (["simulate", "--home", "h", "--address", "127.0.0.1:1"], 2, "give --no-train too"),
        (["simulate", "--home", "nothing"], 1, "run `upnext run"),
    ],
)
def test_what_cannot_be_simulated_is_said_in_a_line(
    words: list[str], code: int, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd
) -> None:
    monkeypatch.chdir(tmp_path)
    assert cli.main(words) == code
    assert message in capfd.readouterr().err
    assert list(tmp_path.iterdir()) == []
