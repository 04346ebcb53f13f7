"""What runs left of a listener goes, what holds nobody stays, and the page says which."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from listening_log.cleaning.forgotten import Forgotten
from listening_log.errors import UsageError, UserError
from tfx_pipeline.home.forget.forgetting import forget

ID = "listener-003"


def write(path: Path, content: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A HOME as a run leaves it, in little, with `listener-003` and `listener-0031` in the log."""
    home = tmp_path / "home"
    write(tmp_path / "data" / "events.csv", f"{ID},a,1\n{ID}1,b,2\n")
    write(home / "run.json", f'{{"data_dir": "{tmp_path / "data"}"}}')
    write(home / "artifacts/Gen/examples/1/Split-train/data", f"{ID}\n{ID}1")
    write(home / "artifacts/Gen/examples/2/Split-train/data", f"{ID}1")
    write(home / "artifacts/Gen/summary/1/summary.json", "{}")
    write(home / "artifacts/Gen/.system/executor_execution/1/executor_output.pb", f"of {ID}")
    write(home / "artifacts/LogStatistics/statistics/3/Split-all/FeatureStats.pb", "user_id")
    write(home / "artifacts/CatalogStatistics/statistics/4/Split-all/FeatureStats.pb", "item_id")
    write(home / "artifacts/Trainer/model/5/assets.extra/queries.npy", "vectors")
    write(home / "artifacts/Trainer/model_run/5/log", "epochs")
    write(home / "artifacts/Trainer/.manifests/5.json", "{}")
    write(home / "artifacts/Trainer/.checkpoints/abc/fit.npz", "weights")
    write(home / ".tmp/spill", f"{ID}")
    write(home / "serving/scann/upnext/7/saved_model.pb", "model")
    write(home / "logs/run.log", f"start\n{ID}\n")
    write(home / "report.html", f"<td>{ID}</td>")
    with sqlite3.connect(home / "metadata.db") as database:
        database.execute("CREATE TABLE ExecutionProperty (string_value TEXT)")
        database.execute("INSERT INTO ExecutionProperty VALUES (?)", (f"failed at {ID}",))
    database.close()
    return home


def files(home: Path) -> set[str]:
    return {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}


def test_what_holds_the_id_or_was_made_of_listeners_goes_and_the_rest_stays(home: Path) -> None:
    before = files(home)
    page = forget(home, ID)
    assert before - files(home) == {
        ".tmp/spill",
        "artifacts/Gen/examples/1/Split-train/data",
        "artifacts/Gen/summary/1/summary.json",
        "artifacts/Gen/.system/executor_execution/1/executor_output.pb",
        "artifacts/LogStatistics/statistics/3/Split-all/FeatureStats.pb",
        "artifacts/Trainer/model/5/assets.extra/queries.npy",
        "artifacts/Trainer/model_run/5/log",
        "artifacts/Trainer/.manifests/5.json",
        "artifacts/Trainer/.checkpoints/abc/fit.npz",
        "report.html",
    }
    assert files(home) - before == {"forgotten.json", ".lock"}
    assert not (home / "artifacts/Gen/examples/1").exists()
    assert page.splitlines()[0] == "Removed:"
    assert [line.split()[0] for line in page.splitlines()[1:13]] == [
        ".tmp",
        "artifacts/Gen/.system/executor_execution/1",
        "artifacts/Gen/examples/1",
        "artifacts/Gen/summary/1",
        "artifacts/LogStatistics/statistics/3",
        "artifacts/Trainer/.checkpoints",
        "artifacts/Trainer/.manifests/5.json",
        "artifacts/Trainer/model/5",
        "artifacts/Trainer/model_run/5",
        "report.html",
        "1",
        "1",
    ]
    assert ID not in page


def test_the_listener_is_noted_for_later_runs_without_their_id(home: Path) -> None:
    forget(home, ID)
    forget(home, "somebody-else")
    forgotten = Forgotten.load(str(home / "forgotten.json"))
    rows = pa.array([ID, f"{ID}1", "somebody-else"])
    assert forgotten.mask(rows).tolist() == [True, False, True]
    assert ID not in (home / "forgotten.json").read_text()


def test_a_second_time_finds_nothing_more(home: Path) -> None:
    forget(home, ID)
    before = files(home)
    assert forget(home, ID).startswith("Nothing under HOME holds this listener.\n")
    assert files(home) == before


def test_a_plain_number_is_not_taken_for_a_figure(home: Path) -> None:
    before = files(home)
    page = forget(home, "1")
    assert before - files(home) == {".tmp/spill"}
    assert "They were not searched: an id of digits alone" in page


def test_a_file_that_no_run_made_is_named_and_the_rest_is_done(home: Path) -> None:
    write(home / "answers.jsonl", f'{{"user_id": "{ID}"}}')
    with pytest.raises(
        UserError, match=r"^the id is also in answers\.jsonl, which no run can make again; \d+ "
    ):
        forget(home, ID)
    assert not (home / "artifacts/Gen/examples/1").exists()
    assert (home / "answers.jsonl").exists()


def test_a_model_with_the_same_text_is_named_and_stays(home: Path) -> None:
    write(home / "serving/scann/upnext/7/assets.extra/titles.json", f'["{ID}"]')
    page = forget(home, ID)
    assert "The same text stands in serving/scann/upnext/7/assets.extra/titles.json" in page
    assert (home / "serving/scann/upnext/7/assets.extra/titles.json").exists()


def test_the_log_is_the_users_own_even_inside_home(home: Path) -> None:
    log = write(home / "log" / "events.csv", f"{ID},a,1\n")
    write(home / "run.json", f'{{"data_dir": "{home / "log"}"}}')
    page = forget(home, ID)
    assert log.read_text() == f"{ID},a,1\n"
    assert f"The log in {home / 'log'} is your own" in page


def test_a_killed_first_run_that_left_no_record_is_cleaned_too(home: Path) -> None:
    (home / "run.json").unlink()
    assert "artifacts/Gen/examples/1 " in forget(home, ID)


def test_a_home_that_never_ran_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no run: run `upnext run"):
        forget(tmp_path, ID)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("user_id", ["", " "])
def test_an_empty_id_is_wrong_usage(home: Path, user_id: str) -> None:
    with pytest.raises(UsageError, match="an empty id is nobody's"):
        forget(home, user_id)


def test_nothing_is_removed_while_a_run_is_under_way(home: Path) -> None:
    code = "import sys, time; from tfx_pipeline.home.layout import Home\n"
    code += "with Home(sys.argv[1]).locked(): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            holder.stdout.readline()
            before = files(home)
            with pytest.raises(UserError, match=f"another run .process {holder.pid}. is under way"):
                forget(home, ID)
        finally:
            holder.kill()
    assert files(home) == before


def test_no_tensorflow_is_loaded(home: Path) -> None:
    code = "import sys\nfrom pathlib import Path\nfrom tfx_pipeline.home.forget.forgetting import forget\n"
    code += "forget(Path(sys.argv[1]), 'listener-003')\nsys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, str(home)], check=False).returncode == 0
