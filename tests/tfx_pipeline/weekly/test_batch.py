from pathlib import Path

import pytest

from surfaces.common.catalogue import Catalogue
from surfaces.common.moment import Moment
from surfaces.discover_weekly.candidates import SURFACE
from surfaces.store.records import StoredPlay
from surfaces.store.store import Store
from tests.surfaces.worlds import CircleServer
from tests.tfx_pipeline.surfaces.homes import make_home
from tfx_pipeline.cli import main as cli
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import RunRecord
from tfx_pipeline.surfaces.home_application import store_url
from tfx_pipeline.weekly import beam_steps
from tfx_pipeline.weekly.batch import coming_week, known_until

UNTIL = 1_700_100_000


class Circle(CircleServer):
    """The models of a worker, without a model."""

    def __init__(self, folder: Path, catalogue: Catalogue) -> None:
        super().__init__(catalogue)


@pytest.fixture
def home(tmp_path: Path, tiny_log: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(beam_steps, "LoadedModels", Circle)
    made_home = make_home(tmp_path, tiny_log)
    RunRecord(data_dir=str(tiny_log), config={"beam": {"workers": 1, "flags": []}}).write(made_home.path)
    return made_home


def test_the_command_makes_each_listeners_list_once(home: Home, capfd: pytest.CaptureFixture[str]) -> None:
    store = Store(store_url(home, ""))
    store.add_plays([StoredPlay("dan", "a", UNTIL)])
    assert cli.main(["surfaces", "weekly", "--home", str(home), "--week", "2026-W48"]) == 0
    first = capfd.readouterr().out
    names = [user for user in ("ann", "dan") if store.frozen(user, SURFACE)]
    assert names == ["ann", "dan"]
    assert "a" not in store.frozen("dan", SURFACE)["2026-W48"]["items"]
    count = int(first.split()[1])
    assert first.startswith(f"2026-W48: {count} lists made")
    assert cli.main(["surfaces", "weekly", "--home", str(home), "--week", "2026-W48"]) == 0
    again = capfd.readouterr().out
    assert again.startswith("2026-W48: 0 lists made")
    assert again.endswith(f"{count} of {count} listeners had one\n")


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--home", "HOME", "--week", "48"], 2, "expected an ISO week, as 2026-W48"),
        (["--week", "2026-W48"], 2, "--home DIR is needed"),
        (["--home", "EMPTY"], 1, "upnext run"),
    ],
)
def test_what_is_wrong_is_one_line(
    home: Home, tmp_path: Path, words: list[str], code: int, message: str, capfd: pytest.CaptureFixture[str]
) -> None:
    places = {"HOME": str(home), "EMPTY": str(tmp_path / "empty")}
    assert cli.main(["surfaces", "weekly", *(places.get(word, word) for word in words)]) == code
    error = capfd.readouterr().err
    assert message in error
    assert error.count("\n") == 1


def test_the_coming_week_is_made_before_it_begins_in_utc() -> None:
    assert coming_week(Moment.parse("2026-11-29T09:59:00Z")) == "2026-W48"
    assert coming_week(Moment.parse("2026-11-29T10:00:00Z")) == "2026-W49"


def test_plays_count_until_now_and_for_a_week_that_is_over_until_its_monday() -> None:
    now = Moment.parse("2026-11-26T08:00:00Z")
    assert known_until("2026-W48", now) == known_until("2026-W49", now) == now
    assert known_until("2026-W47", now) == Moment.parse("2026-11-16T00:00:00Z")
