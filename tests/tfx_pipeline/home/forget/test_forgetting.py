"""What runs made of the log goes, what holds nobody stays, and the page says which."""

import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from listening_log.cleaning.forgotten import Forgotten
from listening_log.errors import UsageError, UserError
from surfaces.store.records import StoredPlay
from surfaces.store.store import Store
from tfx_pipeline.home.forget.forgetting import forget
from tfx_pipeline.home.layout import Home
from tfx_pipeline.surfaces.home_application import store_url

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


def test_what_was_made_of_the_log_goes_and_the_rest_stays(home: Path) -> None:
    before = files(home)
    page = forget(Home(home), ID)
    assert files(home) - before == {"forgotten.json", ".lock"}
    assert files(home) & before == {"run.json", "serving/scann/upnext/7/saved_model.pb"}
    assert page.splitlines()[0] == "Removed:"
    assert [line.split()[0] for line in page.splitlines()[1:12]] == [
        "artifacts/CatalogStatistics/statistics/",
        "artifacts/Gen/.system/",
        "artifacts/Gen/examples/",
        "artifacts/Gen/summary/",
        "artifacts/LogStatistics/statistics/",
        "artifacts/Trainer/.checkpoints/",
        "artifacts/Trainer/.manifests/",
        "artifacts/Trainer/model/",
        "artifacts/Trainer/model_run/",
        "report.html",
        ".tmp/",
    ]
    assert ID not in page


def test_no_file_of_home_names_the_listener_any_more(home: Path) -> None:
    write(home / "logs/serve.log", f"a request of {ID}")
    write(home / "compiled/run/task/output", ID)
    write(home / "run.json", json.dumps({"data_dir": "data", "ended": f"failed: at {ID}, row 7"}))
    write(home / "spans/1/events.csv", f"user_id,item_id,timestamp\n{ID},a,1\n{ID}1,b,2\n")
    forget(Home(home), ID)
    texts = {path: (home / path).read_bytes() for path in files(home)}
    assert [path for path, text in texts.items() if re.search(rb"listener-003(?!\d)", text)] == []
    assert json.loads(texts["run.json"])["ended"] == "failed"
    assert texts["spans/1/events.csv"] == b"user_id,item_id,timestamp\nlistener-0031,b,2\n"


def test_a_server_that_runs_goes_on_writing_to_its_log(home: Path) -> None:
    with (home / "logs/serve.log").open("ab", buffering=0) as server:
        server.write(b"of listener-003\n")
        forget(Home(home), ID)
        server.write(b"next\n")
    assert (home / "logs/serve.log").read_bytes() == b"next\n"


@pytest.mark.parametrize("user_id", ["1", "4", "nobody-of-that-name"])
def test_the_form_of_an_id_does_not_matter(home: Path, user_id: str) -> None:
    forget(Home(home), user_id)
    assert not (home / "artifacts").exists()
    assert user_id in Forgotten.load(str(home / "forgotten.json"))


def test_the_listener_is_noted_for_later_runs_without_their_id(home: Path) -> None:
    forget(Home(home), ID)
    forget(Home(home), "somebody-else")
    forgotten = Forgotten.load(str(home / "forgotten.json"))
    rows = pa.array([ID, f"{ID}1", "somebody-else"])
    assert forgotten.mask(rows).tolist() == [True, False, True]
    assert ID not in (home / "forgotten.json").read_text()


def test_a_second_time_finds_nothing_more(home: Path) -> None:
    forget(Home(home), ID)
    before = files(home)
    assert forget(Home(home), ID).startswith("Nothing under HOME holds this listener.\n")
    assert files(home) == before


def test_a_file_that_no_run_made_is_named_and_the_rest_is_done(home: Path) -> None:
    write(home / "answers.jsonl", f'{{"user_id": "{ID}"}}')
    with pytest.raises(
        UserError, match=r"^the id is also in answers\.jsonl, which no run can make again; \d+ "
    ):
        forget(Home(home), ID)
    assert not (home / "artifacts/Gen/examples/1").exists()
    assert (home / "answers.jsonl").exists()


def test_the_log_is_the_users_own_even_inside_home(home: Path) -> None:
    log = write(home / "log" / "events.csv", f"{ID},a,1\n")
    write(home / "run.json", f'{{"data_dir": "{home / "log"}"}}')
    page = forget(Home(home), ID)
    assert log.read_text() == f"{ID},a,1\n"
    assert f"The log in {home / 'log'} is your own" in page


def test_what_links_lead_to_is_not_looked_into(home: Path, tmp_path: Path) -> None:
    (home / "link").symlink_to(tmp_path / "data")
    (home / "link.csv").symlink_to(tmp_path / "data" / "events.csv")
    forget(Home(home), ID)
    assert (tmp_path / "data" / "events.csv").read_text() == f"{ID},a,1\n{ID}1,b,2\n"


def test_a_killed_first_run_that_left_no_record_is_cleaned_too(home: Path) -> None:
    (home / "run.json").unlink()
    assert "artifacts/Gen/examples/ " in forget(Home(home), ID)


def test_a_home_that_never_ran_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no run: run `upnext run"):
        forget(Home(tmp_path), ID)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("user_id", ["", " "])
def test_an_empty_id_is_wrong_usage(home: Path, user_id: str) -> None:
    with pytest.raises(UsageError, match="an empty id is nobody's"):
        forget(Home(home), user_id)


def test_nothing_is_removed_while_a_run_is_under_way(home: Path) -> None:
    code = "import sys, time; from tfx_pipeline.home.layout import Home\n"
    code += "with Home(sys.argv[1]).locked(): print('held', flush=True); time.sleep(60)"
    with subprocess.Popen([sys.executable, "-c", code, str(home)], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            holder.stdout.readline()
            before = files(home)
            with pytest.raises(UserError, match=f"another run .process {holder.pid}. is under way"):
                forget(Home(home), ID)
        finally:
            holder.kill()
    assert files(home) == before


def test_no_tensorflow_is_loaded(home: Path) -> None:
    code = "import sys\nfrom tfx_pipeline.home.layout import Home\n"
    code += "from tfx_pipeline.home.forget.forgetting import forget\n"
    code += "forget(Home(sys.argv[1]), 'listener-003')\nsys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code, str(home)], check=False).returncode == 0


def test_the_destinations_forget_the_listener_too(home: Path) -> None:
    store = Store(store_url(Home(home), ""))
    store.add_plays([StoredPlay(ID, "a", 1), StoredPlay(f"{ID}1", "a", 1)])
    log = write(home / "surfaces/log-1-abc.sqlite", f"plays of {ID}")
    open_log = write(home / "logs/surfaces-1.log", f"{ID}")
    page = forget(Home(home), ID)
    assert "1 rows of the destinations' store" in page
    assert (store.plays(ID), len(store.plays(f"{ID}1"))) == ([], 1)
    assert (log.exists(), open_log.read_text()) == (False, "")
    store.close()


def test_a_store_elsewhere_must_be_named(home: Path, tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'other.sqlite'}"
    store = Store(store_url(Home(home), url))
    store.add_plays([StoredPlay(ID, "a", 1)])
    with pytest.raises(UserError, match=r"kept plays in sqlite:///.*other.sqlite, too: .* --store"):
        forget(Home(home), ID)
    forget(Home(home), ID, url)
    assert store.plays(ID) == []
    store.close()
