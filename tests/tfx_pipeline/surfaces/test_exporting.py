from pathlib import Path

import pytest

from listening_log.check import checking
from listening_log.cleaning.event_reader import EventReader
from listening_log.config import LogConfig
from listening_log.tables.spans import Spans
from surfaces.common.catalogue import Catalogue
from surfaces.common.moment import Moment
from surfaces.log.log_file import LogFile
from surfaces.service.service import Service
from surfaces.store.records import StoredPlay
from surfaces.store.store import Store
from tests.surfaces.worlds import CircleServer
from tests.tfx_pipeline.surfaces.homes import make_home
from tfx_pipeline.cli import main as cli
from tfx_pipeline.home.layout import Home
from tfx_pipeline.home.run_record import last_run
from tfx_pipeline.surfaces.home_application import log_source, pushed_catalogue, store_url

NEXT_DAY = 1_700_100_000


@pytest.fixture
def home(tmp_path: Path, tiny_log: Path) -> Home:
    return make_home(tmp_path, tiny_log)


@pytest.fixture
def store(home: Home) -> Store:
    opened = Store(store_url(home, ""))
    opened.add_plays(
        [StoredPlay("ann", "d", NEXT_DAY, 200_000, "done"), StoredPlay("dan", "a", NEXT_DAY + 60, 200_000)]
    )
    return opened


def test_an_export_is_a_span_that_a_run_reads(home: Home, store: Store, tiny_log: Path, capfd) -> None:
    assert cli.main(["surfaces", "export", "--home", str(home), "--span", "2"]) == 0
    assert f"{tiny_log}/span-2: 2 plays, 0 impressions" in capfd.readouterr().out
    reader = EventReader.of(str(tiny_log), Spans.parse("1-2"), config=LogConfig(), digest="x")
    assert reader.files.spans == (1, 2)
    (batch,) = reader.read(1)
    assert batch.clean.table["user_id"].to_pylist() == ["ann", "dan"]
    assert checking.check_log(str(tiny_log), spans=Spans.parse("2")).events.usable == 7  # 5 before


def test_the_command_that_it_names_lets_the_columns_go_of_which_no_play_says_anything(
    home: Home, store: Store, tiny_log: Path, capfd
) -> None:
    events = tiny_log / "events.csv"
    first, *rows = events.read_text().splitlines()
    events.write_text("\n".join([f"{first},device,mood", *(f"{row},phone,calm" for row in rows), ""]))
    assert cli.main(["surfaces", "export", "--home", str(home), "--span", "2"]) == 0
    assert (
        f"`upnext run --data {tiny_log} --home {home} --span 2 --set spans.may_lack=[device,mood]`"
        in capfd.readouterr().out
    )


def test_what_was_exported_counts_once_when_the_next_run_has_read_it(
    home: Home, store: Store, tiny_log: Path
) -> None:
    assert cli.main(["surfaces", "export", "--home", str(home), "--span", "2"]) == 0
    last_run(home).model_copy(update={"spans": "2"}).write(home.path)
    catalogue = Catalogue.read(pushed_catalogue(home).extra)
    log = LogFile.open(home.surfaces, log_source(home), catalogue)
    assert len(log.plays("ann")) == 4
    service = Service(catalogue, CircleServer(catalogue), store, log)
    visit = service.visit("ann", Moment.parse("2023-11-17T00:00:00Z"))
    assert [catalogue.item_ids[place] for place in visit.plays.items] == ["a", "b", "c", "d"]


def test_an_export_elsewhere(home: Home, store: Store, tmp_path: Path, capfd) -> None:
    words = ["surfaces", "export", "--home", str(home), "--out", str(tmp_path / "out")]
    assert cli.main([*words, "--span", "7"]) == 0
    assert (tmp_path / "out/span-7/events.parquet").exists()
    capfd.readouterr()
    assert cli.main([*words, "--span", "7"]) == 1
    assert "span-7 is there already" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["--span", "0"], 2, "--span 0"),
        (["--span", "2", "--store", "mysql://x/y"], 1, "URL is of mysql"),
        (["--span", "2"], 1, "holds no store"),
    ],
)
def test_what_is_wrong_is_one_line(words: list[str], code: int, message: str, home: Home, capfd) -> None:
    assert cli.main(["surfaces", "export", "--home", str(home), *words]) == code
    err = capfd.readouterr().err
    assert err.count("\n") == 1
    assert message in err
