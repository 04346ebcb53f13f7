"""A rollback pushes an earlier version again, under a new number, and each in a row goes further back."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from components.pushed.model_folder import Origin
from components.pushed.pushed_models import PushedModels
from listening_log.errors import UserError
from models import names
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.rollback import Rollback, roll_back, rollback_message
from tfx_pipeline.home.run_record import RunRecord

PLACES = [(build, model) for build in names.BUILDS for model in names.MODELS]


def push(home: Path, content: str, now: int, keep: int = 3) -> int:
    """What a run does at its end."""
    models = home.parent / f"models-{content}"
    for build, model in PLACES:
        folder = models / build / model
        (folder / "assets.extra").mkdir(parents=True, exist_ok=True)
        (folder / "saved_model.pb").write_text(f"{build} {model} {content}")
    return PushedModels(home / "serving").push(models, keep, now)


def served(home: Path) -> set[str]:
    """What the newest version of each model holds, without the model's name."""
    version = PushedModels(home / "serving").versions()[-1]
    texts = [
        (home / "serving" / build / model / str(version) / "saved_model.pb").read_text()
        for build, model in PLACES
    ]
    assert [text.split()[:2] for text in texts] == [list(place) for place in PLACES]
    return {text.split()[2] for text in texts}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Versions 1, 2 and 3 of models a, b and c."""
    folder = tmp_path / "home"
    folder.mkdir()
    for number, content in enumerate("abc", start=1):
        push(folder, content, number)
    RunRecord(data_dir="data", config={"keep": {"versions": 3}}).write(folder)
    return folder


def test_the_version_before_the_newest_is_pushed_again(home: Path) -> None:
    rollback = roll_back(Home(home))
    assert (rollback.source, rollback.replaced) == (2, 3)
    assert rollback.version > 3
    assert served(home) == {"b"}


def test_a_home_whose_name_is_a_pattern_of_names_is_rolled_back(home: Path) -> None:
    moved = home.rename(home.with_name("home [1]*?"))
    assert roll_back(Home(moved)).source == 2
    assert served(moved) == {"b"}


def test_rolling_back_again_goes_further_back_and_never_forward(home: Path) -> None:
    sources = [roll_back(Home(home)).source, roll_back(Home(home)).source]
    assert sources == [2, 1]
    assert served(home) == {"a"}
    with pytest.raises(UserError, match="there is no earlier version to roll back to; there are "):
        roll_back(Home(home))
    assert served(home) == {"a"}


def test_older_models_are_found_under_whatever_number_they_have_by_now(home: Path) -> None:
    sources = [roll_back(Home(home), to=1), roll_back(Home(home), to=2), roll_back(Home(home))]
    assert served(home) == {"a"}
    assert sources[2].source == sources[0].version


def test_after_a_new_push_a_rollback_returns_to_what_was_served_before_it(home: Path) -> None:
    rolled_back = roll_back(Home(home)).version
    push(home, "d", rolled_back + 1)
    assert roll_back(Home(home)).source == rolled_back
    assert served(home) == {"b"}


def test_any_version_that_is_there_can_be_asked_for(home: Path) -> None:
    assert roll_back(Home(home), to=1).source == 1
    assert served(home) == {"a"}
    assert roll_back(Home(home), to=3).source == 3
    assert served(home) == {"c"}


@pytest.mark.parametrize(
    ("to", "message"),
    [
        (3, "the models of version 3 are served already; there are 1, 2, 3"),
        (9, "there is no version 9 to roll back to; there are 1, 2, 3"),
    ],
)
def test_a_version_that_cannot_be_meant_is_one_line(home: Path, to: int, message: str) -> None:
    with pytest.raises(UserError, match=f"^{message}$"):
        roll_back(Home(home), to)
    assert PushedModels(home / "serving").versions() == [1, 2, 3]


def test_what_was_pushed_again_is_listed_as_what_it_is(home: Path) -> None:
    version = roll_back(Home(home)).version
    with pytest.raises(UserError, match=rf"there are 1, 2, 3, {version} \(the models of 2\)$"):
        roll_back(Home(home), to=9)


def test_a_version_that_lives_on_under_a_later_number_can_still_be_asked_for(home: Path) -> None:
    as_again = roll_back(Home(home)).version
    roll_back(Home(home))  # version 2 goes: its models are there under the number above
    with pytest.raises(UserError, match=r"^the models of version 1 are served already; there are "):
        roll_back(Home(home), to=1)
    assert roll_back(Home(home), to=2).source == as_again
    assert served(home) == {"b"}


def test_the_configured_number_of_models_stays_and_the_one_rolled_back_to(home: Path) -> None:
    first = roll_back(Home(home)).version
    assert PushedModels(home / "serving").versions() == [1, 2, 3, first]
    second = roll_back(Home(home)).version
    assert PushedModels(home / "serving").versions() == [1, 3, first, second]


def test_of_two_versions_the_older_one_is_not_pruned_before_it_is_pushed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    RunRecord(data_dir="data", config={"keep": {"versions": 1}}).write(home)
    push(home, "a", 1)
    push(home, "b", 2)
    version = roll_back(Home(home)).version
    assert served(home) == {"a"}
    assert PushedModels(home / "serving").versions() == [1, version]


def test_a_single_version_has_nothing_before_it(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    push(tmp_path / "home", "a", 1)
    with pytest.raises(UserError, match=r"^there is no earlier version to roll back to; there is 1$"):
        roll_back(Home(tmp_path / "home"))


def test_an_empty_home_is_one_line_and_stays_empty(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no pushed models: run `upnext run"):
        roll_back(Home(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_rollback_waits_for_no_run_and_says_so(home: Path) -> None:
    code = "import sys, time; from tfx_pipeline.home.layout import Home\n"
    code += "with Home(sys.argv[1]).locked(): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            holder.stdout.readline()
            with pytest.raises(UserError, match=f"another run .process {holder.pid}. is under way"):
                roll_back(Home(home))
        finally:
            holder.kill()
    assert PushedModels(home / "serving").versions() == [1, 2, 3]


def test_every_rollback_leaves_a_record(home: Path) -> None:
    rollback = [roll_back(Home(home)), roll_back(Home(home))]
    records = [json.loads(line) for line in (home / "rollbacks.jsonl").read_text().splitlines()]
    assert [Rollback(r["version"], r["source"], r["replaced"]) for r in records] == rollback
    assert records[0]["time"] > 1_700_000_000
    for build, model in PLACES:
        extra = home / "serving" / build / model / str(rollback[1].version) / "assets.extra"
        assert json.loads((extra / Origin.FILE).read_text()) == {"models_of": 1, "instead_of": 3}


def test_a_run_whose_push_was_rolled_back_says_so(home: Path) -> None:
    serving = home / "serving"
    assert rollback_message(serving, 3) is None
    version = roll_back(Home(home)).version
    assert rollback_message(serving, 3) == (
        f"version 3 was rolled back and is not pushed again: version {version}, the models of version 2, is served"
    )
    assert rollback_message(serving, 2) == f"version 2 is served again, as version {version}"


def test_the_lock_is_free_afterwards(home: Path) -> None:
    roll_back(Home(home))
    with Home(home).locked():
        pass
